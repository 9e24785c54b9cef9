"""Which of the steps that may begin are begun: as many as jobs and named limits allow, in the order of the flow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from ef_engine.flows.outline import Key, Outline


def admitted(outline: Outline, candidates: Iterable[Key], busy: Collection[Key], jobs: int) -> list[Key]:
    """The candidates to begin now, while the `busy` ones run."""
    taken = Counter[str]()
    for key in busy:
        taken.update(_acquired(outline, key))
    chosen: list[Key] = []
    for key in candidates:
        if len(busy) + len(chosen) >= jobs:
            break
        wanted = _acquired(outline, key)
        if all(taken[name] + count <= capacity(outline, name) for name, count in wanted.items()):
            taken.update(wanted)
            chosen.append(key)
    return chosen


def capacity(outline: Outline, name: str) -> int:
    """How much there is of a named limit; what is not declared exists once."""
    return outline.flow.limits.get(name, 1)


def _acquired(outline: Outline, key: Key) -> dict[str, int]:
    return {} if "." in key[0] else dict(outline.nodes[key[0]].step.acquires)

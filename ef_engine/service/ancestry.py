"""What a forecast or set was made from, and what was made from it: the chain up to the first, and all below.

Parents are only names in records. One that was deleted is still told by its id, and records that claim to be each
other's parents (one was deleted and made again from the other) end the chain.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ef_engine.store import catalogue, stage_index
from ef_engine.store.places import Places


@dataclass(frozen=True, slots=True)
class Relative:
    """One of a family. `depth` counts from the first ancestor; label and dates are empty for one that is gone."""

    id: str
    depth: int
    parent: str | None = None
    label: str = ""
    start_date: str = ""
    end_date: str = ""
    is_gone: bool = False


def ancestry(places: Places, record_id: str) -> list[Relative]:
    """Ancestors, the record itself and its descendants, each after what it was made from; empty for one alone."""
    known = _known(places)
    line = [record_id]
    while (parent := known[line[-1]].parent if line[-1] in known else None) and parent not in line:
        line.append(parent)
    line.reverse()
    above = [_at(known, each, depth) for depth, each in enumerate(line)]
    below = list(_descendants(known, record_id, len(above), set(line)))
    return above + below if len(above) + len(below) > 1 else []


def _known(places: Places) -> dict[str, Relative]:
    """Everything in the workspace by id; what runs or ran is told by its own record, not by the index."""
    staged = {
        key: Relative(key, 0, each.parent, each.label, each.start_date, each.end_date)
        for key, each in stage_index.read(places).items()
    }
    run = {
        row.id: Relative(row.id, 0, row.parent, row.label, row.start or "", row.end or "")
        for row in catalogue.read_rows(places)
    }
    return staged | run


def _at(known: dict[str, Relative], record_id: str, depth: int) -> Relative:
    found = known.get(record_id)
    if found is None:
        return Relative(record_id, depth, is_gone=True)
    return Relative(found.id, depth, found.parent, found.label, found.start_date, found.end_date)


def _descendants(known: dict[str, Relative], record_id: str, depth: int, seen: set[str]) -> Iterator[Relative]:
    """Depth first, children in the order of their dates; without recursion, since a chain may be long."""
    children: dict[str, list[Relative]] = {}
    for each in known.values():
        children.setdefault(each.parent or "", []).append(each)
    waiting = [(child, depth) for child in _youngest_first(children, record_id)]
    while waiting:
        child, level = waiting.pop()
        if child.id not in seen:
            seen.add(child.id)
            yield _at(known, child.id, level)
            waiting += [(each, level + 1) for each in _youngest_first(children, child.id)]


def _youngest_first(children: dict[str, list[Relative]], record_id: str) -> list[Relative]:
    found = children.get(record_id, [])
    return sorted(found, key=lambda each: (each.start_date, each.end_date, each.id), reverse=True)

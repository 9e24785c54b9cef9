"""A flow as a tree for people: containers, loops and their passes, and in them every time of a step, with its status.

Only what ran, or never will, has a status of its own; of everything else it follows from what it consists of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

from ef_engine.flows.course import Status
from ef_engine.flows.model import Step
from ef_engine.flows.outline import ROOT, Key, Outline

Kind: TypeAlias = Literal["flow", "container", "loop", "pass", "step", "role"]

BAD = ("failure", "crashed", "killed", "timed_out")
GOING_ON = ("lost", "active", "paused")
_WELL = frozenset({Status.SUCCESS, Status.KEPT})
_SETTLED_WELL = _WELL | {Status.SKIPPED}
PARTLY = "incomplete"
"""Of a container some of whose steps ran, while others never will."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A line of the tree; `role` is a setup, a teardown, or what tells the values of a loop.

    `last` says of it and of what is around it, the outermost first, whether nothing follows beside it. `value` is that
    of its pass, where it is one. `done` of `total` steps below it, or of itself, went well or were not needed.
    """

    key: Key
    kind: Kind
    status: str
    last: tuple[bool, ...] = ()
    value: Any = None
    done: int = 0
    total: int = 0

    @property
    def has_branches(self) -> bool:
        """Whether other lines may hang on it."""
        return self.kind not in ("step", "role")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a run: the status of keys by word, what keys of repeats told, and whether it is over."""

    words: Mapping[Key, str]
    values: Mapping[Key, tuple[Any, ...]] = field(default_factory=dict)
    is_over: bool = False


def grown(outline: Outline, known: Known) -> list[Branch]:
    """The tree from the top, each branch above what hangs on it; the first is the flow itself."""
    return _Growth(outline, known).container(outline.root, (1,), "flow", None, Status.READY)


class _Growth:
    def __init__(self, outline: Outline, known: Known) -> None:
        self._outline, self._known = outline, known
        self._passes: dict[tuple[str, Key], int] = {}
        self._well: dict[str, list[tuple[int, ...]]] = {}
        for (name, sequence), word in known.words.items():
            if word in _WELL:
                self._well.setdefault(name, []).append(sequence)
        for name, sequence in known.words:
            self._count_passes(name, sequence)

    def _count_passes(self, name: str, sequence: tuple[int, ...]) -> None:
        """The highest pass seen of every loop around a key."""
        for loop, key, number in self._outline.loops_around((name, sequence)):
            self._passes[loop, key] = max(number, self._passes.get((loop, key), 0))

    def container(self, step: Step, sequence: tuple[int, ...], kind: Kind, value: Any, default: str) -> list[Branch]:
        """One pass of a container, and everything in it; where it has but one, its sequence is that around it.

        `default` is the status of what nothing is known of: that of what is around it, if that was never begun.
        """
        parts = list(self._parts(step, sequence, default))
        key = (step.name, sequence if kind != "container" else sequence[:-1])
        return _joined(Branch(key=key, kind=kind, status=self._word(key, parts), value=value), parts)

    def _parts(self, step: Step, sequence: tuple[int, ...], default: str) -> Iterator[list[Branch]]:
        if step.setup:
            yield [self._role(f"{step.name}.setup", sequence)]
        for each in step.steps:
            yield self._step(each, sequence, self._known.words.get((each.name, sequence), default))
        if step.teardown:
            yield [self._role(f"{step.name}.teardown", sequence)]

    def _step(self, step: Step, sequence: tuple[int, ...], default: str) -> list[Branch]:
        if step.repeats is not None:
            return self._loop(step, sequence, default)
        if step.is_container:
            return self.container(step, (*sequence, 1), "container", None, default)
        return [self._leaf(step, sequence, None, default)]

    def _loop(self, step: Step, sequence: tuple[int, ...], default: str) -> list[Branch]:
        key, parts = (step.name, sequence), []
        if not isinstance(step.repeats, tuple):
            parts.append([self._role(f"{step.name}.repeats", sequence, default)])
        for number, value in self._passes_of(step, key):
            at = (*sequence, number)
            is_inner = step.is_container
            parts.append(
                self.container(step, at, "pass", value, default) if is_inner else [self._leaf(step, at, value, default)]
            )
        return _joined(Branch(key=key, kind="loop", status=self._word(key, parts, is_loop=True)), parts)

    def _passes_of(self, step: Step, key: Key) -> Iterator[tuple[int, Any]]:
        """The numbers of the passes, as far as they are known, with their values."""
        values = step.repeats if isinstance(step.repeats, tuple) else self._known.values.get(key, ())
        for number in range(1, max(len(values), self._passes.get((step.name, key), 0)) + 1):
            yield number, values[number - 1] if number <= len(values) else None

    def _leaf(self, step: Step, sequence: tuple[int, ...], value: Any, default: str) -> Branch:
        key = (step.name, sequence)
        word = self._known.words.get(key, default)
        return Branch(key=key, kind="step", status=word, value=value, done=int(word in _SETTLED_WELL), total=1)

    def _role(self, name: str, sequence: tuple[int, ...], default: str = Status.READY) -> Branch:
        key = (name, sequence)
        return Branch(key=key, kind="role", status=self._known.words.get(key, default))

    def _word(self, key: Key, parts: Sequence[Sequence[Branch]], *, is_loop: bool = False) -> str:
        """The status of what consists of these: its own, where it was never begun; else it follows from theirs.

        Steps wait for a loop and not for its passes, so the failure of a pass is handled by none.
        """
        if word := self._known.words.get(key):
            return word
        words = {
            Status.SUCCESS if not is_loop and self._is_handled(part[0]) else part[0].status
            for part in parts
            if self._counts(part)
        }
        word = _summed(words or {Status.READY}, self._known.is_over)
        if word in _WELL:  # it may have handled something
            self._well.setdefault(key[0], []).append(key[1])
        return word

    def _counts(self, part: Sequence[Branch]) -> bool:
        """A setup or teardown that never ran says nothing."""
        return part[0].kind != "role" or part[0].status != Status.READY

    def _is_handled(self, branch: Branch) -> bool:
        """Whether a step that waited for its failure went well."""
        name, sequence = branch.key
        return branch.status in BAD and any(
            found[: len(sequence)] == sequence
            for handler in self._outline.handlers.get(name, ())
            for found in self._well.get(handler, ())
        )


def _summed(words: set[str], is_over: bool) -> str:
    for word in GOING_ON:
        if word in words:
            return word
    if Status.READY in words and len(words) > 1 and not is_over:
        return Status.ACTIVE
    bad = [word for word in BAD if word in words]
    if bad:
        return bad[0] if len(bad) == 1 else "failure"
    if Status.UPSTREAM_FAILED in words:
        return Status.UPSTREAM_FAILED
    if Status.READY in words:
        return Status.READY if len(words) == 1 else PARTLY
    if Status.KEPT in words and words <= {Status.KEPT, Status.SKIPPED}:
        return Status.KEPT
    return Status.SKIPPED if words == {Status.SKIPPED} else Status.SUCCESS


def _joined(head: Branch, parts: Sequence[Sequence[Branch]]) -> list[Branch]:
    """The head above its parts, each of which hangs one deeper."""
    found = [
        replace(branch, last=(place == len(parts) - 1, *branch.last))
        for place, part in enumerate(parts)
        for branch in part
    ]
    done, total = sum(part[0].done for part in parts), sum(part[0].total for part in parts)
    return [replace(head, done=done, total=total), *found]


def label(outline: Outline, branch: Branch) -> str:
    """What a branch is called in its place."""
    name, _, role = branch.key[0].partition(".")
    if role:
        return role
    return outline.flow.name if name == ROOT else name

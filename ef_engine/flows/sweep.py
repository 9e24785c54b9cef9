"""Going through a flow once after each event: what is settled by now, and what may begin.

Only what is open is looked at: a pass that has ended is never entered again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from enum import Enum, auto

from ef_engine.flows.course import WENT_WELL, Course, Status
from ef_engine.flows.model import AnyOf, Condition, On, Step
from ef_engine.flows.outline import ROOT, Key, Sequence, owner_of, requirement


class Truth(Enum):
    """What is known of a condition; the last two never change any more, and differ in why it cannot hold."""

    OPEN = auto()
    HOLDS = auto()
    UNNEEDED = auto()
    UPSTREAM_FAILED = auto()


_NEVER = {Truth.UNNEEDED: Status.SKIPPED, Truth.UPSTREAM_FAILED: Status.UPSTREAM_FAILED}


def settled(course: Course) -> Course:
    """The course with everything settled that follows from what is known."""
    sweep = _Sweep(course)
    sweep.go()
    return replace(
        course,
        statuses=sweep.statuses,
        first_open=sweep.first_open,
        offered=tuple(sweep.offered),
        candidates=tuple(sweep.candidates),
    )


class _Sweep:
    def __init__(self, course: Course) -> None:
        self.course, self.outline = course, course.outline
        self.statuses, self.first_open = dict(course.statuses), dict(course.first_open)
        self.offered: dict[Key, None] = {}
        self.candidates: dict[Key, None] = {}
        self._reactions = _reactions(course)

    def go(self) -> None:
        """Until nothing more follows; then what must be put in order although the rest was never reached."""
        known = -1
        while known != len(self.statuses):
            known = len(self.statuses)
            self.offered, self.candidates = {}, {}
            self._pass(self.outline.root, (1,))
        if not self.candidates and not self.course.active:
            self.candidates = dict.fromkeys(list(self._closing())[:1])

    def _closing(self) -> Iterator[Key]:
        """Teardowns of what began and will not end by itself, the innermost first."""
        for name, sequence in sorted(self.course.begun, key=lambda key: -len(key[1])):
            teardown = (f"{name}.teardown", sequence)
            if self.outline.nodes[name].step.teardown and teardown not in self.statuses:
                yield teardown

    def _settle(self, key: Key, status: Status) -> Status:
        self.statuses[key] = status
        return status

    def _found(self, key: Key) -> Status | None:
        """How a key ended."""
        status = self.statuses.get(key)
        return None if status is Status.ACTIVE else status

    def _node(self, step: Step, prefix: Sequence) -> Status | None:
        """How a step ended in one pass of what is around it; None if it has not."""
        key = (step.name, prefix)
        if status := self.statuses.get(key):
            return None if status is Status.ACTIVE else status
        truth = self._truth(step.requires, prefix)
        if truth in _NEVER:
            return self._settle(key, _NEVER[truth])
        if truth is Truth.OPEN:
            return None
        if step.repeats is not None or step.is_container:
            return self._loop(step, key)
        return self._offer(key)

    def _loop(self, step: Step, key: Key) -> Status | None:
        count = self._count(step, key)
        if count is None:
            return self._found(key)
        opened, number = 0, self.first_open.get(key, 1)
        while number <= count and opened < step.max_concurrent:
            if self._pass(step, (*key[1], number)) is None:
                opened += 1
            elif number == self.first_open.get(key, 1):
                self.first_open[key] = number + 1
            number += 1
        if self.first_open.get(key, 1) <= count:
            return None
        return self._settle(key, _summed([self.statuses[step.name, (*key[1], k)] for k in range(1, count + 1)]))

    def _count(self, step: Step, key: Key) -> int | None:
        """How many passes there are; None if that is not known, for good where it could not be told."""
        if step.repeats is None or isinstance(step.repeats, tuple):
            return 1 if step.repeats is None else len(step.repeats)
        told = (f"{step.name}.repeats", key[1])
        match self._found(told):
            case Status.SUCCESS | Status.KEPT:
                return len(self.course.values[key])
            case None:
                if told not in self.statuses:
                    self._offer(told)
                return None
            case Status() as status:
                self._settle(key, status)
                return None

    def _pass(self, step: Step, sequence: Sequence) -> Status | None:
        key = (step.name, sequence)
        if status := self.statuses.get(key):
            return None if status is Status.ACTIVE else status
        if not step.is_container:
            return self._offer(key)
        ends = [self._node(each, sequence) for each in step.steps]
        if None in ends or not self._is_torn_down(step, key):
            return None
        return self._settle(key, self._combined(step, sequence))

    def _is_torn_down(self, step: Step, key: Key) -> bool:
        if not step.teardown or key not in self.course.begun:
            return True
        teardown = (f"{step.name}.teardown", key[1])
        if teardown not in self.statuses:
            self.candidates[teardown] = None
        return self._found(teardown) is not None

    def _combined(self, step: Step, sequence: Sequence) -> Status:
        """How a pass of a container ended; a failure in it that was handled in it counts for nothing."""
        ends = []
        for each in step.steps:
            status = self.statuses[each.name, sequence]
            if status is not Status.FAILURE or not self._is_handled(each.name, sequence):
                ends.append(status)
            else:
                ends.append(Status.SUCCESS)
        ends += [end for role in ("setup", "teardown") if (end := self._found((f"{step.name}.{role}", sequence)))]
        return _summed(ends)

    def _is_handled(self, name: str, sequence: Sequence) -> bool:
        """Whether a step that waited for the failure went well."""
        return any(
            status in WENT_WELL
            and key[0] in self.outline.handlers.get(name, ())
            and key[1][: len(sequence)] == sequence
            for key, status in self.statuses.items()
        )

    def _offer(self, key: Key) -> Status | None:
        """What may run by its conditions; before the first in a pass comes the pass's setup."""
        self.offered[key] = None
        for name, sequence in self.outline.passes_around(key):
            if not self.outline.nodes[name].step.setup:
                continue
            setup = (f"{name}.setup", sequence)
            match self.statuses.get(setup):
                case Status.SUCCESS:
                    continue
                case Status.FAILURE:
                    return self._settle(key, Status.UPSTREAM_FAILED)
                case None if self._may_begin(key):
                    self.candidates[setup] = None
            return None
        if self._may_begin(key):
            self.candidates[key] = None
        return None

    def _may_begin(self, key: Key) -> bool:
        if self.course.is_ending:
            return False
        return not self.course.stops or owner_of(key[0]) in self._reactions

    def _truth(self, condition: Condition, prefix: Sequence) -> Truth:
        if isinstance(condition, On):
            return self._ended(condition, prefix)
        found = {self._truth(each, prefix) for each in condition.conditions}
        if isinstance(condition, AnyOf) and Truth.HOLDS in found:
            return Truth.HOLDS
        for truth in (Truth.OPEN, Truth.UPSTREAM_FAILED, Truth.UNNEEDED):
            if truth in found:
                return truth
        return Truth.HOLDS

    def _ended(self, on: On, prefix: Sequence) -> Truth:
        node = self.outline.nodes[on.step]
        status = self._found((on.step, prefix[: node.depth]))
        if status is None:
            return Truth.OPEN
        if status is Status.SKIPPED:
            return Truth.UNNEEDED
        if status is Status.UPSTREAM_FAILED:
            return Truth.UPSTREAM_FAILED
        is_success = status in WENT_WELL
        if on.end == "complete" or is_success == (on.end == "success"):
            return Truth.HOLDS
        return Truth.UNNEEDED if is_success else Truth.UPSTREAM_FAILED


def _summed(ends: list[Status]) -> Status:
    """How something ended that consists of these."""
    found = set(ends)
    for worst in (Status.FAILURE, Status.UPSTREAM_FAILED):
        if worst in found:
            return worst
    if Status.KEPT in found and found <= {Status.KEPT, Status.SKIPPED}:
        return Status.KEPT
    return Status.SKIPPED if found == {Status.SKIPPED} else Status.SUCCESS


def _reactions(course: Course) -> frozenset[str]:
    """The steps that may still begin after the failures that stop a flow: who waited for them, and who waits for those.

    A step that waits for the failure or for any end of what failed, or of something around it, must have its turn.
    """
    if not course.stops:
        return frozenset()
    nodes = course.outline.nodes
    failed = {name for key in course.stops for name in (owner_of(key[0]), *nodes[owner_of(key[0])].around)}
    found: set[str] = set()
    while True:
        more = {
            name
            for name, node in nodes.items()
            if name not in found
            and any(
                (on.step in failed and on.end != "success") or on.step in found
                for each in (name, *node.around)
                for on in requirement(nodes[each].step)
            )
        }
        if not more - {ROOT}:
            return frozenset(found)
        found |= more

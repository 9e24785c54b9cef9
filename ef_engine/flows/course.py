"""How a flow gets on: what has ended, what may begin, and the one pure function that says what follows from an event.

Whatever happens, a course comes to an end: a step is offered, or it is settled that it never will be, or nothing is
left to wait for. So a flow that stalls ends as incomplete instead of hanging.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, TypeAlias

from ef_engine.flows.outline import Key, Outline


class Status(StrEnum):
    """Where one time of a step stands.

    `skipped` were not needed, because what they waited for cannot come: the failure of something that succeeded.
    `kept` are those a recovery did not have to repeat; people are told `skipped` of both.
    """

    READY = "ready"
    ACTIVE = "active"
    SUCCESS = "success"
    FAILURE = "failure"
    SKIPPED = "skipped"
    UPSTREAM_FAILED = "upstream_failed"
    KEPT = "kept"


WENT_WELL = frozenset({Status.SUCCESS, Status.KEPT})


@dataclass(frozen=True, slots=True)
class Began:
    """A key that was offered runs."""

    key: Key


@dataclass(frozen=True, slots=True)
class Ended:
    """A key has ended for good; `values` are what a key of repeats told."""

    key: Key
    is_success: bool
    values: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Keep:
    """A key that was offered need not run, because it succeeded in an earlier run."""

    key: Key
    values: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Drain:
    """Nothing new begins."""


@dataclass(frozen=True, slots=True)
class Kill:
    """Nothing new begins, and somebody ends what runs."""


Event: TypeAlias = Began | Ended | Keep | Drain | Kill


@dataclass(frozen=True, slots=True)
class Course:
    """A flow under way.

    `statuses` hold what runs and what is settled, of keys, of passes and of whole loops. `values` are those that keys
    of repeats told. `begun` are the passes of containers something ran in. `stops` are the failures because of which
    nothing new begins. `offered` is what may run by its conditions, `candidates` what may begin now.
    """

    outline: Outline
    keep_going: bool = False
    statuses: Mapping[Key, Status] = field(default_factory=dict)
    values: Mapping[Key, tuple[Any, ...]] = field(default_factory=dict)
    begun: frozenset[Key] = frozenset()
    active: frozenset[Key] = frozenset()
    stops: frozenset[Key] = frozenset()
    first_open: Mapping[Key, int] = field(default_factory=dict)
    is_ending: bool = False
    is_killed: bool = False
    offered: tuple[Key, ...] = ()
    candidates: tuple[Key, ...] = ()

    @property
    def is_over(self) -> bool:
        """Whether nothing runs and nothing will."""
        return not self.active and not self.candidates


class CourseError(ValueError):
    """An event that cannot happen: a programmer's mistake."""


def begin(outline: Outline, *, keep_going: bool = False, kept: Mapping[Key, tuple[Any, ...]] | None = None) -> Course:
    """A flow at its start; `kept` need not run, by key with the values they told."""
    from ef_engine.flows.sweep import settled

    kept = kept or {}
    values = {loop_of(key): told for key, told in kept.items() if is_repeats(key)}
    return settled(
        Course(outline, keep_going, statuses=dict.fromkeys(kept, Status.KEPT), values=values)
    )  # fmt: skip


def after(course: Course, event: Event) -> Course:
    """The course after the event."""
    from ef_engine.flows.sweep import settled

    match event:
        case Began(key) if key in course.candidates:
            begun = course.begun | set(course.outline.passes_around(key))
            changed = replace(_with(course, key, Status.ACTIVE), active=course.active | {key}, begun=begun)
        case Ended(key, is_success, values) if key in course.active:
            status = Status.SUCCESS if is_success else Status.FAILURE
            changed = replace(_with(course, key, status, values), active=course.active - {key})
            if not is_success and _stops(course, key):
                changed = replace(changed, stops=course.stops | {key})
        case Keep(key, values) if key in course.offered:
            changed = _with(course, key, Status.KEPT, values)
        case Drain():
            changed = replace(course, is_ending=True)
        case Kill():
            changed = replace(course, is_ending=True, is_killed=True)
        case _:
            raise CourseError(f"{event} cannot happen now")
    return settled(changed)


def _with(course: Course, key: Key, status: Status, values: tuple[Any, ...] = ()) -> Course:
    told = {**course.values, loop_of(key): values} if is_repeats(key) else course.values
    return replace(course, statuses={**course.statuses, key: status}, values=told)


def _stops(course: Course, key: Key) -> bool:
    """Whether nothing new shall begin because of a failure: one that another step waits for is handled there."""
    is_going_on = course.keep_going or course.outline.is_going_on(key[0])
    return not is_going_on and not course.outline.has_handler(key[0])


def is_repeats(key: Key) -> bool:
    """Whether a key stands for telling the values of a loop."""
    return key[0].endswith(".repeats")


def loop_of(key: Key) -> Key:
    """The loop whose values a key tells."""
    return key[0].removesuffix(".repeats"), key[1]

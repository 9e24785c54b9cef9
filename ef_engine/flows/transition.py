"""What can happen to a flow, and the one pure function that says what follows.

Whatever happens, a course comes to an end: a step is offered, or it is settled that it never will be, or nothing is
left to wait for. So a flow that stalls ends as incomplete instead of hanging.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from ef_engine.flows.course import Course, Status, is_repeats, loop_of
from ef_engine.flows.outline import Key, Outline
from ef_engine.flows.sweep import settled


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


class CourseError(ValueError):
    """An event that cannot happen: a programmer's mistake."""


def begin(outline: Outline, *, keep_going: bool = False, kept: Mapping[Key, tuple[Any, ...]] | None = None) -> Course:
    """A flow at its start; `kept` need not run, by key with the values they told."""
    kept = kept or {}
    values = {loop_of(key): told for key, told in kept.items() if is_repeats(key)}
    return settled(
        Course(outline, keep_going, statuses=dict.fromkeys(kept, Status.KEPT), values=values)
    )  # fmt: skip


def after(course: Course, event: Event) -> Course:
    """The course after the event."""
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

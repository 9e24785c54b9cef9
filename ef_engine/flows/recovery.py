"""Which steps a recovery repeats, and why: found by going through the whole flow as if everything repeated went well.

What succeeded with the same inputs is kept. What failed, was interrupted or never ran is run, and so is whatever
depends on something that is run. The plan is made once and written down; the run then follows it to the letter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from ef_engine.flows.course import WENT_WELL, Course, Status, is_repeats
from ef_engine.flows.model import RERUN, SKIP, AllOf, Condition, On
from ef_engine.flows.outline import ROOT, Key, Outline, requirement, walk
from ef_engine.flows.transition import Began, Ended, Keep, after, begin

Action: TypeAlias = Literal["run", "skip", "maybe"]


@dataclass(frozen=True, slots=True)
class Earlier:
    """One time of a step in the run that is recovered: its status, and by name the digests of what decided its result.

    `values` are what a key of repeats told.
    """

    id: str
    status: str
    inputs: Mapping[str, str] = field(default_factory=dict)
    values: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a key: `run`, `skip`, or `maybe`, if what it waits for comes; and why."""

    key: Key
    action: Action
    reason: str


Inputs: TypeAlias = Callable[[Key, Course], Mapping[str, str]]
"""The digests of what decides a key's result now, by name; only asked where nothing it depends on is run again."""


def plan(outline: Outline, earlier: Mapping[Key, Earlier], inputs: Inputs) -> tuple[Decision, ...]:
    """A decision for everything the flow comes to, in that order, then for what it comes to only if something fails."""
    course, decisions = begin(outline), []
    while not course.is_over or course.offered:
        if kept := _first_kept(course, earlier, inputs):
            key, reason = kept
            course = after(course, Keep(key, earlier[key].values))
            decisions.append(Decision(key, "skip", reason))
        elif course.candidates:
            key = course.candidates[0]
            decisions.append(Decision(key, "run", _reason(course, key, earlier, inputs)))
            values = earlier[key].values if is_repeats(key) and key in earlier else ()
            course = after(after(course, Began(key)), Ended(key, True, values))
        else:
            break
    return (*decisions, *_unreached(outline, course))


def _first_kept(course: Course, earlier: Mapping[Key, Earlier], inputs: Inputs) -> tuple[Key, str] | None:
    for key in course.offered:
        before = earlier.get(key)
        if before and (reason := _why_kept(course, key, before, inputs)):
            return key, reason
    return None


def _why_kept(course: Course, key: Key, before: Earlier, inputs: Inputs) -> str:
    """Why a key need not run; empty if it must."""
    rule = _rule(course.outline, key, before)
    if rule == RERUN:
        return ""
    if rule == SKIP:
        return f"ended with {before.status}, which on_recover skips"
    if before.status != Status.SUCCESS or _repeated(course, key):
        return ""
    return "succeeded with the same inputs" if inputs(key, course) == before.inputs else ""


def _reason(course: Course, key: Key, earlier: Mapping[Key, Earlier], inputs: Inputs) -> str:
    """Why a key runs."""
    if not earlier:
        return "starts anew"
    before = earlier.get(key)
    if key[0].endswith((".setup", ".teardown")):
        return "belongs to what runs"
    if before is None:
        return "has not run yet"
    if _rule(course.outline, key, before) == RERUN:
        return f"ended with {before.status}, which on_recover repeats"
    if before.status != Status.SUCCESS:
        return _WORDS[before.status]
    if repeated := _repeated(course, key):
        return f"{' and '.join(repeated)} {'runs' if len(repeated) == 1 else 'run'} again"
    return "its input changed: " + ", ".join(changed(before.inputs, inputs(key, course)))


_WORDS: Mapping[str, str] = {
    Status.READY: "had not begun",
    Status.ACTIVE: "was interrupted",
    Status.FAILURE: "failed",
    Status.SKIPPED: "was not needed",
    Status.UPSTREAM_FAILED: "could not run",
}


def changed(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """The names of inputs that differ."""
    return [name for name in {**before, **now} if before.get(name) != now.get(name)]


def _rule(outline: Outline, key: Key, before: Earlier) -> str | None:
    return None if "." in key[0] else outline.nodes[key[0]].step.on_recover.get(before.status)


def _repeated(course: Course, key: Key) -> list[str]:
    """The steps a key depends on that are run again, by name."""
    outline, found = course.outline, dict[str, None]()
    node = outline.node_of(key)
    for name in (*node.around, node.step.name):
        depth = outline.nodes[name].depth
        told = (f"{name}.repeats", key[1][:depth])
        if told != key and course.statuses.get(told) is Status.SUCCESS:
            found[told[0]] = None
        for on in requirement(outline.nodes[name].step):
            status = course.statuses.get((on.step, key[1][: outline.nodes[on.step].depth]))
            if status in (Status.SUCCESS, Status.FAILURE):
                found[on.step] = None
    return list(found)


def _unreached(outline: Outline, course: Course) -> Iterator[Decision]:
    """The steps that only have their turn if something fails, or that a loop of unknown passes holds."""
    reached = {key[0].partition(".")[0] for key, status in course.statuses.items() if status in WENT_WELL}
    for node in walk(outline.root, ()):
        step = node.step
        if step.name != ROOT and step.name not in reached:
            why = [condition_text(outline.nodes[name].step.requires) for name in (*node.around, step.name)]
            reason = " and ".join(filter(None, why))
            yield Decision(
                (step.name, (1,) * node.depth), "maybe", f"only if {reason}" if reason else "if its loop does"
            )


def condition_text(condition: Condition) -> str:
    """A condition in words; empty for one that always holds."""
    if isinstance(condition, On):
        return f"{condition.step} {'ends' if condition.end == 'complete' else 'ends with ' + condition.end}"
    word = " and " if isinstance(condition, AllOf) else " or "
    texts = [condition_text(each) for each in condition.conditions]
    return word.join(f"({text})" if " " in text and word in f" {text} " else text for text in texts)


def kept_of(decisions: tuple[Decision, ...], earlier: Mapping[Key, Earlier]) -> dict[Key, Earlier]:
    """What a plan keeps, with where it comes from."""
    return {each.key: earlier[each.key] for each in decisions if each.action == "skip"}

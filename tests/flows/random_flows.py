"""Random flows that make sense, and going through them without any process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import Phase, settings
from hypothesis import strategies as st

from ef_engine.flows.checks import check_flow, with_references
from ef_engine.flows.course import Course, is_repeats
from ef_engine.flows.model import AllOf, AnyOf, Call, Condition, Flow, On, Step
from ef_engine.flows.outline import Key, Outline, outline_of
from ef_engine.flows.transition import Began, Ended, after, begin

WORK = Call("steps:work")
MOST_EVENTS = 2_000


@st.composite
def _steps(draw: st.DrawFn, beside: list[str], names: list[str], depth: int) -> tuple[Step, ...]:
    """Steps that may wait for one another, for what comes later too, and for what is `beside` the container."""
    mine = [names.pop() for _ in range(draw(st.integers(1, 4 if depth == 0 else 3))) if names]
    steps = []
    for name in mine:
        others = [each for each in (*beside, *mine) if each != name]
        is_container = depth < 2 and bool(names) and draw(st.integers(0, 3)) == 0
        inner = draw(_steps(others, names, depth + 1)) if is_container else ()
        is_container = bool(inner)
        repeats = draw(st.sampled_from([None, None, (1, 2), (1,), WORK]))
        steps.append(
            Step(
                name=name,
                run=None if is_container else WORK,
                steps=inner,
                requires=draw(conditions(others)) if others else AllOf(),
                repeats=repeats,
                max_concurrent=draw(st.integers(1, 2)) if repeats else 1,
                keep_going=draw(st.integers(0, 5)) == 0,
                setup=draw(st.sampled_from([None, None, WORK])) if is_container else None,
                teardown=draw(st.sampled_from([None, None, WORK])) if is_container else None,
            )
        )
    return tuple(steps)


def conditions(names: list[str]) -> st.SearchStrategy[Condition]:
    """Conditions on some of the steps, nested."""
    on = st.builds(
        On, st.sampled_from(names), st.sampled_from(["success", "success", "success", "failure", "complete"])
    )
    nested = st.recursive(
        on,
        lambda inner: st.builds(
            lambda kind, each: kind(tuple(each)),
            st.sampled_from([AllOf, AnyOf]),
            st.lists(inner, min_size=1, max_size=2),
        ),
        max_leaves=3,
    )
    return st.one_of(st.just(AllOf()), st.builds(lambda each: AllOf((each,)), nested))


@st.composite
def _flows(draw: st.DrawFn) -> Flow:
    names = [f"s{k}" for k in range(9, -1, -1)]
    return Flow(
        name="random",
        steps=draw(_steps([], names, 0)),
        keep_going=draw(st.booleans()),
        setup=draw(st.sampled_from([None, WORK])),
        teardown=draw(st.sampled_from([None, WORK])),
    )


FLOWS = _flows().filter(lambda flow: not list(check_flow(flow)))


def outline(flow: Flow) -> Outline:
    return outline_of(with_references(flow))


SOME = settings(max_examples=30, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
"""Random flows are small, so a failing one is readable as it is; making it smaller would take minutes."""


@dataclass
class Drive:
    """A flow that was gone through: what began in which order, and the course at its end."""

    course: Course
    began: list[Key] = field(default_factory=list)
    failed: set[Key] = field(default_factory=set)


def drive(
    flow: Flow,
    draw: Callable[[list[Any]], Any],
    is_failing: Callable[[Key], bool],
    kept: dict[Key, tuple[Any, ...]] | None = None,
    watch: Callable[[Course], None] = lambda course: None,
) -> Drive:
    """Goes through the flow, with everything that may run at a time running or not, in the order that is drawn."""
    done = Drive(begin(outline(flow), keep_going=flow.keep_going, kept=kept))
    for _ in range(MOST_EVENTS):
        watch(done.course)
        if done.course.is_over:
            return done
        begins: list[tuple[str, Key]] = [("begin", key) for key in done.course.candidates]
        ends: list[tuple[str, Key]] = [("end", key) for key in sorted(done.course.active)]
        what, key = draw(begins + ends)
        if what == "begin":
            done.began.append(key)
            done.course = after(done.course, Began(key))
            continue
        is_success = not is_failing(key)
        if not is_success:
            done.failed.add(key)
        done.course = after(done.course, Ended(key, is_success, (1, 2) if is_repeats(key) and is_success else ()))
    raise AssertionError("the flow comes to no end")

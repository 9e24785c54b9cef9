"""What may run when: properties of random flows, and the rules one by one."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from ef_engine.flows.admission import admitted
from ef_engine.flows.course import Course, Status
from ef_engine.flows.model import ALWAYS, AllOf, AnyOf, Call, Condition, End, Flow, On, Step
from ef_engine.flows.outcome import FlowEnd, failures, verdict
from ef_engine.flows.outline import ROOT, Key, Sequence
from ef_engine.flows.transition import Began, CourseError, Drain, Ended, Kill, after, begin
from tests.flows.random_flows import FLOWS, SOME, WORK, Drive, drive, outline

SEEDS = st.integers(0, 2**32)


def random_drive(seed: int, flow: Flow, watch: Callable[[Course], None] = lambda course: None) -> Drive:
    """Through the flow in random order, with a random share of failures."""
    choice = random.Random(seed)
    failing = choice.choice([0.0, 0.1, 0.3, 0.6])
    return drive(flow, choice.choice, lambda key: choice.random() < failing, watch=watch)


@given(FLOWS, SEEDS)
@SOME
def test_every_flow_comes_to_an_end_and_runs_nothing_twice(flow: Flow, seed: int) -> None:
    done = random_drive(seed, flow)
    event(verdict(done.course).end.value)
    assert len(done.began) == len(set(done.began))
    assert not done.course.active


@given(FLOWS, SEEDS)
@SOME
def test_success_means_that_everything_ran_or_was_not_needed(flow: Flow, seed: int) -> None:
    course = random_drive(seed, flow).course
    end = verdict(course)
    statuses = set(course.statuses.values())
    if end.end is FlowEnd.SUCCESS:
        assert Status.UPSTREAM_FAILED not in statuses
        assert end.handled == len(failures(course))
        assert all((step.name, (1,)) in course.statuses for step in flow.steps)
    elif end.end is FlowEnd.FAILURE:
        assert Status.FAILURE in statuses
    else:
        assert failures(course) or (ROOT, (1,)) not in course.statuses


def holds(condition: Condition, course: Course, prefix: Sequence) -> bool:
    """The plain meaning of a condition."""
    if isinstance(condition, On):
        status = course.statuses.get((condition.step, prefix[: course.outline.nodes[condition.step].depth]))
        fitting = {
            "success": {Status.SUCCESS},
            "failure": {Status.FAILURE},
            "complete": {Status.SUCCESS, Status.FAILURE},
        }
        return status in fitting[condition.end]
    together = any if isinstance(condition, AnyOf) else all
    return together(holds(each, course, prefix) for each in condition.conditions)


@given(FLOWS, SEEDS)
@SOME
def test_nothing_may_begin_before_what_it_waits_for(flow: Flow, seed: int) -> None:
    def watch(course: Course) -> None:
        for name, sequence in course.candidates:
            node = course.outline.node_of((name, sequence))
            inside = [*node.around, *([node.step.name] if name.endswith(("setup", "teardown")) else [])]
            for each in inside if "." in name else [*inside, name]:
                assert holds(course.outline.nodes[each].step.requires, course, sequence)

    random_drive(seed, flow, watch)


@given(FLOWS, SEEDS)
@SOME
def test_no_more_passes_are_under_way_than_a_loop_allows(flow: Flow, seed: int) -> None:
    def watch(course: Course) -> None:
        for name, node in course.outline.nodes.items():
            open_passes: dict[Sequence, set[int]] = {}
            for key in course.active:
                around = [each for each, _, _ in course.outline.loops_around(key)]
                if name in around and "." not in key[0]:
                    open_passes.setdefault(key[1][: node.depth], set()).add(key[1][node.depth])
            assert all(len(found) <= node.step.max_concurrent for found in open_passes.values())

    random_drive(seed, flow, watch)


@given(FLOWS, SEEDS)
@SOME
def test_after_a_kill_only_teardowns_begin(flow: Flow, seed: int) -> None:
    course = begin(outline(flow))
    for _ in range(seed % 7):
        if course.is_over:
            return
        key = (course.candidates or tuple(course.active))[0]
        course = after(course, Began(key) if key in course.candidates else Ended(key, True, (1,)))
    course = after(course, Kill())
    while not course.is_over:
        assert all(name.endswith(".teardown") for name, _ in course.candidates)
        key = (tuple(sorted(course.active)) or course.candidates)[0]
        course = after(course, Began(key) if key in course.candidates else Ended(key, False))
    torn = {name.removesuffix(".teardown") for name, _ in course.statuses if name.endswith(".teardown")}
    assert torn >= {name for name, _ in course.begun if course.outline.nodes[name].step.teardown}
    assert verdict(course).end in (FlowEnd.KILLED, FlowEnd.SUCCESS)


def step(name: str, *waits: tuple[str, End] | Condition, **options: object) -> Step:
    conditions = tuple(On(*each) if isinstance(each, tuple) else each for each in waits)
    return replace(Step(name=name, run=WORK, requires=AllOf(conditions) if conditions else ALWAYS), **options)  # type: ignore[arg-type]


def go(flow: Flow, *failing: str) -> Drive:
    """Through the flow one step after the other, in order."""
    return drive(flow, lambda choices: choices[0], lambda key: f"{key[0]}@{'.'.join(map(str, key[1]))}" in failing)


def began(done: Drive) -> list[str]:
    return [done.course.outline.label(key) for key in done.began]


def flow_of(*steps: Step, **options: object) -> Flow:
    return replace(Flow(name="f", steps=steps), **options)  # type: ignore[arg-type]


LOOPS = flow_of(
    Step(
        name="s1",
        repeats=(1, 2),
        steps=(
            Step(name="s11", repeats=(1, 2), steps=(step("p1"), step("p2", ("p1", "success")))),
            step("p3", ("s11", "success")),
        ),
    ),
    step("p4", ("s1", "success")),
)


def test_loops_run_in_the_order_of_the_worked_example() -> None:
    order = "p1@1.1.1 p2@1.1.1 p1@1.1.2 p2@1.1.2 p3@1.1 p1@1.2.1 p2@1.2.1 p1@1.2.2 p2@1.2.2 p3@1.2 p4@1"
    assert began(go(LOOPS)) == order.split()


def test_by_default_nothing_new_begins_after_a_failure() -> None:
    flow = flow_of(step("a"), step("b"), step("c", ("b", "success")))
    assert began(go(flow, "a@1")) == ["a@1", "b@1"] or began(go(flow, "a@1")) == ["a@1"]
    course = begin(outline(flow))
    course = after(after(course, Began(("a", (1,)))), Ended(("a", (1,)), False))
    assert course.candidates == ()
    assert verdict(course).end is FlowEnd.FAILURE


@pytest.mark.parametrize("where", ["flow", "step"])
def test_keep_going_leaves_independent_branches_alone(where: str) -> None:
    flow = flow_of(
        step("a", keep_going=where == "step"), step("b", ("a", "success")), step("c"), keep_going=where == "flow"
    )
    done = go(flow, "a@1")
    assert {"a@1", "c@1"} == set(began(done))
    assert done.course.statuses["b", (1,)] is Status.UPSTREAM_FAILED
    assert verdict(done.course).end is FlowEnd.FAILURE


def test_a_failure_that_another_step_waited_for_is_handled() -> None:
    flow = flow_of(step("a"), step("mend", ("a", "failure")), step("c", AnyOf((On("a"), On("mend")))))
    done = go(flow, "a@1")
    assert "c@1" in began(done)
    assert verdict(done.course).line == "Processing finished with: success (1 handled failure)"
    assert go(flow).course.statuses["mend", (1,)] is Status.SKIPPED
    assert verdict(go(flow).course).line == "Processing finished with: success"


def test_a_handled_failure_is_no_success_while_a_step_could_not_run() -> None:
    flow = flow_of(step("a"), step("b", ("a", "success")), step("mend", ("a", "failure")))
    assert verdict(go(flow, "a@1").course).line == "Processing finished with: incomplete"


def test_a_failure_whose_handler_fails_is_a_failure() -> None:
    flow = flow_of(step("a"), step("mend", ("a", "failure")))
    assert verdict(go(flow, "a@1", "mend@1").course).end is FlowEnd.FAILURE


@pytest.mark.parametrize("failing", [[], ["a@1"]])
def test_complete_fires_on_both_ends(failing: list[str]) -> None:
    done = go(flow_of(step("a"), step("after", ("a", "complete")), step("next", ("after", "success"))), *failing)
    assert began(done) == ["a@1", "after@1", "next@1"]
    assert verdict(done.course).end is (FlowEnd.FAILURE if failing else FlowEnd.SUCCESS)


def test_a_step_may_wait_for_one_that_comes_later() -> None:
    assert began(go(flow_of(step("a", ("b", "success")), step("b")))) == ["b@1", "a@1"]


def test_a_loop_that_is_told_no_values_has_nothing_to_do() -> None:
    flow = flow_of(step("each", repeats=Call("steps:values")), step("b", ("each", "success")))
    course = begin(outline(flow))
    key: Key = ("each.repeats", (1,))
    course = after(after(course, Began(key)), Ended(key, True, ()))
    assert course.candidates == (("b", (1,)),)


def test_a_loop_whose_values_cannot_be_told_has_failed() -> None:
    done = go(flow_of(step("each", repeats=Call("steps:values")), step("b", ("each", "success"))), "each.repeats@1")
    assert done.course.statuses["each", (1,)] is Status.FAILURE
    assert verdict(done.course).end is FlowEnd.FAILURE


def test_setup_comes_first_and_teardown_last_even_after_a_failure() -> None:
    box = Step(name="box", steps=(step("a"), step("b", ("a", "success"))), setup=WORK, teardown=WORK, repeats=(1, 2))
    done = go(flow_of(box, teardown=WORK), "a@1.2")
    assert began(done) == [
        "box.setup@1.1", "a@1.1", "b@1.1", "box.teardown@1.1", "box.setup@1.2", "a@1.2", "box.teardown@1.2",
        "f.teardown@1",
    ]  # fmt: skip


def test_what_lies_behind_a_failed_setup_could_not_run() -> None:
    box = Step(name="box", steps=(step("a"),), setup=WORK, teardown=WORK)
    done = go(flow_of(box, keep_going=True), "box.setup@1.1")
    assert done.course.statuses["a", (1, 1)] is Status.UPSTREAM_FAILED
    assert verdict(done.course).end is FlowEnd.FAILURE


def test_drained_before_its_end_a_flow_is_incomplete() -> None:
    course = begin(outline(flow_of(step("a"), step("b", ("a", "success")))))
    course = after(after(course, Began(("a", (1,)))), Drain())
    course = after(course, Ended(("a", (1,)), True))
    assert course.is_over
    assert verdict(course).end is FlowEnd.INCOMPLETE


def test_what_was_not_offered_cannot_begin() -> None:
    course = begin(outline(flow_of(step("a"), step("b", ("a", "success")))))
    with pytest.raises(CourseError):
        after(course, Began(("b", (1,))))


def test_no_more_begins_than_jobs_and_limits_allow() -> None:
    flow = flow_of(
        step("a", acquires={"db": 2}), step("b", acquires={"db": 2}), step("c", acquires={"db": 1}), step("d"),
        limits={"db": 3},
    )  # fmt: skip
    course = begin(outline(flow))
    assert [key[0] for key in admitted(course.outline, course.candidates, [], 9)] == ["a", "c", "d"]
    assert [key[0] for key in admitted(course.outline, course.candidates, [], 2)] == ["a", "c"]
    assert [key[0] for key in admitted(course.outline, course.candidates[1:], [("a", (1,))], 9)] == ["c", "d"]

"""What a recovery repeats: the plan is what then happens, whatever becomes of the steps."""

from __future__ import annotations

import random
from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from ef_engine.flows.course import WENT_WELL, Course, Status, is_repeats
from ef_engine.flows.model import Flow, Step
from ef_engine.flows.outcome import FlowEnd, verdict
from ef_engine.flows.outline import Key
from ef_engine.flows.recovery import Decision, Earlier, kept_of, plan
from tests.flows.random_flows import FLOWS, SOME, Drive, drive, outline
from tests.flows.test_course import LOOPS, SEEDS, flow_of, go, step

SAME: Mapping[str, str] = {"callable": "steps:work"}


def left_by(done: Drive) -> dict[Key, Earlier]:
    """The records that a run leaves of its steps."""
    found: dict[Key, Earlier] = {}
    for key, status in done.course.statuses.items():
        if key in done.began or status is Status.KEPT:
            word = "success" if status in WENT_WELL else status.value
            values = done.course.values.get((key[0].removesuffix(".repeats"), key[1]), ()) if is_repeats(key) else ()
            found[key] = Earlier(f"F1.{len(found)}", word, SAME, values)
    return found


def planned(flow: Flow, earlier: Mapping[Key, Earlier], changed: frozenset[str] = frozenset()) -> tuple[Decision, ...]:
    def inputs(key: Key, _: Course) -> Mapping[str, str]:
        return {**SAME, "house.json": "new"} if key[0] in changed else SAME

    return plan(outline(flow), earlier, inputs)


def again(
    flow: Flow, earlier: Mapping[Key, Earlier], decisions: tuple[Decision, ...], seed: int, failing: float
) -> Drive:
    kept = {key: each.values for key, each in kept_of(decisions, dict(earlier)).items()}
    choice = random.Random(seed)
    return drive(flow, choice.choice, lambda key: choice.random() < failing, kept=kept)


def interrupted(flow: Flow, seed: int) -> Drive:
    choice = random.Random(seed)
    failing = choice.choice([0.0, 0.2, 0.5])
    return drive(flow, choice.choice, lambda key: choice.random() < failing)


def of(decisions: tuple[Decision, ...], action: str) -> set[Key]:
    return {each.key for each in decisions if each.action == action}


@given(FLOWS, SEEDS, st.sets(st.sampled_from([f"s{k}" for k in range(10)]), max_size=2))
@SOME
def test_a_dry_run_tells_what_then_happens(flow: Flow, seed: int, changed: set[str]) -> None:
    earlier = left_by(interrupted(flow, seed))
    decisions = planned(flow, earlier, frozenset(changed))
    done = again(flow, earlier, decisions, seed + 1, 0.0)
    untold = [key for key in of(decisions, "run") if is_repeats(key)]  # who knows how many passes there will be
    assert {key for key in of(decisions, "run") ^ set(done.began) if not _is_inside(done, key, untold)} == set()
    assert not of(decisions, "skip") & set(done.began)
    assert all(each.reason for each in decisions)


def _is_inside(done: Drive, key: Key, repeats: list[Key]) -> bool:
    """Whether a key lies in a loop whose values are only told in the run."""
    return any(
        (f"{loop[0]}.repeats", loop[1]) in repeats for _, loop, _ in done.course.outline.loops_around(key)
    ) or any((f"{name}.repeats", sequence[:-1]) in repeats for name, sequence in done.course.outline.passes_around(key))


@given(FLOWS, SEEDS)
@SOME
def test_whatever_fails_in_a_recovery_nothing_that_was_to_be_skipped_runs(flow: Flow, seed: int) -> None:
    earlier = left_by(interrupted(flow, seed))
    decisions = planned(flow, earlier)
    done = again(flow, earlier, decisions, seed + 1, 0.4)
    assert not of(decisions, "skip") & set(done.began)
    maybe = {name for name, _ in of(decisions, "maybe")}
    for key in done.began:
        names = {key[0].partition(".")[0], *done.course.outline.node_of(key).around}
        untold = [each for each in of(decisions, "run") if is_repeats(each)]
        assert key in of(decisions, "run") or names & maybe or _is_inside(done, key, untold)


@given(FLOWS, SEEDS)
@SOME
def test_a_recovery_of_what_went_well_runs_nothing_and_is_a_success(flow: Flow, seed: int) -> None:
    choice = random.Random(seed)
    earlier = left_by(first := drive(flow, choice.choice, lambda key: False))
    decisions = planned(flow, earlier)
    done = again(flow, earlier, decisions, seed, 0.0)
    assert done.began == []
    assert verdict(done.course).end == verdict(first.course).end


@given(FLOWS, SEEDS)
@SOME
def test_what_ran_well_is_never_run_twice_however_often_a_flow_is_recovered(flow: Flow, seed: int) -> None:
    succeeded: set[Key] = set()
    earlier: dict[Key, Earlier] = {}
    for attempt in range(4):
        decisions = planned(flow, earlier)
        reasons = {each.key: each.reason for each in decisions if each.action == "run"}
        repeated = {key for key in succeeded & reasons.keys() if not key[0].endswith((".setup", ".teardown"))}
        assert {reasons[key] for key in repeated if not reasons[key].endswith("again")} == set()
        done = again(flow, earlier, decisions, seed + attempt, 0.0 if attempt == 3 else 0.3)
        succeeded = {
            key for key, status in done.course.statuses.items() if status in WENT_WELL and key in left_by(done)
        }
        earlier = left_by(done)


def run_labels(decisions: tuple[Decision, ...], flow: Flow) -> list[str]:
    return [outline(flow).label(each.key) for each in decisions if each.action == "run"]


def test_the_loops_of_the_worked_example_go_on_where_they_failed() -> None:
    first = go(LOOPS, "p1@1.2.2")
    decisions = planned(LOOPS, left_by(first))
    assert run_labels(decisions, LOOPS) == ["p1@1.2.2", "p2@1.2.2", "p3@1.2", "p4@1"]
    second = again(LOOPS, left_by(first), decisions, 0, 0.0)
    assert verdict(second.course).end is FlowEnd.SUCCESS
    assert run_labels(planned(LOOPS, left_by(second)), LOOPS) == []


FORK = flow_of(
    step("a1"), step("a2"), step("b", ("a1", "success"), ("a2", "success")), step("c1", ("b", "success")),
    step("c2", ("b", "success")),
)  # fmt: skip


def test_of_a_fork_only_the_step_that_failed_runs_again() -> None:
    decisions = planned(FORK, left_by(go(FORK, "c2@1")))
    assert run_labels(decisions, FORK) == ["c2@1"]
    assert [each.reason for each in decisions if each.action == "run"] == ["failed"]


def test_a_changed_input_runs_its_step_and_what_depends_on_it_and_says_why() -> None:
    decisions = planned(FORK, left_by(go(FORK)), frozenset({"a2"}))
    assert {(each.key[0], each.action, each.reason) for each in decisions} == {
        ("a1", "skip", "succeeded with the same inputs"),
        ("a2", "run", "its input changed: house.json"),
        ("b", "run", "a2 runs again"),
        ("c1", "run", "b runs again"),
        ("c2", "run", "b runs again"),
    }


def test_on_recover_decides_whatever_the_inputs() -> None:
    flow = flow_of(
        step("a", on_recover={"success": "rerun"}), step("b", on_recover={"failure": "skip"}),
        step("c", ("b", "success")), step("d", on_recover={"success": "skip"}), keep_going=True,
    )  # fmt: skip
    decisions = planned(flow, left_by(go(flow, "b@1")), frozenset({"d"}))
    assert {(each.key[0], each.action) for each in decisions} == {
        ("a", "run"), ("b", "skip"), ("c", "run"), ("d", "skip"),
    }  # fmt: skip
    assert [each.reason for each in decisions if each.key[0] == "b"] == ["ended with failure, which on_recover skips"]


def test_what_only_a_failure_starts_is_told_as_such() -> None:
    flow = flow_of(step("a"), step("mend", ("a", "failure")))
    assert planned(flow, {})[-1] == Decision(("mend", (1,)), "maybe", "only if a ends with failure")


def test_setup_and_teardown_run_again_with_what_lies_between_them_and_not_without() -> None:
    box = Step(name="box", steps=(step("a"), step("b", ("a", "success"))), setup=step("x").run, teardown=step("x").run)
    flow = flow_of(box)
    first = left_by(go(flow, "b@1.1"))
    assert run_labels(planned(flow, first), flow) == ["box.setup@1.1", "b@1.1", "box.teardown@1.1"]
    assert run_labels(planned(flow, left_by(go(flow))), flow) == []

"""The tree of a flow: what it says of containers and loops is what the course of the flow says of them."""

from __future__ import annotations

import random
from itertools import pairwise

from hypothesis import given

from ef_engine.flows.course import Status, is_repeats
from ef_engine.flows.model import Flow, Step
from ef_engine.flows.outline import ROOT, Key, Outline
from ef_engine.flows.tree import Branch, Known, grown, label
from tests.flows.random_flows import FLOWS, SOME, Drive, outline
from tests.flows.test_course import LOOPS, SEEDS, flow_of, step
from tests.flows.test_recovery import again, interrupted, left_by, planned


def written(done: Drive) -> dict[Key, str]:
    """The statuses that records of the run hold: of what ran or was kept, and of what never will."""
    nodes = done.course.outline.nodes

    def has_record(key: Key, status: Status) -> bool:
        node = nodes.get(key[0])
        if status is Status.KEPT:
            return is_repeats(key) or (node is not None and node.step.run is not None)
        never = status in (Status.SKIPPED, Status.UPSTREAM_FAILED)
        return key in done.began or (never and node is not None and len(key[1]) == node.depth > 0)

    return {key: status for key, status in done.course.statuses.items() if has_record(key, status)}


def tree(done: Drive) -> list[Branch]:
    return grown(done.course.outline, Known(written(done), done.course.values, is_over=True))


def lines(found: Outline, branches: list[Branch]) -> list[str]:
    return [f"{'  ' * len(each.last)}{label(found, each)}@{'.'.join(map(str, each.key[1]))}" for each in branches]


@given(FLOWS, SEEDS)
@SOME
def test_the_status_of_what_consists_of_steps_is_that_of_its_course(flow: Flow, seed: int) -> None:
    done = interrupted(flow, seed)
    for branch in tree(done):
        if status := done.course.statuses.get(branch.key):
            assert branch.status == status, branch


@given(FLOWS, SEEDS)
@SOME
def test_after_a_recovery_too(flow: Flow, seed: int) -> None:
    earlier = left_by(interrupted(flow, seed))
    done = again(flow, earlier, planned(flow, earlier), random.Random(seed).random() > 0.5, 0.2)
    for branch in tree(done):
        if status := done.course.statuses.get(branch.key):
            assert branch.status == status, branch


@given(FLOWS, SEEDS)
@SOME
def test_every_step_has_one_place_below_what_holds_it(flow: Flow, seed: int) -> None:
    done = interrupted(flow, seed)
    branches = tree(done)
    keys = [(branch.kind, branch.key) for branch in branches]
    assert len(set(keys)) == len(keys)
    assert set(done.began) <= {branch.key for branch in branches}
    assert branches[0].key == (ROOT, (1,))
    depths = [len(branch.last) for branch in branches]
    assert all(after <= before + 1 for before, after in pairwise(depths))
    steps = [branch for branch in branches if branch.kind == "step"]
    assert (branches[0].done, branches[0].total) == (sum(each.done for each in steps), len(steps))


def test_the_worked_example_nests_with_its_sequences() -> None:
    found = outline(LOOPS)
    assert lines(found, grown(found, Known({})))[:8] == [
        "f@1",
        "  s1@1",
        "    s1@1.1",
        "      s11@1.1",
        "        s11@1.1.1",
        "          p1@1.1.1",
        "          p2@1.1.1",
        "        s11@1.1.2",
    ]


def test_a_container_is_under_way_between_two_of_its_steps_and_partly_done_when_all_is_over() -> None:
    found = outline(flow_of(Step(name="box", steps=(step("a"), step("b", ("a", "success"))))))
    words: dict[Key, str] = {("a", (1, 1)): Status.SUCCESS}
    assert [each.status for each in grown(found, Known(words))] == ["active", "active", "success", "ready"]
    assert grown(found, Known(words, is_over=True))[1].status == "incomplete"


def test_what_crashed_was_killed_or_is_lost_is_told_of_what_is_around_it() -> None:
    found = outline(flow_of(Step(name="box", steps=(step("a"), step("b")))))
    for words, status in (
        (("crashed", "success"), "crashed"), (("killed", "killed"), "killed"), (("crashed", "failure"), "failure"),
        (("lost", "failure"), "lost"), (("paused", "success"), "paused"), (("active", "paused"), "active"),
    ):  # fmt: skip
        known = Known({("a", (1, 1)): words[0], ("b", (1, 1)): words[1]})
        assert grown(found, known)[1].status == status

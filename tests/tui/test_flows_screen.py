"""Flows in the dashboard, by key, on real runs: what is shown of them, recovering, stopping and holding them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from ef_engine.service.flow_tree import FlowWatch
from ef_engine.service.rights import ALL, Right
from ef_engine.service.workspace import Workspace
from ef_engine.store import declared_flows, flow_runs, schedules
from ef_engine.store.places import places_under
from ef_tui.actions import READ_ONLY
from ef_tui.flow_actions import FLOW_ACTIONS
from ef_tui.screens.flows import FlowsScreen
from ef_tui.screens.live import LiveScreen
from ef_tui.screens.output import OutputScreen
from ef_tui.screens.plan import PlanScreen
from ef_tui.session import Preferences
from tests.flows.conftest import Mill, mill
from tests.flows.test_examples import FORK_DOCUMENT, LOOPS_DOCUMENT, says
from tests.schedules.schedules import scheduled
from tests.tui import flow_workspace
from tests.tui.conftest import Person, opened
from tests.tui.test_actions import does, every_action_named_is_done, output, said

__all__ = ["every_action_named_is_done", "mill"]

GATE: dict[str, Any] = {"name": "a", "run": "steps:gate", "kwargs": {"name": "A"}}
"""A step that goes on when the test lets it."""


@asynccontextmanager
async def at_flows(mill: Mill, **more: Any) -> AsyncIterator[Person]:
    """A dashboard that looks often, on its screen of flows."""
    workspace = more.pop("workspace", Workspace(mill.places, "ann"))
    preferences = Preferences(refresh=more.pop("refresh", 0.1))
    async with opened(workspace, preferences=preferences, **more) as person:
        await person.press("f")
        await person.until(lambda: isinstance(person.app.screen, FlowsScreen) and person.app.screen.seen.flows)
        yield person


def screen(person: Person) -> FlowsScreen:
    found = next(each for each in person.app.screen_stack if isinstance(each, FlowsScreen))
    return found


def states(person: Person) -> list[tuple[str, str]]:
    """The runs as they are shown: the name and state of each."""
    return [(row.name, row.state) for row in screen(person).panes[0].table.rows]


def steps(person: Person) -> dict[str, str]:
    """The steps as they are shown, those that do something: the state of each."""
    rows = screen(person).panes[1].table.rows
    return {f"{row.name}@{row.sequence}": row.status for row in rows if row.branch.kind == "step"}


async def go_to_step(person: Person, name: str) -> None:
    """Puts the cursor on a step."""
    await person.press("2")
    table = screen(person).panes[1].table
    assert table.go_to_key(next(row.key for row in table.rows if f"{row.name}@{row.sequence}" == name))
    await person.pilot.pause()


def declare(mill: Mill, *document: dict[str, Any], name: str = "nightly") -> None:
    declared_flows.declare(mill.places, name, Path(mill.flow(*document, name=name)))


@does("flow_recover")
async def test_a_failed_run_is_recovered_by_its_key_and_exactly_the_failing_step_runs_again(mill: Mill) -> None:
    mill.cli("run", "flow", mill.flow(*FORK_DOCUMENT), bad="C2@1")
    run_id = mill.latest().id
    assert sorted(mill.ran()) == ["A1@1", "A2@1", "B@1", "C1@1"]
    async with at_flows(mill) as person:
        assert states(person) == [("nightly", "failure")]
        assert steps(person) == {
            "a1@1": "success",
            "a2@1": "success",
            "b@1": "success",
            "c1@1": "success",
            "c2@1": "failure",
        }
        await go_to_step(person, "c2@1")
        assert "ValueError: C2@1 is bad ─╯" in person.text  # whole, in the frame
        await person.press("t")
        await person.until(lambda: isinstance(person.app.screen, PlanScreen))
        assert f"Recover nightly, run {run_id}?" in person.text
        assert "1 to run, 4 to skip" in person.text
        assert "skip   c1@1" in person.text
        assert "succeeded with the same inputs" in person.text
        assert "run    c2@1" in person.text
        assert f"ef_cli run flow nightly --recover {run_id} --detach" in person.text
        await person.press("n")
        await person.pilot.pause()
        assert len(flow_runs.runs(mill.places)) == 1

        await person.press("t")
        await person.until(lambda: isinstance(person.app.screen, PlanScreen))
        await person.press("y")

        await person.until(lambda: states(person) == [("nightly", "success"), ("nightly", "failure")])
        await person.until(lambda: steps(person)["c2@1"] == "success")
        assert steps(person) == {
            "a1@1": "skipped",
            "a2@1": "skipped",
            "b@1": "skipped",
            "c1@1": "skipped",
            "c2@1": "success",
        }
        assert f"$ ef_cli run flow nightly --recover {run_id} --detach" in person.text
    assert mill.ran() == ["C2@1"]


async def test_loops_are_a_tree_with_sequences_and_what_a_step_did_is_opened(mill: Mill) -> None:
    mill.cli("run", "flow", mill.flow(*LOOPS_DOCUMENT), bad="p1@1.2.2")
    async with at_flows(mill, size=(200, 50)) as person:
        assert "nightly 7/11" in person.text
        assert re.search("│   │   └ s112 +1.2.2 +✗ upstream_failed", person.text)
        rows = {row.key: (row.status, len(row.branch.last)) for row in screen(person).panes[1].table.rows}
        assert rows["loop s1@1"] == ("failure", 1)
        assert rows["pass s1@1.1"] == ("success", 2)
        assert rows["loop s11@1.2"] == ("failure", 3)
        assert rows["pass s11@1.2.2"] == ("failure", 4)
        assert rows["step s111@1.2.2"] == ("failure", 5)
        assert rows["step s112@1.2.2"] == ("upstream_failed", 5)
        assert rows["step s12@1.2"] == ("upstream_failed", 3)
        assert rows["step s2@1"] == ("upstream_failed", 1)

        await go_to_step(person, "s111@1.2.2")
        await person.press("enter")
        await person.until(lambda: isinstance(person.app.screen, LiveScreen) and len(output(person)) > 1)

        text = "\n".join(output(person))
        assert "Message       ValueError: p1@1.2.2 is bad" in text
        assert "steps:say\n  text = p1\n  value of s1 = 2\n  value of s11 = 2" in text
        assert "Traceback (most recent call last)" in text
        assert "Attempts      1" in text

        await person.press("escape")
        mill.ran()
        await person.press("t")
        await person.until(lambda: isinstance(person.app.screen, PlanScreen))
        assert "4 to run, 7 to skip" in person.text
        await person.press("y")
        await person.until(lambda: states(person) == [("nightly", "success"), ("nightly", "failure")])
    assert mill.ran() == ["p1@1.2.2", "p2@1.2.2", "p3@1.2", "p4@1"]


async def test_what_hangs_on_a_branch_is_folded_and_unfolded(mill: Mill) -> None:
    declare(mill, *LOOPS_DOCUMENT)
    async with at_flows(mill) as person:
        assert states(person) == [("nightly", "declared")]
        everything = len(screen(person).panes[1].table.rows)
        await person.press("2", "down", "space")
        assert "s1 0/10 …" in person.text
        assert set(steps(person)) == {"s2@1"}
        await person.press("enter")
        assert len(screen(person).panes[1].table.rows) == everything


@does("flow_run", "flow_kill", "flow_pause")
async def test_a_declared_flow_is_run_watched_and_killed(mill: Mill) -> None:
    declare(mill, GATE, says("b", "B", "a"))
    async with at_flows(mill) as person:
        assert steps(person) == {"a@1": "ready", "b@1": "ready"}
        await person.press("x")
        await person.until(lambda: steps(person) == {"a@1": "active", "b@1": "ready"})
        run_id = mill.latest().id
        assert "$ ef_cli run flow nightly --detach" in person.text
        assert said(person) == [f"nightly runs as {run_id}."]
        await person.press("x", "t")
        assert said(person)[1:] == [
            "run anew: only a flow of which no run is under way can be run.",
            "recover: only a flow that ran, and does not run now, can be recovered.",
        ]
        await person.press("1", "p")
        await person.until(lambda: states(person) == [("nightly", "paused")])
        await person.press("p")
        await person.until(lambda: states(person) == [("nightly", "running")])
        assert f"$ ef_cli resume {run_id}" in person.text
        await person.press("K")
        assert "Kill nightly?" in person.text
        await person.press("y")
        await person.until(lambda: states(person) == [("nightly", "killed")])
        await person.until(lambda: steps(person) == {"a@1": "killed", "b@1": "upstream_failed"})
        assert f"$ ef_cli kill flow {run_id}" in person.text
    assert mill.ran() == []


async def test_a_step_is_held_let_go_on_and_killed_alone(mill: Mill) -> None:
    other = GATE | {"name": "b", "kwargs": {"name": "B"}}
    declare(mill, GATE, other)
    async with at_flows(mill) as person:
        await person.press("x")
        await person.until(lambda: steps(person) == {"a@1": "active", "b@1": "active"})
        await go_to_step(person, "a@1")
        await person.press("p")
        await person.until(lambda: steps(person)["a@1"] == "paused")
        mill.open()
        await person.until(lambda: steps(person)["b@1"] == "success")
        assert steps(person)["a@1"] == "paused"
        await person.press("p")
        await person.until(lambda: states(person) == [("nightly", "success")])
        assert f"$ ef_cli resume {mill.latest().id}." in person.text

        (mill.home / "open").unlink()
        await person.press("1", "x")
        await person.until(lambda: len(states(person)) == 2 and steps(person) == {"a@1": "active", "b@1": "active"})
        await go_to_step(person, "a@1")
        await person.press("K")
        assert "Kill a@1?" in person.text
        await person.press("y")
        await person.until(lambda: steps(person)["a@1"] == "killed")
        assert steps(person)["b@1"] == "active"
        mill.open()
        await person.until(lambda: states(person)[0] == ("nightly", "failure"))


async def test_two_dashboards_see_one_run_and_only_one_starts_it(mill: Mill) -> None:
    declare(mill, GATE)
    async with at_flows(mill) as one, at_flows(mill, refresh=60.0) as other:
        await one.press("x")
        await one.until(lambda: states(one) == [("nightly", "running")])
        assert states(other) == [("nightly", "declared")]
        await other.press("x")
        await other.until(lambda: said(other))
        assert said(other)[0].startswith(f"flow nightly is run by ann as {mill.latest().id} (process ")
        other.app.look_now()
        await other.until(lambda: states(other) == [("nightly", "running")])
        mill.open()
        await one.until(lambda: states(one) == [("nightly", "success")])
    assert mill.ran() == ["A@1"]


async def test_the_cursor_stays_on_its_run_and_step_when_a_newer_run_comes(tmp_path: Path) -> None:
    home = tmp_path / "home"
    workspace = flow_workspace.make(home, is_over=True)
    async with opened(workspace) as person:
        await person.press("f")
        await person.until(lambda: isinstance(person.app.screen, FlowsScreen) and screen(person).branch)
        await go_to_step(person, "s12@1.2")
        flow_workspace.go_on(home, workspace.places)
        person.app.look_now()
        await person.until(lambda: len(states(person)) == 4)
        assert states(person)[0] == ("nightly", "running")
        assert screen(person).panes[0].table.cursor_key == flow_workspace.RECOVERED
        assert screen(person).panes[1].table.cursor_key == "step s12@1.2"


async def test_a_running_step_is_in_progress_and_leads_to_its_place_in_the_tree(mill: Mill) -> None:
    mill.cli("run", "flow", mill.flow(GATE), "--detach")
    async with opened(Workspace(mill.places, "ann"), preferences=Preferences(refresh=0.1)) as person:
        await person.until(lambda: len(person.app.snapshot.in_progress) == 2)
        step_id = f"{mill.latest().id}.1"
        await person.press("3")
        assert person.main.current.table.go_to_key(step_id)
        await person.press("enter")
        await person.until(lambda: isinstance(person.app.screen, FlowsScreen) and screen(person).seen.tree)
        await person.until(lambda: screen(person).branch and screen(person).branch.record_id == step_id)  # type: ignore[union-attr]
        await person.press("escape", "v")
        await person.until(lambda: f"prerun         {step_id}    a@1" in person.text)
        mill.open()
        await person.until(lambda: "nightly  attempt=1 outcome=evaluated" in person.text)


async def test_who_only_looks_changes_no_flow(mill: Mill) -> None:
    declare(mill, GATE)
    writing = [action for action in FLOW_ACTIONS if action.writes]
    async with at_flows(mill, is_read_only=True) as person:
        await person.press(*(action.key.split(",")[0] for action in writing))
        assert said(person) == [f"{action.title}: {READ_ONLY}." for action in writing]
    assert not flow_runs.runs(mill.places)


async def test_who_has_no_right_to_run_starts_no_flow(mill: Mill) -> None:
    declare(mill, GATE)
    async with at_flows(mill, workspace=Workspace(mill.places, "ann", ALL - {Right.RUN}, "guest", "c.toml")) as person:
        await person.press("x")
        await person.until(lambda: said(person))
        assert said(person)[0].startswith("profile guest has no right to RUN")
    assert not flow_runs.runs(mill.places)


async def test_a_key_that_does_nothing_to_a_flow_says_why(mill: Mill) -> None:
    declare(mill, GATE)
    others = [action for action in FLOW_ACTIONS if action.id != "flow_run"]
    async with at_flows(mill) as person:
        await person.press(*(action.key.split(",")[0] for action in others))
        assert said(person) == [f"{action.title}: {action.otherwise}." for action in others]


async def test_the_palette_leads_to_flows_and_offers_what_can_be_done_there(mill: Mill) -> None:
    declare(mill, GATE)
    async with opened(Workspace(mill.places, "ann")) as person:
        await person.press("ctrl+p")
        await person.type("flows")
        assert "their runs as trees, recovering them" in person.text
        await person.press("enter")
        await person.until(lambda: isinstance(person.app.screen, FlowsScreen) and screen(person).seen.flows)
        await person.press("ctrl+p")
        assert "all of the flow, as its file is now" in person.text
        assert "recover" not in person.text.partition("run anew")[2].splitlines()[1]


async def test_a_flow_whose_file_is_wrong_says_so_in_place_of_its_tree(mill: Mill) -> None:
    declare(mill, says("a", "A", "b"))
    async with at_flows(mill) as person:
        assert "there is no step" in person.text or "b" in screen(person).panes[1].table.empty_text
        await person.press("x")
        await person.until(lambda: said(person))
    assert not flow_runs.runs(mill.places)


def _shows(person: Person, word: str) -> bool:
    return isinstance(person.app.screen, OutputScreen) and word in person.text


@does("flow_log", "flow_stack", "flow_show")
async def test_a_running_step_is_looked_into_by_key(mill: Mill) -> None:
    mill.cli("run", "flow", mill.flow(GATE), "--detach")
    step_id = f"{mill.latest().id}.1"
    async with at_flows(mill) as person:
        await person.until(lambda: steps(person) == {"a@1": "active"})
        await go_to_step(person, "a@1")
        for key, command, word in (("o", "log", step_id), ("S", "stack", "gate"), ("i", "show", "running")):
            await person.press(key)
            await person.until(partial(_shows, person, word))
            assert person.app.history[-1] == f"{command} {step_id}"
            await person.press("escape")
        mill.open()
        await person.until(lambda: states(person) == [("nightly", "success")])


@does("flow_unschedule")
async def test_a_schedule_is_removed_by_its_key_after_a_question(mill: Mill) -> None:
    for name in ("house", "yard"):
        schedules.write(mill.places, scheduled(name=name, interval=86_400.0))
    with patch("ef_tui.app.run_what_is_due"):
        async with opened(Workspace(mill.places, "ann"), preferences=Preferences(refresh=0.1)) as person:
            await person.press("f")
            await person.until(lambda: isinstance(person.app.screen, FlowsScreen) and screen(person).seen.schedules)
            await person.press("3", "d")
            assert "Remove house?" in person.text
            assert "ef_cli schedule remove house" in person.text
            await person.press("n", "d", "y")
            await person.until(lambda: said(person) == ["Removed schedule house."])
            await person.until(lambda: [row.name for row in screen(person).panes[2].table.rows] == ["yard"])
            assert "$ ef_cli schedule remove house" in person.text


async def test_runs_steps_and_schedules_are_filtered_each_by_what_it_holds(tmp_path: Path) -> None:
    workspace = flow_workspace.make(tmp_path / "home")
    with flow_workspace.stopped_clock(), patch("ef_tui.app.run_what_is_due"):
        async with opened(workspace) as person:
            await person.press("f")
            await person.until(lambda: isinstance(person.app.screen, FlowsScreen) and screen(person).branch)
            await person.press("slash")
            await person.type("status=failure")
            await person.press("enter")
            assert states(person) == [("loops", "failure")]
            assert "1 Flows 1 of 4" in person.text
            await person.until(lambda: screen(person).seen.tree.run.id == flow_workspace.FAILED)  # type: ignore[union-attr]
            await person.press("2", "slash")
            await person.type("status=upstream_failed")
            assert steps(person) == dict.fromkeys(("s112@1.2.2", "s12@1.2", "s2@1"), "upstream_failed")
            await person.press("escape", "3", "slash")
            await person.type("sometimes=never")
            assert "sometimes" in person.text.splitlines()[-2]
            await person.type("tidy")
            await person.press("enter")
            assert "3 Schedules 1 of 3" in person.text
            assert "/label~tidy" in person.text
            await person.press("escape")
            assert "3 Schedules 3" in person.text
            assert "run from here while it is open" in person.text
            await person.press("1", "escape", "escape")
            assert not isinstance(person.app.screen, FlowsScreen)


def test_a_container_takes_from_the_beginning_of_its_first_step_to_the_end_of_its_last(tmp_path: Path) -> None:
    workspace = flow_workspace.make(tmp_path / "home")
    with flow_workspace.stopped_clock():
        watch = FlowWatch(workspace.places)
        rows = {row.key: row.seconds for row in watch.tree(flow_workspace.FAILED).rows}
    assert rows["pass s11@1.1.1"] == 22.0
    assert rows["pass s1@1.1"] == 58.0
    assert rows["loop s1@1"] == 115.0
    assert rows["step s2@1"] is None


def test_nobody_says_how_long_a_lost_step_ran(tmp_path: Path) -> None:
    flow_workspace.add("failing", tmp_path / "home")
    rows = FlowWatch(places_under(tmp_path / "home")).tree(flow_workspace.LOST).rows
    assert [(row.status, row.seconds) for row in rows[:3]] == [("lost", None), ("success", 10.0), ("lost", None)]

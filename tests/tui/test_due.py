"""An open dashboard runs what is due: once, however many there are, and only where it may."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from ef_engine.service.due_watch import LONGEST, DueWatch
from ef_engine.service.rights import ALL, Right
from ef_engine.service.schedules import Scheduler, add, find
from ef_engine.service.workspace import Workspace
from ef_engine.store import journal
from ef_engine.store.events import Kind
from ef_engine.store.places import Places, places_under
from ef_engine.store.schedules import Schedule
from ef_tui.due import why_not_run
from ef_tui.screens.flows import FlowsScreen
from ef_tui.screens.live import LiveScreen
from ef_tui.session import Preferences, Session
from tests.jobs.conftest import until
from tests.schedules.schedules import BEGIN, scheduled
from tests.tui import flow_workspace
from tests.tui.conftest import opened
from tests.tui.terminals import terminal
from tests.tui.test_actions import output, said
from tests.tui.test_terminal import IDLE_SECONDS, MOST_CPU_SHARE


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return places_under(tmp_path / "home")


def writing(tmp_path: Path, name: str = "tick", **fields: Any) -> Schedule:
    """A schedule whose command writes a line into `lines`."""
    script = f"open({str(tmp_path / 'lines')!r}, 'a').write('x\\n')"
    return scheduled(name=name, command=(sys.executable, "-c", script), directory=str(tmp_path), **fields)


def lines(tmp_path: Path) -> int:
    path = tmp_path / "lines"
    return len(path.read_text().splitlines()) if path.exists() else 0


async def test_what_is_due_is_run_shown_and_said(places: Places, tmp_path: Path) -> None:
    add(places, writing(tmp_path, interval=3600.0), datetime.now(UTC) - timedelta(seconds=3599))
    async with opened(Workspace(places, "ann"), size=(200, 50)) as person:
        await person.until(lambda: lines(tmp_path) == 1)
        await person.until(lambda: find(places, "tick").latest.word == "done")  # type: ignore[union-attr]
        assert said(person) == ["Schedule tick was due: its command was started."]
        await person.press("f")
        await person.until(lambda: isinstance(person.app.screen, FlowsScreen) and "done" in person.text)
        assert "every 1h" in person.text
        assert "run from here while it is open" in person.text
        await person.press("3", "enter")
        await person.until(lambda: isinstance(person.app.screen, LiveScreen) and len(output(person)) > 1)
        assert "If missed     run once" in output(person)
        assert any(line.endswith("tick ended with 0") for line in output(person))
        await person.press("escape")
        await person.press("x")
        assert said(person)[-1] == "run anew: only a flow of which no run is under way can be run."
        await person.press("escape", "v")
        await person.until(lambda: "scheduled      tick" in person.text)
    assert lines(tmp_path) == 1


async def test_what_is_not_run_says_why(places: Places, tmp_path: Path) -> None:
    schedule = writing(tmp_path, interval=3600.0, missed="skip")
    add(places, schedule, datetime.now(UTC) - timedelta(seconds=3600 + 1800))
    async with opened(Workspace(places, "ann")) as person:
        await person.until(lambda: said(person))
        assert said(person) == ["Schedule tick is not run: nobody was there at its time."]
    assert lines(tmp_path) == 0


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"is_read_only": True}, "not run from here: --read_only"),
        ({"preferences": Preferences(schedules=False)}, "not run from here: dashboard.schedules = false"),
        ({}, "not run from here: no right to SCHEDULE"),
    ],
    ids=["read-only", "off", "no right"],
)
async def test_nothing_is_run_where_that_is_not_wanted(
    places: Places, tmp_path: Path, more: dict[str, Any], reason: str
) -> None:
    add(places, writing(tmp_path, interval=3600.0), datetime.now(UTC) - timedelta(seconds=3600))
    workspace = Workspace(places, "ann", ALL if more else ALL - {Right.SCHEDULE}, "guest", "c.toml")
    with patch("ef_tui.app.run_what_is_due") as runs:
        async with opened(workspace, size=(200, 50), **more) as person:
            await person.press("f")
            await person.until(lambda: isinstance(person.app.screen, FlowsScreen) and "tick" in person.text)
            assert reason in person.text
        assert not runs.called
    assert why_not_run(Session(workspace=Workspace(places))) == ""
    assert lines(tmp_path) == 0


def test_two_dashboards_and_a_server_run_each_due_time_once(places: Places, tmp_path: Path) -> None:
    home = str(tmp_path / "home")
    serve = [sys.executable, "-m", "ef_engine.cli", "--workspace", home, "schedule", "serve"]
    with ExitStack() as stack:
        both = [stack.enter_context(terminal("--workspace", home)) for _ in range(2)]
        for shown in both:
            shown.until_shown("? help")
        server = stack.enter_context(subprocess.Popen(serve, stdout=subprocess.PIPE, text=True))
        stack.callback(server.kill)
        add(places, writing(tmp_path, interval=1.0), datetime.now(UTC))
        both[0].until(lambda: lines(tmp_path) >= 4)
        stack.pop_all().close()
    runs = [run for run in find(places, "tick").runs if run.started]
    claimed = Counter(event.fields["due"] for event in journal.read(places) if event.kind is Kind.SCHEDULED)
    assert set(claimed.values()) == {1}
    assert len({run.due for run in runs}) == len(runs) >= lines(tmp_path) >= 4


def test_flows_and_schedules_are_silent_while_nothing_happens(tmp_path: Path) -> None:
    home = tmp_path / "home"
    workspace = flow_workspace.make(home, is_over=True)
    add(workspace.places, writing(tmp_path, interval=3600.0), datetime.now(UTC))
    with terminal("--workspace", str(home)) as shown:
        shown.until_shown("? help")
        shown.press("f")
        shown.until_shown("7/11")
        while shown.read(1.0):
            pass
        before = shown.cpu_seconds()
        assert shown.read(IDLE_SECONDS) == b""
        assert shown.cpu_seconds() - before <= IDLE_SECONDS * MOST_CPU_SHARE


def test_a_watch_reads_schedules_only_when_one_changed_or_is_due(places: Places, tmp_path: Path) -> None:
    watch = DueWatch(places)
    with patch.object(Scheduler, "look", autospec=True, return_value=[]) as looks:
        for minute in range(5):
            watch.look(BEGIN + timedelta(minutes=minute))
        assert looks.call_count == 0, "there is nothing to read"
        add(places, writing(tmp_path, interval=50.0), BEGIN)
        moments = [BEGIN + timedelta(seconds=seconds) for seconds in (1, 2, 3, 48, 49)]
        assert [watch.look(moment) for moment in moments] == [[]] * 5
        assert looks.call_count == 1
        watch.look(BEGIN + timedelta(seconds=50))
        assert looks.call_count == 2, "it is due"
        add(places, writing(tmp_path, name="other", interval=60.0), BEGIN)
        watch.look(BEGIN + timedelta(seconds=51))
        assert looks.call_count == 3, "there is another"
        watch.look(BEGIN + timedelta(seconds=51) + LONGEST)
        watch.look(BEGIN)
        assert looks.call_count == 5, "clocks may be set, even back"


def test_a_watch_runs_what_became_due(places: Places, tmp_path: Path) -> None:
    add(places, writing(tmp_path, interval=60.0), BEGIN)
    watch = DueWatch(places)
    found = [watch.look(BEGIN + timedelta(seconds=seconds)) for seconds in (0, 59, 60, 61)]
    assert [[each.name for each in begun] for begun in found] == [[], [], ["tick"], []]
    until(lambda: find(places, "tick").runs[-1].word == "done")
    assert [run.due for run in find(places, "tick").runs] == ["2026-01-01T00:01:00.000Z"]
    assert lines(tmp_path) == 1

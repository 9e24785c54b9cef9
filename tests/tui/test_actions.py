"""Every action, done with its key, on real files and with real supervisors."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar
from unittest.mock import patch

import pytest

from ef_engine.service.ids import find_record
from ef_engine.service.listing import list_rows
from ef_engine.service.rights import Right
from ef_engine.service.workspace import Workspace
from ef_engine.store import forecasts, tickets
from ef_engine.store.places import Places
from ef_engine.store.states import word_of
from ef_tui import doing
from ef_tui.actions import ACTIONS, READ_ONLY, Action
from ef_tui.app import EfApp
from ef_tui.flow_starting import ask_to_recover, start_anew
from ef_tui.screens.comparison import ComparisonScreen
from ef_tui.screens.output import OutputScreen
from ef_tui.screens.restage import DatesForm
from ef_tui.subjects import Subject
from ef_tui.widgets.lines import Line
from tests.jobs.conftest import Shop, busy, shop
from tests.tui.conftest import Person, opened
from tests.tui.workspaces import identity_of, pretend_running

__all__ = ["busy", "shop"]

Sample = Callable[[str], Workspace]
Test = TypeVar("Test", bound=Callable[..., object])


def does(*names: str) -> Callable[[Test], Test]:
    """Says which actions a test does with their keys; the test fails if it does not."""

    def mark(test: Test) -> Test:
        test.does = names  # type: ignore[attr-defined]  # read by `every_action_named_is_done`, and from outside
        return test

    return mark


@pytest.fixture(autouse=True)
def every_action_named_is_done(request: pytest.FixtureRequest) -> Iterator[None]:
    done: set[str] = set()
    original = doing._do

    def do(app: EfApp, action: Action, subjects: Sequence[Subject]) -> None:
        done.add(action.id)
        original(app, action, subjects)

    def began(begin: Callable[..., None], app: EfApp, action: Action, *details: Any) -> None:
        done.add(action.id)
        begin(app, action, *details)

    with (
        patch.object(doing, "_do", do),
        patch("ef_tui.screens.flows.start_anew", partial(began, start_anew)),
        patch("ef_tui.screens.flows.ask_to_recover", partial(began, ask_to_recover)),
    ):
        yield
    assert set(getattr(request.function, "does", ())) <= done


def id_of(workspace: Workspace, label: str) -> str:
    """The id of what bears a label, or a label that ends so."""
    return next(row.id for row in list_rows(workspace.places) if row.label.endswith(label))


def state_of(places: Places, record_id: str) -> str:
    record = forecasts.read_record(places, record_id)
    return "gone" if record is None else word_of(record.state) if not hasattr(record, "problem") else "unreadable"


async def go_to(person: Person, pane: int, record_id: str) -> None:
    """Puts the cursor on a row."""
    await person.press(str(pane))
    assert person.main.current.table.go_to_key(record_id)
    await person.pilot.pause()


def said(person: Person) -> list[str]:
    """Every notification that is shown."""
    return [notification.message for notification in person.app._notifications]


def output(person: Person) -> Sequence[str]:
    assert isinstance(person.app.screen, OutputScreen)
    return person.app.screen.view.lines


@does("run")
async def test_run_queues_what_is_staged_and_a_supervisor_evaluates_it(sample: Sample) -> None:
    workspace = sample("typical")
    record_id = id_of(workspace, "half a year")
    async with opened(workspace) as person:
        await go_to(person, 2, record_id)
        await person.press("x")
        await person.until(lambda: state_of(workspace.places, record_id) == "evaluated")
        assert f"$ ef_cli run forecast {record_id} --detach" in person.text
        assert said(person) == ["Queued half a year."]


@does("restart")
async def test_restart_tries_what_failed_again(sample: Sample) -> None:
    workspace = sample("failing")
    record_id = id_of(workspace, "ended failed")
    async with opened(workspace) as person:
        await go_to(person, 4, record_id)
        await person.press("t")
        await person.until(lambda: state_of(workspace.places, record_id) == "evaluated")
        assert f"$ ef_cli restart {record_id} --detach" in person.text


@does("kill")
async def test_kill_asks_first_and_stops_its_process(sample: Sample) -> None:
    workspace = sample("typical")
    record_id = id_of(workspace, "a year longer")
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as sleeper:
        pretend_running(workspace.places, record_id, done=1, seconds=1, runner=identity_of(sleeper.pid))
        async with opened(workspace) as person:
            await go_to(person, 3, record_id)
            await person.press("K")
            assert "Kill a year longer?" in person.text
            await person.press("n")
            assert sleeper.poll() is None
            await person.press("K", "y")
            await person.until(lambda: state_of(workspace.places, record_id) == "killed")
            assert f"$ ef_cli kill forecast {record_id}" in person.text
        assert sleeper.wait(5) != 0


@does("pause")
async def test_pause_holds_what_runs_and_lets_it_go_on(sample: Sample) -> None:
    workspace = sample("typical")
    record_id = id_of(workspace, "a year longer")
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as sleeper:
        pretend_running(workspace.places, record_id, done=1, seconds=1, runner=identity_of(sleeper.pid))
        async with opened(workspace) as person:
            await go_to(person, 3, record_id)
            await person.press("p")
            await person.until(lambda: "paused" in person.text)
            assert state_of(workspace.places, record_id) == "paused"
            await go_to(person, 3, record_id)
            await person.press("p")
            await person.until(lambda: state_of(workspace.places, record_id) == "running")
            assert f"$ ef_cli resume {record_id}" in person.text
        sleeper.kill()


@does("stack")
@pytest.mark.usefixtures("busy")
async def test_a_stack_says_where_a_running_worker_is(shop: Shop) -> None:
    workspace = Workspace(shop.places, "ann")
    record_id = shop.stage_long()
    async with opened(workspace) as person:
        await go_to(person, 2, record_id)
        await person.press("x")
        await person.until(lambda: (shop.places.run(record_id) / "progress.json").exists())
        person.app.look_now()
        await person.until(
            lambda: person.app.snapshot.in_progress and person.app.snapshot.in_progress[0].word == "running"
        )
        await go_to(person, 3, record_id)
        await person.press("S")
        await person.until(lambda: isinstance(person.app.screen, OutputScreen))
        lines = output(person)
        assert "most recent call first" in lines[0]
        assert any("ef_engine/jobs/attempt" in line for line in lines)
        assert f"ef_cli stack {record_id}" in person.text
        await person.press("escape", "K", "y")
        await person.until(lambda: state_of(shop.places, record_id) == "killed")


@does("compare")
async def test_two_that_are_selected_are_compared(sample: Sample) -> None:
    workspace = sample("typical")
    async with opened(workspace) as person:
        table = person.main.current.table
        await person.press("down", "space", "space")
        ids = [row.id for row in table.selected]
        await person.press("c")
        await person.until(lambda: isinstance(person.app.screen, ComparisonScreen))
        assert f"$ ef_cli compare {' '.join(ids)}" in person.main.query_one("#command", Line).text
        assert person.app.screen.ids == ids  # type: ignore[attr-defined]  # the screen just asked for


async def test_opening_filtering_and_events_name_their_commands_too(looked_at: Sample) -> None:
    async with opened(looked_at("typical")) as person:
        line = person.main.query_one("#command", Line)
        record_id = id_of(person.app.workspace, "an invented household")
        await go_to(person, 4, record_id)
        await person.press("enter")
        await person.until(lambda: line.text == f" $ ef_cli report forecast {record_id}")
        await person.press("escape")
        await go_to(person, 2, person.app.snapshot.staged[0].id)
        await person.press("enter")
        await person.until(lambda: line.text == f" $ ef_cli show {person.app.snapshot.staged[0].id}")
        await person.press("escape", "4", "slash")
        await person.type("net_worth>8000")
        await person.press("enter")
        assert line.text == " $ ef_cli list --filter 'net_worth>8000'"
        await person.press("v")
        assert line.text == " $ ef_cli listen"


@does("remove")
async def test_delete_asks_first_and_takes_all_that_are_selected(sample: Sample) -> None:
    workspace = sample("typical")
    async with opened(workspace) as person:
        await person.press("2", "a", "d")
        assert "Unstage these 2?" in person.text
        await person.press("y")
        await person.until(lambda: not person.app.snapshot.staged)
        assert said(person) == ["Removed 2 of them."]
        record_id = id_of(workspace, "an invented household")
        await go_to(person, 4, record_id)
        await person.press("d", "y")
        await person.until(lambda: state_of(workspace.places, record_id) == "gone")
        assert f"$ ef_cli rm {record_id} --yes" in person.text


@does("read", "explain", "log", "show")
async def test_report_explain_log_and_info_open_as_texts(sample: Sample) -> None:
    workspace = sample("typical")
    record_id = id_of(workspace, "an invented household")
    begins = {
        "R": f"Forecast {record_id}: an invented household",
        "e": "What became of the occurrences of forecast",
        "i": f"id            {record_id}",
    }
    async with opened(workspace) as person:
        await go_to(person, 4, record_id)
        for key, begin in begins.items():
            await person.press(key)
            await person.until(lambda: isinstance(person.app.screen, OutputScreen))
            assert output(person)[0].startswith(begin)
            await person.press("escape")
        await person.press("o")
        await person.until(lambda: len(output(person)) > 1)
        assert f"attempt 1 of {record_id}" in output(person)[0]


async def test_a_profile_without_the_right_cannot_do_it_from_here_either(sample: Sample) -> None:
    workspace = replace(sample("typical"), rights=frozenset({Right.READ}), profile="guest", config="a.toml")
    record_id = id_of(workspace, "an invented household")
    async with opened(workspace) as person:
        await go_to(person, 4, record_id)
        await person.press("d", "y")
        await person.until(lambda: any("DELETE" in each.message for each in person.app._notifications))
    assert state_of(workspace.places, record_id) == "evaluated"


@does("report")
async def test_a_report_is_made_as_a_page_and_its_place_is_told(
    sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    workspace = sample("typical")
    record_id = id_of(workspace, "an invented household")
    page = workspace.places.run(record_id) / "reports" / "report.html"
    async with opened(workspace) as person:
        await go_to(person, 4, record_id)
        await person.press("r")
        await person.until(lambda: any(f"The report is {page}." in each.message for each in person.app._notifications))
        assert f"$ ef_cli report forecast {record_id} --format html --open" in person.text
    assert page.read_bytes().startswith(b"<!doctype html>")


async def test_a_text_is_searched_copied_and_written_to_a_file(sample: Sample, tmp_path: object) -> None:
    workspace = sample("typical")
    async with opened(workspace) as person:
        await go_to(person, 4, id_of(workspace, "an invented household"))
        await person.press("R")
        await person.until(lambda: isinstance(person.app.screen, OutputScreen))
        await person.press("slash")
        await person.type("Milestones")
        await person.press("enter")
        assert "lines hold 'Milestones'" in person.text
        await person.press("y")
        assert person.app.clipboard.startswith("Forecast ")
        await person.press("w")
        await person.type(f"{tmp_path}/r.txt")
        await person.press("enter")
        await person.until(lambda: "Written to" in person.text)
        with open(f"{tmp_path}/r.txt", encoding="utf-8") as file:
            assert file.read().startswith("Forecast ")


@does("restage")
async def test_new_dates_make_another_forecast_with_its_parent(sample: Sample) -> None:
    workspace = sample("typical")
    record_id = id_of(workspace, "an invented household")
    async with opened(workspace) as person:
        await go_to(person, 4, record_id)
        await person.press("n")
        await person.type("2027-06-30")
        await person.press("enter")
        await person.until(lambda: len(person.app.snapshot.staged) == 3)
        made = next(row for row in person.app.snapshot.staged if row.end == "2027-06-30")
        assert made.parent == record_id
        assert "--end_date 2027-06-30" in person.text


async def test_a_date_that_is_none_is_told_in_the_form_and_can_be_mended(sample: Sample) -> None:
    workspace = sample("typical")
    async with opened(workspace) as person:
        await go_to(person, 4, id_of(workspace, "an invented household"))
        await person.press("n")
        await person.type("soon")
        await person.press("enter")
        await person.until(lambda: "end_date: " in person.text)
        assert isinstance(person.app.screen, DatesForm)
        assert len(person.app.snapshot.staged) == 2
        assert not person.app.history  # nothing was done, so no command did it
        await person.type("2027-06-30")
        await person.press("enter")
        await person.until(lambda: len(person.app.snapshot.staged) == 3)
        assert person.app.history[-1].startswith("restage forecast --id ")


async def test_the_queue_is_held_and_let_go_on(sample: Sample) -> None:
    workspace = sample("typical")
    async with opened(workspace) as person:
        await person.press("P")
        await person.until(lambda: "queue paused" in person.text)
        assert tickets.is_paused(workspace.places)
        await person.press("P")
        await person.until(lambda: "queue paused" not in person.text)
        assert not tickets.is_paused(workspace.places)


@pytest.mark.parametrize("key", ["x", "t", "K", "p", "S"])
async def test_a_key_that_does_nothing_here_says_why(sample: Sample, key: str) -> None:
    workspace = sample("typical")
    async with opened(workspace) as person:
        await go_to(person, 4, id_of(workspace, "an invented household"))
        await person.press(key)
        (action,) = (action for action in ACTIONS if action.key == key)
        assert said(person) == [f"{action.title}: {action.otherwise}."]


@pytest.mark.parametrize("action", [action for action in ACTIONS if action.writes], ids=lambda action: action.id)
async def test_a_dashboard_that_only_looks_refuses_what_writes(
    looked_at: Sample, action: object, capsys: pytest.CaptureFixture[str]
) -> None:
    assert hasattr(action, "key")
    assert hasattr(action, "title")
    async with opened(looked_at("typical"), is_read_only=True) as person:
        await person.press("2", action.key.partition(",")[0])
        title = "unstage" if action.title == "delete" else action.title
        assert said(person) == [f"{title}: {READ_ONLY}."]
        assert "read-only" in person.text


async def test_a_dashboard_that_only_looks_neither_stages_nor_holds_the_queue(looked_at: Sample) -> None:
    async with opened(looked_at("typical"), is_read_only=True) as person:
        await person.press("s", "P")
        assert said(person) == [f"stage: {READ_ONLY}.", f"pause queue: {READ_ONLY}."]
        await person.press("colon")
        await person.type("rm x")
        await person.press("enter")
        assert said(person)[-1] == "this dashboard only looks; open it without --read_only."


async def test_what_goes_wrong_is_told_in_a_sentence(sample: Sample) -> None:
    workspace = sample("typical")
    record_id = id_of(workspace, "half a year")
    async with opened(workspace) as person:
        await go_to(person, 2, record_id)
        workspace.places.staged(record_id).unlink()
        await person.press("n", "enter")
        await person.until(lambda: f"the document of {record_id} is gone" in person.text)
        assert find_record(workspace.places, record_id).id == record_id

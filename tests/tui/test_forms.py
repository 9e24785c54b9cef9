"""The stage form, the palette and the line of commands, help, and leaving."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ef_engine.service.workspace import Workspace
from ef_engine.store import forecasts
from ef_tui.commands import why_no_command
from ef_tui.keymap import check, every_binding, keys_by_id
from ef_tui.screens.flows import FlowsScreen
from ef_tui.screens.help import HelpScreen
from ef_tui.screens.output import OutputScreen
from ef_tui.screens.palette import PaletteScreen
from ef_tui.screens.stage import StageScreen
from ef_tui.session import Preferences
from tests.service.documents import SMALL, small, write
from tests.tui.conftest import Person, opened
from tests.tui.test_actions import id_of, said, state_of
from tests.tui.workspaces import identity_of, pretend_running

Sample = Callable[[str], Workspace]


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with a good document and a bad one, which the form begins in."""
    directory = tmp_path / "files"
    directory.mkdir()
    write(directory / "a-good.json", small(label="good"))
    write(directory / "b-bad.json", SMALL.replace('"monthly"', '"sometimes"').replace("1000", '"plenty"'))
    monkeypatch.chdir(directory)
    return directory


async def in_form(person: Person) -> None:
    await person.press("s")
    await person.until(lambda: "a-good.json" in person.text)


async def test_a_file_is_picked_looked_into_and_staged(sample: Sample, files: Path) -> None:
    workspace = sample("empty")
    async with opened(workspace) as person:
        await in_form(person)
        await person.press("down")
        await person.until(lambda: "Valid: a forecast, good" in person.text and "salary income" in person.text)
        await person.press("ctrl+s")
        await person.until(lambda: len(person.app.snapshot.staged) == 1)
        assert "$ ef_cli stage " in person.text
        assert '"forecast_id"' in (files / "a-good.json").read_text()


async def test_findings_are_shown_beside_their_places_and_nothing_is_staged(sample: Sample, files: Path) -> None:
    async with opened(sample("empty")) as person:
        await in_form(person)
        await person.press("down", "down")
        await person.until(lambda: "2 problems" in person.text)
        assert "budget_items[0].cadence" in person.text
        assert "accounts[0].balance" in person.text
        await person.press("ctrl+s")
        assert said(person) == ["Pick a valid file first."]


async def test_a_file_is_staged_with_other_dates_and_run(sample: Sample, files: Path) -> None:
    workspace = sample("empty")
    async with opened(workspace) as person:
        await in_form(person)
        await person.press("down")
        await person.until(lambda: "Valid: a forecast, good" in person.text)
        person.app.screen.query_one("#field-end").focus()
        await person.pilot.pause()
        await person.type("2026-02-28")
        await person.press("ctrl+r")
        await person.until(lambda: person.app.snapshot.evaluated or person.app.snapshot.in_progress)
        assert person.app.history[-1].endswith("a-good.json --end_date 2026-02-28 --detach")
        (record,) = forecasts.read_records(workspace.places)
        await person.until(lambda: state_of(workspace.places, record.id) == "evaluated")


async def test_the_line_of_keys_names_those_of_the_config_file_everywhere(looked_at: Sample, files: Path) -> None:
    preferences = Preferences(refresh=60, keys={"stage_edit": "f4", "output_save": "f2"})
    async with opened(looked_at("empty"), preferences=preferences) as person:
        await in_form(person)
        await person.press("end")
        await person.until(lambda: "2 problems" in person.text)
        assert "(f4 edits)" in person.text
        assert "f4 edit" in person.text.splitlines()[-1]
        await person.press("escape", "v")
        await person.until(lambda: "f2 write to a file" in person.text.splitlines()[-1])


async def test_a_path_is_typed_and_a_file_in_the_stage_directory_opens_the_form(sample: Sample, files: Path) -> None:
    workspace = sample("typical")
    async with opened(workspace) as person:
        await person.press("1", "enter")
        await person.until(lambda: "Valid: a forecast, holiday fund" in person.text)
        await person.press("ctrl+o")
        await person.type(str(files / "b-bad.json"))
        await person.until(lambda: "2 problems" in person.text)
        await person.press("escape")
        assert not isinstance(person.app.screen, StageScreen)


async def test_any_command_of_ef_cli_runs_at_the_colon_and_is_remembered(sample: Sample) -> None:
    workspace = sample("typical")
    words = ("--workspace", str(workspace.places.data.parent))
    async with opened(workspace, words=words) as person:
        await person.press("colon")
        await person.type("list --state staged --quiet")
        await person.press("enter")
        await person.until(lambda: "done" in person.text)
        assert isinstance(person.app.screen, OutputScreen)
        assert sorted(person.app.screen.view.lines) == sorted(row.id for row in person.app.snapshot.staged)
        await person.press("escape", "colon")
        assert "list --state staged --quiet" in person.text
        await person.press("tab", "escape")


async def test_a_command_that_fails_says_how_it_ended(sample: Sample) -> None:
    workspace = sample("typical")
    words = ("--workspace", str(workspace.places.data.parent))
    async with opened(workspace, words=words, size=(60, 24)) as person:
        await person.press("colon")
        await person.type("show nothing")
        await person.press("enter")
        await person.until(lambda: "ended with 4" in person.text)
        assert "no forecast or forecast set has an id that begins with 'nothing'" in " ".join(person.text.split())


async def test_the_palette_offers_what_fits_the_row_and_does_it(looked_at: Sample) -> None:
    async with opened(looked_at("typical")) as person:
        await person.press("2", "ctrl+p")
        assert isinstance(person.app.screen, PaletteScreen)
        assert "queue it; a supervisor simulates it" in person.text
        assert "what a stuck one is doing" not in person.text.replace("stack ID", "")
        await person.type("everything known")
        await person.press("enter")
        await person.until(lambda: isinstance(person.app.screen, OutputScreen))


async def test_what_is_no_command_is_said_before_it_is_run(looked_at: Sample) -> None:
    async with opened(looked_at("empty")) as person:
        await person.press("colon")
        await person.type("lst --state failed")
        assert "there is no command 'lst'; did you mean 'list'?" in person.text
        await person.press("enter")
        assert isinstance(person.app.screen, PaletteScreen)
        await person.type("ef_cli list --quiet")  # as it was copied from the line that shows commands
        assert "enter runs it as it stands" in person.text
        await person.press("enter")
        await person.until(lambda: isinstance(person.app.screen, OutputScreen) and "done" in person.text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("list", ""), ("ef_cli --quiet list", ""), ("--workspace x list", ""), ("", "type a command"),
        ("ef_cli", "type a command"), ("zzz", "there is no command 'zzz'; help lists them"),
    ],
)  # fmt: skip
def test_a_command_is_known_as_people_type_or_paste_it(text: str, why: str) -> None:
    assert why_no_command(text) == why


async def test_tab_completes_the_name_of_a_command(looked_at: Sample) -> None:
    async with opened(looked_at("typical")) as person:
        await person.press("colon")
        await person.type("expl")
        await person.press("tab")
        assert person.app.screen.query_one("#typed").value == "explain "  # type: ignore[attr-defined]


async def test_help_lists_every_binding_with_the_keys_it_has(looked_at: Sample) -> None:
    preferences = Preferences(refresh=60, keys={"zoom": "f5"})
    async with opened(looked_at("typical"), preferences=preferences) as person:
        await person.press("question_mark")
        assert isinstance(person.app.screen, HelpScreen)
        lines = person.app.screen.query_one("TextView").lines  # type: ignore[attr-defined]
        for bound in every_binding():
            assert any(line.endswith(bound.id) for line in lines)
        assert any(line.startswith("  f5 ") and line.endswith("zoom") for line in lines)
        await person.press("escape", "z")
        assert len([pane for pane in person.main.panes if pane.display]) == 4
        await person.press("f5")
        assert len([pane for pane in person.main.panes if pane.display]) == 1


async def test_help_begins_with_the_keys_of_the_screen_it_is_asked_on(looked_at: Sample) -> None:
    async with opened(looked_at("typical"), size=(80, 24)) as person:
        await person.press("f")
        await person.until(lambda: isinstance(person.app.screen, FlowsScreen))
        await person.press("question_mark")
        lines = person.app.screen.query_one("TextView").lines  # type: ignore[attr-defined]
        assert [line for line in lines if line.isupper() and line.strip()][:3] == ["FLOWS", "EVERYWHERE", "MAIN SCREEN"]


async def test_help_can_be_read_in_eighty_columns(looked_at: Sample) -> None:
    async with opened(looked_at("empty"), size=(80, 24)) as person:
        await person.press("question_mark")
        view = person.app.screen.query_one("TextView")
        assert max(map(len, view.lines)) < view.size.width  # type: ignore[attr-defined]  # it is a TextView
        assert "[stage_and_run]" in " ".join(view.lines)  # type: ignore[attr-defined]


async def test_what_was_told_does_not_lie_on_a_question(looked_at: Sample) -> None:
    async with opened(looked_at("typical"), size=(80, 24)) as person:
        await person.press("4", "c")
        assert said(person)
        await person.press("d")
        await person.pilot.pause()
        assert not said(person)
        assert "ef_cli rm" in person.text


async def test_what_is_told_leaves_the_command_that_did_it_free(looked_at: Sample) -> None:
    async with opened(looked_at("typical"), size=(80, 24), toasts=True) as person:
        await person.press("4", "v", "escape")
        person.app.tell("A sentence of some length, which takes more than a line in the corner.")
        await person.until(lambda: "A sentence" in person.text)
        assert person.text.splitlines()[-2] == " $ ef_cli listen"


async def test_leaving_with_nothing_unfinished_asks_nothing(looked_at: Sample) -> None:
    async with opened(looked_at("empty")) as person:
        await person.press("q")
        assert person.app._exit


async def test_leaving_with_work_unfinished_asks_and_keep_leaves_it_alone(sample: Sample) -> None:
    workspace = sample("typical")
    async with opened(workspace) as person:
        await person.press("q")
        assert "2 forecasts are unfinished." in person.text
        assert "k keep them going" in person.text
        assert "w wait for them" in person.text
        assert "x kill them" in person.text
        await person.press("escape")
        assert not person.app._exit
        await person.press("q", "k")
        assert person.app._exit
    assert state_of(workspace.places, id_of(workspace, "next ten years")) == "running"


async def test_leaving_can_wait_until_nothing_is_unfinished(sample: Sample) -> None:
    workspace = sample("empty")
    from ef_engine.service.stage import stage_file

    record_id = stage_file(workspace, write(workspace.places.data.parent.parent / "x.json", SMALL)).id
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as sleeper:
        pretend_running(workspace.places, record_id, done=1, seconds=1, runner=identity_of(sleeper.pid))
        async with opened(workspace, preferences=Preferences(refresh=0.05)) as person:
            await person.press("q", "w")
            assert not person.app._exit
            sleeper.kill()
            sleeper.wait()
            await person.until(lambda: person.app._exit)


async def test_leaving_can_stop_what_runs(sample: Sample) -> None:
    workspace = sample("empty")
    from ef_engine.service.stage import stage_file

    record_id = stage_file(workspace, write(workspace.places.data.parent.parent / "x.json", SMALL)).id
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as sleeper:
        pretend_running(workspace.places, record_id, done=1, seconds=1, runner=identity_of(sleeper.pid))
        async with opened(workspace) as person:
            await person.press("q", "x")
            await person.until(lambda: person.app._exit)
        assert sleeper.wait(5) != 0
    assert state_of(workspace.places, record_id) == "killed"


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"zom": "f5"}, "a.toml: dashboard.keys.zom: there is no such binding; did you mean 'zoom'?"),
        ({"zoom": "hyper+z"}, "a.toml: dashboard.keys.zoom: 'hyper+z' is no key; write it as"),
        ({"zoom": ""}, "a.toml: dashboard.keys.zoom: '' is no key; write it as"),
        ({"zoom": "r"}, "a.toml: dashboard.keys.zoom: 'r' is the key of report already; give one of them another key."),
        (
            {"report": "q"},
            "a.toml: dashboard.keys.report: 'q' is the key of leave already; give one of them another key.",
        ),
    ],
)
def test_a_keymap_that_makes_no_sense_is_told_with_its_place(keys: dict[str, str], message: str) -> None:
    from ef_engine.errors import CommandError

    with pytest.raises(CommandError) as raised:
        check(keys, dict.fromkeys(keys, "a.toml"))
    assert str(raised.value).startswith(message)


def test_keys_may_change_places_and_be_several() -> None:
    check({"report": "z", "zoom": "r,f5"}, {})
    assert keys_by_id({"report": "z", "zoom": "f5,r"})["zoom"] == "f5"


def test_no_key_means_two_things_on_one_screen() -> None:
    check({bound.id: ",".join(bound.keys) for bound in every_binding()}, {})


async def test_q_leaves_a_screen_before_it_leaves_the_dashboard(looked_at: Sample) -> None:
    async with opened(looked_at("empty")) as person:
        await person.press("v")
        assert isinstance(person.app.screen, OutputScreen)
        await person.press("q")
        assert len(person.app.screen_stack) == 1
        assert not person.app._exit

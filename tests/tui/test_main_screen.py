"""The four panes: moving about, choosing, filtering, and what they say of a workspace."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from unittest.mock import patch

import pytest

from ef_engine.service.listing import Row
from ef_engine.service.workspace import Workspace
from ef_engine.store import documents
from ef_tui.glyphs import ASCII, UNICODE
from ef_tui.rows import EVALUATED_COLUMNS, evaluated_cells
from ef_tui.session import Preferences
from ef_tui.snapshot import Snapshot
from ef_tui.themes import NAMES
from tests.tui.conftest import Person, opened

Look = Callable[[str], Workspace]


def shown_panes(person: Person) -> list[str]:
    return [str(pane.id) for pane in person.main.panes if pane.display]


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((60, 20), ["evaluated"]),
        ((80, 24), ["staged", "evaluated"]),
        ((119, 30), ["staged", "evaluated"]),
        ((120, 40), ["loaded", "staged", "in-progress", "evaluated"]),
        ((300, 80), ["loaded", "staged", "in-progress", "evaluated"]),
    ],
)
async def test_as_many_panes_are_shown_as_fit(looked_at: Look, size: tuple[int, int], expected: list[str]) -> None:
    async with opened(looked_at("typical"), size=size) as person:
        assert shown_panes(person) == expected
        await person.press("3")
        assert "in-progress" in shown_panes(person)
        assert person.main.current.id == "in-progress"


async def test_keys_and_arrows_go_from_pane_to_pane_and_row_to_row(looked_at: Look) -> None:
    async with opened(looked_at("typical")) as person:
        visited = []
        for key in ("1", "l", "right", "tab", "h", "left"):
            await person.press(key)
            visited.append(person.main.current.number)
        assert visited == [1, 2, 3, 4, 3, 2]
        await person.press("4", "j", "down", "k", "G", "g", "pagedown", "up")
        assert person.main.current.table.cursor_place == 6


async def test_the_pane_of_loaded_data_shows_the_input_under_the_cursor(looked_at: Look) -> None:
    async with opened(looked_at("typical")) as person:
        await person.until(lambda: "Choices (2)" in person.text)
        await person.press("2")
        await person.until(lambda: "Accounts (8)" in person.text and "a year longer" in person.text)
        await person.press("1")
        await person.until(lambda: "salary income" in person.text)


async def test_a_filter_is_that_of_the_list_and_says_what_is_wrong(looked_at: Look) -> None:
    async with opened(looked_at("typical")) as person:
        await person.press("slash")
        await person.type("net_worth>8000 order by net_worth")
        worths = [row.net_worth for row in person.main.current.table.rows]
        assert worths == ["8934.14", "12361.16"]
        assert "4 Evaluated 2 of 8" in person.text
        await person.type("net_wort>1")
        assert "a list has no field 'net_wort'; did you mean 'net_worth'?" in person.text
        await person.type("keep")
        await person.press("enter")
        assert "/label~keep" in person.text
        assert len(person.main.current.table.rows) == 3
        await person.press("escape")
        assert "4 Evaluated 8" in person.text


async def test_a_set_shows_what_its_best_scenario_comes_to_and_a_filter_finds_what_a_list_finds(
    looked_at: Look,
) -> None:
    async with opened(looked_at("typical")) as person:
        (row,) = (row for row in person.app.snapshot.evaluated if row.kind == "forecastset")
        assert (row.net_worth, row.reached, row.goals) == ("12361.16", 8, 8)
        line = next(line for line in person.text.splitlines() if "evaluated  car and home" in line)
        assert "8/8 to 12,361 " in line
        await person.press("slash")
        await person.type("net_worth>12000")
        assert [row.kind for row in person.main.current.table.rows] == ["forecast"]


NET_WORTH = 3


@pytest.mark.parametrize(
    ("kind", "worth", "wide", "tight"),
    [
        ("forecast", "12361.16", "12,361.16", "12,361"), ("forecast", "150.78", "150.78", "151"),
        ("forecast", "-234567.89", "-234,567.89", "-235k"), ("forecast", "-1234567.89", "-1,234,568", "-1,235k"),
        ("forecast", "123456789", "123,456,789", "123.5M"), ("forecast", None, "", ""),
        ("forecastset", "12361.16", "to 12,361.16", "to 12k"), ("forecastset", "1234567.89", "to 1,234,568", "to 1.2M"),
        ("forecastset", "-1234567.89", "to -1,235k", "to -1.2M"),
    ],
)  # fmt: skip
def test_no_digit_of_a_net_worth_is_cut_off(kind: str, worth: str | None, wide: str, tight: str) -> None:
    cell = evaluated_cells(Row("0", kind, "evaluated", net_worth=worth), UNICODE)[NET_WORTH]
    column = EVALUATED_COLUMNS[NET_WORTH]
    assert cell.in_column(column, column.width) == wide
    assert cell.in_column(column, column.least) == tight
    assert cell.tone == ("bad" if "-" in wide else "")


@pytest.mark.parametrize(("size", "titles"), [((80, 24), "Met Worth Trend"), ((200, 60), "Reached Net worth Trend")])
async def test_milestones_net_worth_and_trend_are_shown_however_narrow_two_panes_are(
    looked_at: Look, size: tuple[int, int], titles: str
) -> None:
    async with opened(looked_at("typical"), size=size) as person:
        assert titles in " ".join(next(line for line in person.text.splitlines() if "Trend" in line).split())
        (line,) = (line for line in person.text.splitlines() if "6/8" in line)
        assert ("151 ▁▂▄▄█" if size[0] == 80 else "150.78 ▁▁▂▂▄▄▆█") in line


async def test_scenarios_are_told_apart_where_no_label_fits(looked_at: Look) -> None:
    async with opened(looked_at("typical"), size=(80, 24)) as person:
        labels = {line.split("evaluated  ")[1][:12] for line in person.text.splitlines() if "✓ evaluated" in line}
        assert {"rep… | reno…", "rep… | smal…", "repl… | stay", "keep | smal…", "keep | reno…"} <= labels


async def test_escape_leaves_the_filter_box_and_the_filter(looked_at: Look) -> None:
    async with opened(looked_at("typical")) as person:
        await person.press("slash")
        await person.type("state=failed")
        assert person.main.current.table.rows == []
        assert "no row passes the filter: esc takes it away" in person.text
        await person.press("escape")
        assert len(person.main.current.table.rows) == 8
        assert person.app.focused is person.main.current.table


async def test_many_rows_are_selected_and_their_ids_copied(looked_at: Look) -> None:
    async with opened(looked_at("typical")) as person:
        await person.press("2", "y")
        assert person.app.clipboard == person.app.snapshot.staged[0].id
        await person.press("space", "space", "y")
        assert person.app.clipboard.split() == [row.id for row in person.app.snapshot.staged]
        await person.press("escape")
        assert person.main.current.table.selected == []
        await person.press("a")
        assert len(person.main.current.table.selected) == 2
        await person.press("a")
        assert person.main.current.table.selected == []


async def test_a_pane_is_zoomed_and_escape_backs_out(looked_at: Look) -> None:
    async with opened(looked_at("typical")) as person:
        await person.press("z")
        assert shown_panes(person) == ["evaluated"]
        await person.press("2")
        assert shown_panes(person) == ["staged"]
        await person.press("escape")
        assert len(shown_panes(person)) == 4


async def test_the_mouse_chooses_panes_rows_and_keys(looked_at: Look) -> None:
    async with opened(looked_at("typical"), size=(80, 24)) as person:
        await person.pilot.click("#tabs", offset=(38, 0))
        assert person.main.current.id == "in-progress"
        await person.pilot.click("#in-progress VirtualTable", offset=(5, 2))
        assert person.main.current.table.cursor_place == 1
        await person.pilot.click("#in-progress VirtualTable", offset=(5, 1), control=True)
        assert len(person.main.current.table.selected) == 1
        line = person.main.query_one("#keys").render_line(0).text
        await person.pilot.click("#keys", offset=(line.index("? help"), 0))
        assert "MAIN SCREEN" in person.text


async def test_a_click_on_a_title_sorts_by_the_column_and_another_one_turns_the_order(looked_at: Look) -> None:
    async with opened(looked_at("typical")) as person:
        table = person.main.current.table
        at = table.render_line(0).text.index("Net worth")
        await person.pilot.click("#evaluated VirtualTable", offset=(at, 0))
        assert person.main.current.filter_text == "order by net_worth desc"
        assert table.rows[0].net_worth == "12361.16"
        await person.pilot.click("#evaluated VirtualTable", offset=(at, 0))
        assert table.rows[0].net_worth == "150.78"


async def test_a_new_row_above_leaves_the_cursor_where_it_is(looked_at: Look) -> None:
    async with opened(looked_at("typical")) as person:
        await person.press("j", "j")
        table, before = person.main.current.table, person.app.snapshot
        key = table.cursor_key
        newer = replace_first(before)
        person.main.show(newer)
        await person.pilot.pause()
        assert table.cursor_key == key
        assert table.cursor_place == 3


def replace_first(snapshot: Snapshot) -> Snapshot:
    """The snapshot with one more evaluated forecast on top."""
    row = snapshot.evaluated[0]._replace(id="0123456789ab", label="newer")
    return replace(snapshot, evaluated=(row, *snapshot.evaluated))


async def test_what_stands_still_is_told_by_glyph_and_word(looked_at: Look) -> None:
    async with opened(looked_at("failing"), size=(200, 60)) as person:
        for word in (
            "? lost",
            "◇ frozen",
            "◌ stuck",
            "✗ failed",
            "■ killed",
            "◷ timed_out",
            "✗ crashed",
            "∆ infeasible",
        ):
            assert word in person.text
        assert "1 stuck  1 frozen  1 lost" in person.text


async def test_a_pane_that_a_wider_terminal_shows_is_filled(looked_at: Look) -> None:
    async with opened(looked_at("typical"), size=(80, 24)) as person:
        await person.until(lambda: person.main.is_settled)
        await person.pilot.resize_terminal(120, 40)
        await person.until(lambda: "Choices (2)" in person.text)


async def test_a_terminal_that_is_too_small_says_so_and_nothing_else(looked_at: Look) -> None:
    async with opened(looked_at("failing"), size=(80, 24)) as person:
        assert "written by a newer version" in person.text
        await person.pilot.resize_terminal(30, 8)
        await person.until(lambda: person.text.startswith(" This terminal has 30 x 8; 40"))
        await person.pilot.resize_terminal(80, 24)
        await person.until(lambda: "written by a newer version" in person.text and "3 In progress" in person.text)


async def test_a_workspace_that_is_taken_away_is_missed(sample: Look) -> None:
    workspace = sample("typical")
    async with opened(workspace) as person:
        shutil.rmtree(workspace.places.data)
        person.app.look_now()
        await person.until(lambda: "The workspace is gone: there is no " in person.text)
        await person.press("4", "x", "enter")  # nothing to do it to
        assert person.app.is_running


@pytest.mark.parametrize("theme", NAMES)
async def test_the_row_of_a_pane_without_the_keys_is_marked_in_every_theme(looked_at: Look, theme: str) -> None:
    async with opened(looked_at("typical"), theme=theme) as person:
        await person.until(lambda: person.main.is_settled)
        table = person.main.panes[1].table
        cursor, other = (next(iter(table.render_line(line))).style for line in (1, 2))
        assert not table.has_focus
        assert cursor != other


@pytest.mark.parametrize("theme", NAMES)
async def test_what_a_question_is_about_can_be_seen_behind_it_in_every_theme(looked_at: Look, theme: str) -> None:
    async with opened(looked_at("typical"), theme=theme) as person:
        await person.press("4", "d")
        assert "Delete car and home?" in person.text
        assert "2 Staged 2" in person.text


async def test_an_empty_pane_says_which_key_fills_it(looked_at: Look) -> None:
    preferences = Preferences(refresh=60, keys={"stage": "f2"})
    async with opened(looked_at("empty"), size=(80, 24), preferences=preferences) as person:
        assert "nothing is staged: f2" in person.text
        assert "nothing was run yet: x runs what is staged" in person.text
    async with opened(looked_at("empty"), is_read_only=True) as person:
        assert "nothing is staged " in person.text


@pytest.mark.parametrize("width", [40, 60, 80, 120])
async def test_the_way_to_help_and_out_is_named_in_every_width(looked_at: Look, width: int) -> None:
    async with opened(looked_at("typical"), size=(width, 24)) as person:
        await person.press("4", "a")
        assert person.text.splitlines()[-1].endswith("q quit  ? help")


async def test_without_unicode_nothing_but_ascii_is_shown(looked_at: Look) -> None:
    async with opened(looked_at("failing"), glyphs=ASCII) as person:
        assert "# frozen" in person.text
        assert person.text.isascii()


async def test_files_of_a_newer_version_are_told_of(looked_at: Look) -> None:
    async with opened(looked_at("failing")) as person:
        assert "One record was written by a newer version of ef; upgrade ef to see it." in person.text


async def test_an_index_of_a_newer_version_is_told_of(sample: Look) -> None:
    workspace = sample("typical")
    index = json.loads(workspace.places.index.read_bytes())
    workspace.places.index.write_bytes(documents.dump(index | {"schema": "ef/stage-index/99"}))
    async with opened(workspace) as person:
        assert "it was written by a newer version (schema ef/stage-index/99); upgrade ef" in person.app.snapshot.warning
        assert "ForecastSet.json" in person.text


async def test_a_terminal_that_is_too_small_says_how_large_it_has_to_be(looked_at: Look) -> None:
    async with opened(looked_at("typical"), size=(38, 9)) as person:
        assert "This terminal has 38 x 9" in person.text


async def test_a_change_on_disk_is_seen_at_the_next_look(sample: Look) -> None:
    workspace = sample("typical")
    async with opened(workspace, preferences=Preferences(refresh=0.05)) as person:
        before = len(person.app.snapshot.staged)
        record_id = person.app.snapshot.staged[0].id
        from ef_engine.service.remove import remove

        remove(workspace.places, record_id)
        await person.until(lambda: len(person.app.snapshot.staged) == before - 1)
        assert record_id not in person.text


async def test_nothing_is_told_and_nothing_drawn_where_nothing_changed(looked_at: Look) -> None:
    async with opened(looked_at("empty"), preferences=Preferences(refresh=0.02)) as person:
        snapshot = person.app.snapshot
        with patch.object(person.app, "_display") as display:
            await person.pilot.pause(0.3)
        assert person.app.snapshot is snapshot
        assert display.call_count == 0


async def test_another_1_goes_on_to_what_an_input_holds(looked_at: Look) -> None:
    async with opened(looked_at("typical")) as person:
        await person.press("1")
        assert person.app.focused is person.main.panes[0].tables[0]
        await person.press("1")
        assert person.app.focused is person.main.panes[0].tables[1]
        await person.press("1")
        assert person.app.focused is person.main.panes[0].tables[0]


async def test_input_tables_of_a_database_are_loaded_data_and_staged_by_command(looked_at: Look) -> None:
    workspace = looked_at("empty")
    table = Row("input tables", "forecast", "loaded", "2 accounts, 3 items")
    words = ("--workspace", str(workspace.places.data.parent), "--source", "database")
    async with opened(workspace, size=(200, 60), words=words, with_database=lambda rows: [*rows, table]) as person:
        assert "2 accounts, 3 items" in person.text
        await person.press("1")
        await person.until(lambda: "these are the input tables" in person.text)
        await person.press("s")
        await person.until(lambda: "ended with" in person.text)
        assert person.app.history == ["stage"]

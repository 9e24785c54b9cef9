"""A forecast, a comparison and a set, page by page, as somebody at the keyboard sees them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from unittest.mock import patch

import pytest

from ef_engine.service.run import Wishes, run
from ef_engine.service.whole import read_whole
from ef_engine.service.workspace import Workspace
from ef_engine.store.forecasts import known
from ef_tui import opening
from ef_tui.chart import ON_DARK, ON_LIGHT
from ef_tui.glyphs import ASCII
from ef_tui.screens.comparison import ComparisonScreen
from ef_tui.screens.forecast import ForecastScreen
from ef_tui.screens.forecast_set import SetScreen
from ef_tui.screens.output import OutputScreen
from tests.tui.conftest import Person, opened

HOUSEHOLD, SET = "8444b033da58", "Sc0edc0460f4d"
SCENARIOS = ("a38d5dcb5fb9", "b7ccc467df31", "6578c2c4d1c9")

Look = Callable[[str], Workspace]


async def open_forecast(person: Person, record_id: str = HOUSEHOLD) -> ForecastScreen:
    opening.open_record(person.app, record_id)
    await person.until(lambda: isinstance(person.app.screen, ForecastScreen) and person.app.screen.whole is not None)
    screen = person.app.screen
    assert isinstance(screen, ForecastScreen)
    return screen


async def drawn(person: Person) -> None:
    """Waits until the chart is there."""
    await person.until(lambda: "┤" in person.text)


async def open_set(person: Person) -> SetScreen:
    opening.open_record(person.app, SET)
    await person.until(lambda: isinstance(person.app.screen, SetScreen) and person.app.screen.found is not None)
    screen = person.app.screen
    assert isinstance(screen, SetScreen)
    return screen


async def open_comparison(person: Person, ids: Sequence[str] = SCENARIOS) -> ComparisonScreen:
    opening.open_comparison(person.app, ids)
    await person.until(
        lambda: isinstance(person.app.screen, ComparisonScreen) and person.app.screen.comparison is not None
    )
    screen = person.app.screen
    assert isinstance(screen, ComparisonScreen)
    return screen


async def test_enter_on_the_main_screen_opens_what_is_under_the_cursor(looked_at: Look) -> None:
    async with opened(looked_at("typical")) as person:
        await person.press("enter")
        await person.until(lambda: isinstance(person.app.screen, ForecastScreen | SetScreen))
        await person.press("escape")
        assert person.app.screen is person.app.screen_stack[0]


async def test_space_draws_another_line(looked_at: Look) -> None:
    async with opened(looked_at("typical")) as person:
        screen = await open_forecast(person)
        await drawn(person)
        before = person.text
        await person.press("down", "space")
        assert [row.name for row in screen.legend.selected] == ["Net Worth", "Checking"]
        await person.until(lambda: person.text != before and "Checking" in person.text.splitlines()[2])
        await person.press("space")
        assert [row.name for row in screen.legend.selected] == ["Net Worth"]


async def test_another_theme_draws_the_chart_in_colours_for_it(looked_at: Look) -> None:
    async with opened(looked_at("typical")) as person:
        chart = (await open_forecast(person)).chart
        assert chart._lines is not None
        assert chart._lines[0].color == ON_DARK[0]
        await person.press("ctrl+t")
        await person.until(lambda: chart._lines is not None and chart._lines[0].color == ON_LIGHT[0])


async def test_a_milestone_leads_to_its_day(looked_at: Look) -> None:
    async with opened(looked_at("typical")) as person:
        screen = await open_forecast(person)
        rows = screen.legend.rows
        place = next(place for place, row in enumerate(rows) if row.number == 2)
        await person.press(*["down"] * place, "enter")
        assert screen.page.id == "days"
        assert screen.days.cursor_key == rows[place].day


@pytest.mark.parametrize(
    ("typed", "day"), [("2027-03-05", "2027-03-05"), ("2026-09", "2026-09-01"), ("2030", "2027-12-31")]
)
async def test_a_day_is_gone_to(looked_at: Look, typed: str, day: str) -> None:
    async with opened(looked_at("typical")) as person:
        screen = await open_forecast(person)
        await person.press("d")
        await person.type(typed)
        await person.press("enter")
        assert (screen.page.id, screen.days.cursor_key) == ("days", day)


async def test_what_is_no_day_is_told(looked_at: Look) -> None:
    async with opened(looked_at("typical")) as person:
        await open_forecast(person)
        await person.press("d")
        await person.type("soon")
        await person.press("enter")
        assert "'soon' is no day; write it as 2026-03-01, 2026-03 or 2027." in person.text


async def test_a_search_goes_from_row_to_row(looked_at: Look) -> None:
    async with opened(looked_at("typical")) as person:
        screen = await open_forecast(person)
        await person.press("3", "slash")
        await person.type("new laptop")
        await person.press("enter")
        assert screen.days.cursor_key == "2026-03-06"
        assert "1 rows hold 'new laptop'" in person.text
        await person.press("slash", "escape")
        assert screen.days.has_focus


async def test_why_something_was_skipped_stands_below_it(looked_at: Look) -> None:
    async with opened(looked_at("typical")) as person:
        screen = await open_forecast(person)
        await person.press("4", "down")
        row = screen.decisions.cursor
        assert row is not None
        assert row.decision["reason"] in " ".join(line.strip() for line in person.text.splitlines()[-5:])
        some = len(screen.decisions.rows)
        await person.press("o")
        assert len(screen.decisions.rows) > some


async def test_columns_of_the_days_are_moved_through(looked_at: Look) -> None:
    async with opened(looked_at("typical"), size=(80, 24)) as person:
        await open_forecast(person)
        await person.press("3")
        assert "Checking" in person.text.splitlines()[2]
        await person.press(*["right"] * 4)
        header = person.text.splitlines()[2]
        assert header.split()[:2] == ["◂", "Date"]
        assert header.endswith("▸")
        assert "Checking" not in header
        await person.press(*["left"] * 9)
        assert "Net Worth" in person.text.splitlines()[2]
        assert "◂" not in person.text.splitlines()[2]


async def test_a_forecast_without_a_result_says_so(looked_at: Look) -> None:
    async with opened(looked_at("typical")) as person:
        staged = person.app.snapshot.staged[0].id
        await open_forecast(person, staged)
        assert "It has no result: staged." in person.text
        await person.press("5")
        assert "ACCOUNTS" in person.text


async def test_an_infeasible_forecast_is_shown_up_to_its_last_day(looked_at: Look) -> None:
    async with opened(looked_at("failing")) as person:
        row = next(row for row in person.app.snapshot.evaluated if row.state == "infeasible")
        screen = await open_forecast(person, row.id)
        assert "infeasible" in person.text.splitlines()[0]
        assert screen.days.rows


async def test_a_forecast_that_is_gone_is_told_and_nothing_breaks(looked_at: Look) -> None:
    async with opened(looked_at("empty")) as person:
        opening.open_record(person.app, "0123456789ab")
        told = "0123456789ab is not staged; stage its file."
        await person.until(lambda: told in person.text)
        await person.press("1", "2", "3", "4", "5", "6", "r", "space", "o", "enter")
        assert told in person.text
        await person.press("escape")
        assert person.app.screen is person.app.screen_stack[0]


async def test_a_forecast_is_read_again_when_it_got_on(sample: Look) -> None:
    async with opened(sample("typical")) as person:
        staged = person.app.snapshot.staged[0].id
        screen = await open_forecast(person, staged)
        list(run(person.app.workspace.places, staged, Wishes()))
        person.app.look_now()
        await person.until(lambda: screen.whole is not None and screen.whole.result is not None)
        assert "evaluated" in person.text.splitlines()[0]


async def test_the_metric_of_a_set_is_chosen_from_a_list(looked_at: Look) -> None:
    async with opened(looked_at("typical")) as person:
        screen = await open_set(person)
        assert screen.metric == "Net Worth"
        await person.press("m", "down")
        assert screen.metric == "Store Card paid"
        await person.until(lambda: "2026-08-20" in person.text)
        await person.press("enter")
        assert screen.matrix.has_focus


async def test_a_scenario_is_opened_where_choices_meet(looked_at: Look) -> None:
    async with opened(looked_at("typical")) as person:
        screen = await open_set(person)
        await person.press("right", "down")
        scenario = screen.current()
        assert scenario is not None
        assert scenario.name == "Core | replace | smaller flat"
        await person.press("enter")
        await person.until(lambda: isinstance(person.app.screen, ForecastScreen))
        assert person.app.screen.record_id == scenario.id  # type: ignore[attr-defined]  # the screen just asked for


async def test_columns_move_only_where_the_cell_would_leave_the_screen(looked_at: Look) -> None:
    async with opened(looked_at("typical"), size=(120, 40)) as person:
        screen = await open_set(person)
        await person.press("right", "right", "right")
        assert (screen.matrix.chosen, screen.matrix.left) == (2, 0)
    async with opened(looked_at("typical"), size=(64, 24)) as person:
        screen = await open_set(person)
        await person.press("right", "right")
        assert screen.matrix.chosen == 2
        assert screen.matrix.left > 0
        assert "▸" in person.text
        await person.press("left", "left")
        assert (screen.matrix.chosen, screen.matrix.left) == (0, 0)


async def test_scenarios_are_selected_and_compared(looked_at: Look) -> None:
    async with opened(looked_at("typical")) as person:
        screen = await open_set(person)
        await person.press("c")
        await person.until(lambda: any("Select two to four" in each.message for each in person.app._notifications))
        await person.press("space", "down", "space")
        assert "2 selected" in person.text
        await person.press("c")
        await person.until(lambda: isinstance(person.app.screen, ComparisonScreen))
        assert person.app.screen.ids == [each.id for each in screen.found.scenarios[:2]]  # type: ignore[attr-defined,union-attr]


async def test_a_click_with_ctrl_selects_a_scenario_and_draws_a_line(looked_at: Look) -> None:
    async with opened(looked_at("typical")) as person:
        screen = await open_set(person)
        await person.press("2")
        await person.pilot.click("#ranking WideTable", offset=(6, 2), control=True)
        await person.until(lambda: "1 selected" in person.text)
        assert screen.ranking.selected == [screen.ranking.rows[1]]
        forecast = await open_forecast(person)
        await person.pilot.click("#legend", offset=(6, 2), control=True)
        await person.until(lambda: len(forecast.legend.selected) == 2)


async def test_a_comparison_can_be_turned_and_written_to_a_file(looked_at: Look, tmp_path: Path) -> None:
    async with opened(looked_at("typical")) as person:
        screen = await open_comparison(person, SCENARIOS[:2])
        assert "B ends with 3,526.96 less net worth than A." in person.text
        await person.press("x")
        await person.until(lambda: "B ends with 3,526.96 more net worth than A." in person.text)
        assert screen.ids == [SCENARIOS[1], SCENARIOS[0]]
        await person.press("R")
        await person.until(lambda: isinstance(person.app.screen, OutputScreen))
        assert "ef_cli compare" in person.text


async def test_a_narrow_comparison_names_all_and_says_first_by_how_many_days_milestones_move(looked_at: Look) -> None:
    async with opened(looked_at("typical"), size=(80, 24)) as person:
        await open_comparison(person)
        await person.press("3")
        title, _, header, *_ = person.text.splitlines()
        assert title.split("  ") == [" A keep | stay", "B replace | stay", "C keep | smaller flat"]
        assert header.split()[:5] == ["Milestone", "B-A", "days", "C-A", "days"]
        await person.press("2")
        await drawn(person)
        assert person.text.splitlines()[2].endswith("A keep | s…  B replace …  C keep | s…")


async def test_reports_are_made_from_the_screens(looked_at: Look) -> None:
    async with opened(looked_at("typical")) as person:
        await open_forecast(person)
        await person.press("R")
        await person.until(lambda: isinstance(person.app.screen, OutputScreen))
        assert f"Forecast {HOUSEHOLD}" in person.text
        await person.press("escape", "y")
        assert person.app.clipboard == HOUSEHOLD


async def test_pages_are_made_from_the_screens(sample: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    workspace = sample("typical")
    async with opened(workspace) as person:
        await open_comparison(person, SCENARIOS[:2])
        await person.press("r")
        name = f"reports/compare-{SCENARIOS[1]}.html"
        await person.until(lambda: any(name in each.message for each in person.app._notifications))
        assert (workspace.places.run(SCENARIOS[0]) / name).exists()
        await person.press("escape")
        await open_set(person)
        await person.press("r")
        page = workspace.places.run(SET) / "reports" / "report.html"
        await person.until(lambda: any(str(page) in each.message for each in person.app._notifications))


async def test_nothing_is_written_where_one_only_looks(looked_at: Look) -> None:
    async with opened(looked_at("typical"), is_read_only=True) as person:
        await open_comparison(person, SCENARIOS[:2])
        await person.press("r")
        await person.until(lambda: any("only looks" in each.message for each in person.app._notifications))


async def test_the_mouse_changes_pages(looked_at: Look) -> None:
    async with opened(looked_at("typical")) as person:
        screen = await open_forecast(person)
        column = person.text.splitlines()[1].index("Decisions")
        await person.pilot.click(offset=(column, 1))
        await person.until(lambda: screen.page.id == "decisions")


async def test_a_set_counts_its_results(looked_at: Look) -> None:
    async with opened(looked_at("typical")) as person:
        screen = await open_set(person)
        assert known(person.app.workspace.places, SET).members
        assert screen.found is not None
        assert screen.found.done == 6
        assert "6 of 6 scenarios have a result" in person.text


async def test_an_empty_page_says_nothing_of_what_was_not_read_yet(looked_at: Look) -> None:
    async with opened(looked_at("typical")) as person:
        read = threading.Event()
        with patch("ef_tui.screens.forecast.read_whole", lambda *given: read.wait() and read_whole(*given)):
            opening.open_record(person.app, HOUSEHOLD)
            await person.until(lambda: isinstance(person.app.screen, ForecastScreen))
            await person.press("4")
            assert "reading ..." in person.text
            read.set()
            await person.until(lambda: "reading ..." not in person.text)


async def test_every_screen_can_be_shown_in_ascii(looked_at: Look) -> None:
    """On the Linux console, and where the locale knows no other signs."""
    async with opened(looked_at("typical"), size=(80, 24), glyphs=ASCII) as person:
        await open_forecast(person)
        for page in "123456":
            await person.press(page)
            assert person.text.isascii()
        await person.press("escape")
        await open_set(person)
        for page in "123":
            await person.press(page)
            assert person.text.isascii()
        await person.press("escape")
        await open_comparison(person)
        for page in "12345":
            await person.press(page)
            assert person.text.isascii()
        for keys in (("question_mark",), ("escape", "ctrl+p"), ("escape", "escape", "f"), ("escape", "v")):
            await person.press(*keys)
            await person.pilot.pause(0.2)
            assert person.text.isascii()

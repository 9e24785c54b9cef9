"""The table that draws only what it shows."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult

from ef_engine.report.cells import text_width
from ef_tui.widgets.columns import GAP, Cell, Column, aligned, fit
from ef_tui.widgets.virtual_table import VirtualTable
from tests.tui.conftest import watched

COLUMNS = (Column("Number", 8, is_right=True), Column("Name", 10, grow=1), Column("More", 12, spare=1))


class TableApp(App[None]):
    """One table of numbers."""

    CSS = "VirtualTable > .virtual-table--match { text-style: bold; }"

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count, self.drawn = count, 0

    def compose(self) -> ComposeResult:
        """The table."""
        yield VirtualTable[int](COLUMNS, str, self._cells, empty_text="nothing here")

    def _cells(self, row: int) -> tuple[Cell, ...]:
        self.drawn += 1
        return Cell(str(row)), Cell(f"row {row}", "good"), Cell("")

    def on_mount(self) -> None:
        """Fills it."""
        self.table.show(range(self.count))
        self.table.focus()

    @property
    def table(self) -> VirtualTable[int]:
        return self.query_one(VirtualTable)


async def test_a_hundred_thousand_rows_open_and_scroll_without_keeping_the_loop_busy() -> None:
    app = TableApp(100_000)
    async with app.run_test(size=(60, 20)) as pilot:
        with watched():
            await pilot.press("G", "pageup", "g", "j")
            app.table.show(range(1, 100_001))
            await pilot.pause()
        assert app.table.cursor == 1
        assert app.drawn < 1000  # only what was on the screen at some time


async def test_ten_thousand_rows_take_next_to_no_time_to_fill() -> None:
    app = TableApp(0)
    async with app.run_test(size=(60, 20)) as pilot:
        begin = time.thread_time()
        app.table.show(range(10_000))
        await pilot.pause()
        assert time.thread_time() - begin < 0.2  # of this thread's own time, so that others' work does not count


async def test_the_cursor_stays_on_its_row_and_its_line_when_rows_come_and_go() -> None:
    app = TableApp(1000)
    async with app.run_test(size=(60, 20)) as pilot:
        app.table.go_to(500)
        await pilot.pause()
        line = app.table.cursor_place - round(app.table.scroll_y)
        app.table.show([row for row in range(1000) if row % 3 or row == 500])
        await pilot.pause()
        assert app.table.cursor == 500
        assert app.table.cursor_place - round(app.table.scroll_y) == line


async def test_where_the_row_of_the_cursor_is_gone_its_neighbour_has_it() -> None:
    app = TableApp(10)
    async with app.run_test(size=(60, 20)) as pilot:
        app.table.go_to(4)
        app.table.show([row for row in range(10) if row != 4])
        await pilot.pause()
        assert app.table.cursor == 5
        app.table.show([])
        await pilot.pause()
        assert app.table.cursor is None
        assert "nothing here" in app.table.render_line(1).text


async def test_only_lines_that_changed_are_drawn_again() -> None:
    app = TableApp(10)
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        regions: list[object] = []
        original = app.table.refresh

        def refresh(*given: object, **more: object) -> object:
            regions.extend(given)
            return original(*given, **more)  # type: ignore[arg-type]

        app.table.refresh = refresh  # type: ignore[method-assign,assignment]
        app.table.show([*range(9), 10])
        assert [region.y for region in regions] == [10]  # type: ignore[attr-defined]


async def test_what_is_looked_for_is_marked_and_the_selection_keeps_to_its_rows() -> None:
    app = TableApp(10)
    async with app.run_test(size=(60, 20)) as pilot:
        app.table.highlight("ROW 3")
        app.table.select(["3", "5", "77"])
        await pilot.pause()
        (marked,) = [segment for segment in app.table.render_line(4) if segment.text == "row 3"]
        assert marked.style
        assert marked.style.bold
        assert app.table.selected == [3, 5]
        app.table.show([5, 6])
        assert app.table.selected == [5]


@st.composite
def any_column(draw: st.DrawFn) -> Column:
    width = draw(st.integers(1, 30))
    return Column(
        "x", width, grow=draw(st.integers(0, 3)), spare=draw(st.integers(0, 4)), wish=draw(st.sampled_from((0, 20))),
        tight=draw(st.integers(0, width)),
    )  # fmt: skip


@given(st.lists(any_column()), st.integers(1, 300))
def test_columns_fill_the_width_where_one_grows_and_leave_out_none_that_must_stay(
    columns: list[Column], width: int
) -> None:
    fitted = fit(columns, width)
    assert {each.index for each in fitted} >= {index for index, column in enumerate(columns) if not column.spare}
    total = sum(each.width for each in fitted) + GAP * max(0, len(fitted) - 1)
    least = sum(each.column.least for each in fitted) + GAP * max(0, len(fitted) - 1)
    assert least > width or all(each.width >= each.column.least for each in fitted)
    if least <= width and any(each.column.grow for each in fitted):
        assert total == width
    elif least <= width:
        assert total <= width


@given(st.text(), st.integers(1, 40), st.booleans())
def test_a_cell_is_exactly_as_wide_as_its_column(text: str, width: int, is_right: bool) -> None:
    shown = aligned(text, width, is_right)
    assert text_width(shown) == width or not text.isascii()
    assert "\n" not in shown


def test_a_label_is_readable_before_a_column_is_added_that_is_worth_less() -> None:
    columns = [Column("Label", 6, grow=1, wish=18), Column("Worth", 10, spare=1), Column("End", 10, spare=4)]
    shown = [[each.column.title for each in fit(columns, width)] for width in (6, 18, 30, 40)]
    assert shown == [["Label"], ["Label", "Worth"], ["Label", "Worth"], ["Label", "Worth", "End"]]


def test_columns_become_tight_before_one_is_left_out_that_says_more_than_their_cents() -> None:
    columns = [Column("Label", 6, grow=1), Column("Net worth", 12, tight=7, short="Worth"), Column("Trend", 8, spare=1)]
    shown = [[(each.column.titled(each.width), each.width) for each in fit(columns, width)] for width in (16, 23, 40)]
    assert shown == [
        [("Label", 6), ("Net worth", 9)],
        [("Label", 6), ("Worth", 7), ("Trend", 8)],
        [("Label", 18), ("Net worth", 12), ("Trend", 8)],
    ]

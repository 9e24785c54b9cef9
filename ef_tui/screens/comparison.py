"""Two to four forecasts side by side: one line of each laid over the others, and what comes out differently."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from ef_engine.report.comparison import Comparison
from ef_engine.report.comparison_report import (
    LETTERS,
    all_differences_grid,
    comparison_report,
    figure_grid,
    milestone_grid,
)
from ef_engine.report.series import NET_WORTH
from ef_engine.report.text import render_text
from ef_engine.report.values import Grid
from ef_engine.service.compare import compare_ids
from ef_tui.actions import READ_ONLY
from ef_tui.chart import ChartLine, colors
from ef_tui.grids import GridRow, cells_of, grid_columns, grid_rows, key_of
from ef_tui.opening import open_output
from ef_tui.screens.paged import COLORS, PagedScreen
from ef_tui.short_names import sharing, told_apart
from ef_tui.verbs import report_comparison
from ef_tui.widgets.chart_view import ChartView
from ef_tui.widgets.columns import Cell, Column
from ef_tui.widgets.lines import Hint, Line, Part
from ef_tui.widgets.text_view import TextView
from ef_tui.widgets.virtual_table import VirtualTable
from ef_tui.widgets.wide_table import WideTable

TEXT_WIDTH = 110


class ComparisonScreen(PagedScreen):
    """The forecasts of these full ids; the first is what the others are compared with."""

    SCOPE = "comparison"
    PAGES = (
        ("overview", "What changes"), ("chart", "Chart"), ("milestones", "Milestones"), ("amounts", "Amounts"),
        ("inputs", "Inputs"),
    )  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "swap", "compare with the next one instead", id="comparison_swap"),
    ]

    def __init__(self, ids: Sequence[str]) -> None:
        super().__init__()
        self.ids = list(ids)
        self.comparison: Comparison | None = None

    def make_pages(self) -> Sequence[Widget]:
        """Empty until the forecasts were read."""
        glyphs = self.dashboard.session.glyphs
        self.overview = TextView()
        self.names = VirtualTable[str](
            (Column("Line", 10, grow=1),), str, lambda name: (Cell(name),), glyphs=glyphs, id="names"
        )
        self.chart = ChartView(id="chart-view")
        self.tables = [
            WideTable[GridRow]((), key_of, cells_of, empty_text="nothing differs", glyphs=glyphs) for _ in range(3)
        ]
        return (
            self.overview, Horizontal(self.names, Vertical(Line(id="lines"), self.chart)), *self.tables,
        )  # fmt: skip

    def on_mount(self) -> None:
        """Reads the forecasts."""
        super().on_mount()
        self.say_title(Part(f" {' · '.join(self.ids)}", "bold $primary"))
        self.app.theme_changed_signal.subscribe(self, lambda _: self._draw())
        self._read()

    def _read(self) -> None:
        places, ids = self.dashboard.workspace.places, list(self.ids)

        self.dashboard.in_background(
            lambda: compare_ids(places, ids), self._show_comparison, failed=self.say_error, group="comparison"
        )

    def _show_comparison(self, comparison: Comparison) -> None:
        if not self.is_mounted:
            return
        self.has_read()
        self.comparison = comparison
        self._say_who()
        text = render_text(comparison_report(comparison), max(40, min(self.size.width - 2, TEXT_WIDTH)))
        self.overview.show(text.splitlines())
        names = list(dict.fromkeys(name for series in comparison.series for name in series.lines))
        self.names.show(names)
        grids = (_moves(comparison), _amounts(comparison), all_differences_grid(comparison))
        for table, grid in zip(self.tables, grids, strict=True):
            if grid is not None:
                table.set_columns(grid_columns(grid))
                table.show(grid_rows(grid))
        self._draw()

    @on(VirtualTable.Highlighted, "#names")
    def _line_chosen(self) -> None:
        self._draw()

    def _names(self, width: int) -> list[str]:
        """What tells the forecasts apart, on one line of so many columns with a letter before each."""
        assert self.comparison is not None
        found = [label or key for label, key in zip(self.comparison.labels, self.comparison.ids, strict=True)]
        return sharing(told_apart(found), max(0, width - 4 * len(found)), self.dashboard.session.glyphs.ellipsis)

    def _say_who(self) -> None:
        who = zip(LETTERS, self._names(self.size.width), strict=False)
        self.say_title(*(Part(f" {letter} {name} ", "bold $primary") for letter, name in who))

    def on_resize(self) -> None:
        """Names what is compared, and the keys, as far as they fit."""
        super().on_resize()
        if self.comparison is not None:
            self._say_who()
            self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        if self.comparison is None:
            return
        name = self.names.cursor or NET_WORTH
        palette = colors(len(self.ids), is_dark=self.app.current_theme.dark)
        lines = [
            ChartLine(
                letter,
                [day.toordinal() for day in series.dates],
                [amount / 1e6 for amount in series.lines[name]],
                color,
            )
            for letter, series, color in zip(LETTERS, self.comparison.series, palette, strict=False)
            if name in series.lines
        ]
        self.chart.show(lines)
        labels = zip(LETTERS, self._names(self.chart.size.width - len(name) - 2), palette, strict=False)
        parts = (Part(f" {letter} {label} ", f"ansi_{COLORS[color]}") for letter, label, color in labels)
        self.query_one("#lines", Line).say(Part(f" {name}:", "bold"), *parts)

    def hints(self) -> Sequence[Hint]:
        """The keys of the page that is shown."""
        swap = Hint(self.key_of("comparison_swap"), "other first", "screen.swap")
        return (Hint("↑↓", "line", "app.bell"), swap) if self._place == 1 else (swap,)

    def action_swap(self) -> None:
        """Compares with the next one instead."""
        self.ids = [*self.ids[1:], self.ids[0]]
        self._read()

    @property
    def copied(self) -> str:
        """The ids."""
        return " ".join(self.ids)

    def action_report(self) -> None:
        """Makes the page of the comparison and opens it; where nothing may be written, says so."""
        app = self.dashboard
        if app.session.is_read_only:
            app.warn(f"report: {READ_ONLY}.")
            return
        app.show_command([("compare", *self.ids, "--format", "html", "--open")])
        app.in_background(partial(report_comparison, app.workspace, list(self.ids)), app.tell, group="action")

    def action_read(self) -> None:
        """Shows the comparison as text, whose keys can write it to a file."""
        if self.comparison is not None:
            text = render_text(comparison_report(self.comparison), TEXT_WIDTH)
            open_output(self.dashboard, f"ef_cli compare {' '.join(self.ids)}", text)

    def texts(self, table: VirtualTable[Any], row: Any) -> Sequence[str]:
        """What of a row is searched."""
        return [row] if isinstance(row, str) else super().texts(table, row)


def _moves(comparison: Comparison) -> Grid | None:
    """The milestones; by how many days each moved stands right beside its name, whatever the width."""
    grid = milestone_grid(comparison)
    if grid is None:
        return None
    days = range(2, 2 + len(comparison.ids))
    order = (0, *range(days.stop, len(grid.columns)), *days, 1)
    rows = tuple(tuple(row[place] for place in order) for row in grid.rows)
    return Grid(grid.heading, tuple(grid.columns[place] for place in order), rows)


def _amounts(comparison: Comparison) -> Grid:
    """Final balances, then sums, as one table."""
    final = figure_grid("", comparison.final, comparison)
    totals = figure_grid("", comparison.totals, comparison)
    return Grid("Amounts", ("Last day, then sums", *final.columns[1:]), (*final.rows, *totals.rows))

"""One forecast: its chart, milestones, days, decisions with their reasons, inputs and log, a page each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Static

from ef_engine.report.forecast import forecast_report
from ef_engine.report.series import NET_WORTH
from ef_engine.report.values import Grid
from ef_engine.service.whole import Whole, read_whole
from ef_tui import forecast_pages as pages
from ef_tui.chart import colors
from ef_tui.grids import GridRow, cells_of, grid_columns, grid_rows, key_of
from ef_tui.screens.paged import COLORS, PagedScreen, trace
from ef_tui.snapshot import Snapshot
from ef_tui.subjects import EVALUATED, Subject
from ef_tui.widgets.chart_view import ChartView
from ef_tui.widgets.lines import Hint, Line, Part
from ef_tui.widgets.text_view import TextView
from ef_tui.widgets.virtual_table import VirtualTable
from ef_tui.widgets.wide_table import WideTable

CHART, MILESTONES, DAYS, DECISIONS, INPUTS, LOG = range(6)


class ForecastScreen(PagedScreen):
    """The forecast of a full id."""

    SCOPE = "forecast"
    PAGES = (
        ("chart", "Chart"), ("milestones", "Milestones"), ("days", "Days"), ("decisions", "Decisions"),
        ("inputs", "Inputs"), ("log", "Log"),
    )  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "turn_line", "draw a line or not", id="forecast_line"),
        Binding("d", "go_to_day", "go to a day", id="forecast_day"),
        Binding("o", "only_others", "only what was not confirmed, or all", id="forecast_others"),
        Binding("enter", "follow", "show that day", id="forecast_follow"),
    ]

    def __init__(self, record_id: str) -> None:
        super().__init__()
        self.record_id = record_id
        self.whole: Whole | None = None
        self._shown_names: list[str] = [NET_WORTH]
        self._shows_all = False
        self._seen: object = None

    # Pages

    def make_pages(self) -> Sequence[Widget]:
        """Empty until the forecast was read."""
        glyphs = self.dashboard.session.glyphs
        self.legend = VirtualTable[pages.LegendRow](
            pages.LINE_COLUMNS, lambda row: row.key, pages.legend_cells, glyphs=glyphs, id="legend"
        )
        self.chart = ChartView(id="chart-view")
        self.days = WideTable[pages.DayRow](
            (), lambda row: row.key, pages.day_cells, empty_text="no result yet", glyphs=glyphs
        )
        self.milestones = WideTable[GridRow](
            (), key_of, cells_of, empty_text="no milestones, or no result yet", glyphs=glyphs
        )
        self.decisions = VirtualTable[pages.DecisionRow](
            pages.DECISION_COLUMNS, lambda row: str(row.place), pages.decision_cells,
            empty_text="nothing was refused, reduced or put off", glyphs=glyphs, id="decision-table",
        )  # fmt: skip
        self.inputs, self.log_view = TextView(), TextView()
        drawing = Vertical(Line(id="lines"), self.chart)
        return (
            Horizontal(self.legend, drawing), self.milestones, self.days,
            Vertical(self.decisions, Static("", id="why", markup=False)), self.inputs, self.log_view,
        )  # fmt: skip

    def on_mount(self) -> None:
        """Reads the forecast."""
        super().on_mount()
        self.say_title(Part(f" {self.record_id}", "bold $primary"))
        self._seen = trace(self.dashboard.snapshot, self.record_id)
        self.app.theme_changed_signal.subscribe(self, lambda _: self._draw())
        self._read()

    def _read(self) -> None:
        places = self.dashboard.workspace.places
        self.dashboard.in_background(
            lambda: read_whole(places, self.record_id), self._show_whole, failed=self.say_error, group="forecast"
        )

    def show(self, snapshot: Snapshot) -> None:
        """Reads it again when it got on."""
        seen = trace(snapshot, self.record_id)
        if seen != self._seen:
            self._seen = seen
            self._read()

    # What it shows

    def _show_whole(self, whole: Whole) -> None:
        if not self.is_mounted:
            return
        self.has_read()
        self.whole = whole
        glyphs, record = self.dashboard.session.glyphs, whole.record
        label = f"  {record.label}" if record.label else ""
        self.say_title(
            Part(f" {record.id}", "bold $primary"), Part(label, "bold"), Part(f"  {glyphs.state(whole.state)}")
        )
        self.inputs.show(pages.input_lines(whole.contents, _facts(whole)))
        self.log_view.show(whole.log or ("Nothing was logged yet.",))
        if whole.result is None:
            self.say(f"It has no result: {whole.state}.")
            return
        self.legend.show(pages.legend_rows(whole.result.series))
        self._draw()
        self._show_milestones(whole)
        self.days.set_columns(pages.day_columns(whole.result.daily))
        self.days.show([pages.DayRow(place, whole.result.daily) for place in range(len(whole.result.daily.dates))])
        self._show_decisions()

    def _show_milestones(self, whole: Whole) -> None:
        assert whole.result is not None
        report = forecast_report(whole.result.document, whole.result.daily)
        grid = next((each for each in report.blocks if isinstance(each, Grid) and each.heading == "Milestones"), None)
        if grid is not None:
            self.milestones.set_columns(grid_columns(grid))
            self.milestones.show(grid_rows(grid))

    def _draw(self) -> None:
        if self.whole is None or self.whole.result is None:
            return
        series = self.whole.result.series
        names = [name for name in series.lines if name in self._shown_names]
        palette = colors(len(names), is_dark=self.app.current_theme.dark)
        lines, marks = pages.chart_of(series, names, palette)
        self.chart.show(lines, marks)
        self.legend.select(f"line {name}" for name in names)
        parts = (Part(f" {name}  ", f"ansi_{COLORS[color]}") for name, color in zip(names, palette, strict=True))
        self.query_one("#lines", Line).say(*parts)

    def _show_decisions(self) -> None:
        if self.whole is not None and self.whole.result is not None:
            self.decisions.show(pages.decision_rows(self.whole.result.document, is_all=self._shows_all))
            self._say_why()

    @on(VirtualTable.Highlighted, "#decision-table")
    def _decision_highlighted(self) -> None:
        self._say_why()

    def _say_why(self) -> None:
        row = self.decisions.cursor
        self.query_one("#why", Static).update("" if row is None else f" {row.sentence}")

    # Keys

    def hints(self) -> Sequence[Hint]:
        """The keys of the page that is shown."""
        match self._place:
            case 0:
                return (
                    Hint(self.key_of("forecast_line"), "draw", "screen.turn_line"),
                    Hint(self.key_of("forecast_follow"), "that day", "screen.follow"),
                )
            case 2:
                return (Hint(self.key_of("forecast_day"), "go to a day", "screen.go_to_day"),)
            case 3:
                title = "only others" if self._shows_all else "all"
                return (Hint(self.key_of("forecast_others"), title, "screen.only_others"),)
        return ()

    def texts(self, table: VirtualTable[Any], row: Any) -> Sequence[str]:
        """What of a row is searched: of a day what happened on it."""
        return row.texts if isinstance(row, pages.DayRow) else super().texts(table, row)

    def action_turn_line(self) -> None:
        """Draws the line under the cursor, or no longer."""
        row = self.legend.cursor
        if self._place == CHART and row is not None and not row.number:
            if row.name in self._shown_names:
                self._shown_names.remove(row.name)
            else:
                self._shown_names.append(row.name)
            self._draw()

    def action_go_to_day(self) -> None:
        """Asks for a day."""
        self.ask("a day, such as 2026-03-01, 2026-03 or 2027", self._go_to_day)

    def _go_to_day(self, text: str) -> None:
        if self.whole is None or self.whole.result is None:
            return
        day = _day_of(text)
        if day is None:
            self.say(f"{text!r} is no day; write it as 2026-03-01, 2026-03 or 2027.")
            return
        self.action_pane(DAYS)
        dates = self.whole.result.daily.dates
        self.days.go_to(next((place for place, each in enumerate(dates) if each >= day), len(dates) - 1))

    def action_follow(self) -> None:
        """Goes to the day of the milestone or decision under the cursor."""
        day = ""
        if self._place == CHART and self.legend.cursor is not None:
            day = self.legend.cursor.day
        elif self._place == DECISIONS and self.decisions.cursor is not None:
            decision = self.decisions.cursor.decision
            day = decision["binding_date"] or decision["executed_date"] or decision["original_date"]
        elif self._place == MILESTONES and self.milestones.cursor is not None:
            day = self.milestones.cursor.cells[2].text
        if day and _day_of(day):
            self._go_to_day(day)

    @on(VirtualTable.Marked)
    def _marked(self) -> None:
        self.action_turn_line()

    @on(VirtualTable.Opened)
    def _opened(self) -> None:
        if self._place == CHART and self.legend.cursor is not None and not self.legend.cursor.number:
            self.action_turn_line()
        else:
            self.action_follow()

    def action_only_others(self) -> None:
        """Shows what was not confirmed in full, or everything."""
        if self._place == DECISIONS:
            self._shows_all = not self._shows_all
            self._show_decisions()
            self.on_resize()

    @property
    def copied(self) -> str:
        """The id."""
        return self.record_id

    def subject(self) -> Subject | None:
        """The forecast."""
        if self.whole is None:
            return None
        return Subject(self.record_id, self.whole.state, EVALUATED, is_set=False, label=self.whole.record.label)


def _day_of(text: str) -> date | None:
    """The day, or the first of the month or year."""
    try:
        return date.fromisoformat(text + "-01-01"[len(text) - 4 :] if len(text) in (4, 7) else text)
    except ValueError:
        return None


def _facts(whole: Whole) -> list[tuple[str, str]]:
    record = whole.record
    facts = [("id", record.id), ("label", record.label), ("owner", record.owner), ("state", whole.state)]
    facts += [("attempt", str(record.attempt)), ("received", record.received), ("made from", record.parent or "")]
    return [(name, text) for name, text in facts if text and text != "0"]

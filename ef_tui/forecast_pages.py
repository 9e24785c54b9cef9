"""What the pages of a forecast show: days, decisions, inputs and chart lines as rows and texts; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ef_engine.evaluation.table import Table
from ef_engine.model.money import to_cents_decimal
from ef_engine.report.cells import cell_text, money
from ef_engine.report.series import ForecastSeries
from ef_engine.report.wording import decision_sentence
from ef_engine.service.contents import Contents
from ef_tui.chart import ChartLine, ChartMark
from ef_tui.widgets.columns import Cell, Column

TEXT_COLUMNS = 3
"""Next income, directives and memo, at the end of the daily table."""

DECISION_COLUMNS = (
    Column("Date", 10),
    Column("Status", 9),
    Column("Memo", 12, grow=2),
    Column("Pri", 3, is_right=True, spare=3),
    Column("Requested", 11, is_right=True, spare=2),
    Column("Executed", 11, is_right=True),
    Column("On", 10, spare=4),
    Column("Reason", 16, grow=3, spare=5),
)
_STATUS_TONES = {"skipped": "bad", "reduced": "warn", "deferred": "accent", "confirmed": "good"}

LINE_COLUMNS = (Column("Lines and milestones", 12, grow=1),)


@dataclass(frozen=True, slots=True)
class DayRow:
    """A day of the daily table, by its place."""

    place: int
    daily: Table

    @property
    def key(self) -> str:
        """The day."""
        return self.daily.dates[self.place].isoformat()

    @property
    def texts(self) -> tuple[str, ...]:
        """What can be searched: the day, what happened."""
        return self.key, self.daily.directives[self.place], self.daily.memos[self.place]


def day_columns(daily: Table) -> list[Column]:
    """The columns of the daily table, in their order; what happened on a day stands right after it."""
    amounts = [Column(name, max(12, min(26, len(name))), is_right=True) for name in daily.amounts]
    return [
        Column("Date", 10), Column("Net Worth", 13, is_right=True), Column("Memo", 36), *amounts,
        Column("Next Income", 11), Column("Memo Directives", 60),
    ]  # fmt: skip


def day_cells(row: DayRow) -> Sequence[Cell]:
    """The cells of a day."""
    place, daily = row.place, row.daily
    amounts = (_amount(values[place]) for values in daily.amounts.values())
    worth = daily.amounts["Net Worth"][place]
    return (
        Cell(row.key, "accent"), _amount(worth), Cell(daily.memos[place]), *amounts,
        Cell(cell_text(daily.next_income[place]), "muted"), Cell(daily.directives[place]),
    )  # fmt: skip


def _amount(micros: int) -> Cell:
    return Cell(money(to_cents_decimal(micros)), "bad" if micros < 0 else "muted" if not micros else "")


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """An occurrence, by its place in the result."""

    place: int
    decision: Mapping[str, Any]

    @property
    def sentence(self) -> str:
        """What became of it, and why."""
        return decision_sentence(self.decision)


def decision_cells(row: DecisionRow) -> Sequence[Cell]:
    """The cells in the order of `DECISION_COLUMNS`."""
    each = row.decision
    moved = each["executed_date"] if each["executed_date"] not in (None, each["original_date"]) else ""
    return (
        Cell(each["original_date"]),
        Cell(each["status"], _STATUS_TONES.get(each["status"], "")),
        Cell(each["memo"], "strong"),
        Cell(str(each["priority"]), "muted"),
        Cell(money(each["requested"])),
        Cell(money(each["executed"])),
        Cell(moved, "muted"),
        Cell(each["reason"] or "", "muted"),
    )


def decision_rows(result: Mapping[str, Any], *, is_all: bool) -> list[DecisionRow]:
    """Every occurrence, or those that were not confirmed in full."""
    rows = (DecisionRow(place, each) for place, each in enumerate(result["decisions"]))
    return [row for row in rows if is_all or row.decision["status"] != "confirmed"]


@dataclass(frozen=True, slots=True)
class LegendRow:
    """A line that can be drawn (`number` is 0), or a milestone by its number; `day` is ISO text."""

    key: str
    name: str
    number: int = 0
    day: str = ""


def legend_rows(series: ForecastSeries) -> list[LegendRow]:
    """The lines, then the milestones in the order they are reached."""
    lines = [LegendRow(f"line {name}", name) for name in series.lines]
    reached = sorted((mark for mark in series.marks if mark.day), key=lambda mark: (mark.day, mark.name))
    marks = [
        LegendRow(f"mark {mark.kind} {mark.name}", mark.name, number, str(mark.day))
        for number, mark in enumerate(reached, 1)
    ]
    others = (mark for mark in series.marks if not mark.day)
    return [*lines, *marks, *(LegendRow(f"mark {mark.kind} {mark.name}", mark.name, -1) for mark in others)]


def legend_cells(row: LegendRow) -> Sequence[Cell]:
    """The name; of a milestone its number and day."""
    if not row.number:
        return (Cell(row.name),)
    if row.number < 0:
        return (Cell(f"   {row.name}: not reached", "muted"),)
    return (Cell(f"{row.number:>2} {row.day} {row.name}", "accent"),)


def chart_of(
    series: ForecastSeries, names: Sequence[str], colors: Sequence[int]
) -> tuple[list[ChartLine], list[ChartMark]]:
    """The chosen lines, and the milestones on the first of them."""
    days = [day.toordinal() for day in series.dates]
    lines = [
        ChartLine(name, days, [amount / 1e6 for amount in series.lines[name]], color)
        for name, color in zip(names, colors, strict=True)
    ]
    if not lines:
        return [], []
    amounts = dict(zip(days, lines[0].amounts, strict=True))
    rows = legend_rows(series)
    by_number = {row.number: row for row in rows if row.number > 0}
    ordinals = {day.isoformat(): day.toordinal() for day in series.dates}
    marks = [ChartMark(number, ordinals[row.day], amounts[ordinals[row.day]]) for number, row in by_number.items()]
    return lines, marks


def input_lines(contents: Contents | None, facts: Sequence[tuple[str, str]]) -> list[str]:
    """What went in, section by section, and what is known of the run."""
    return list(_input_lines(contents, facts))


def _input_lines(contents: Contents | None, facts: Sequence[tuple[str, str]]) -> Iterator[str]:
    for name, text in facts:
        yield f"{name:<14}{text}"
    if contents is None:
        yield from ("", "Its document is gone; stage its file again.")
        return
    yield f"{'dates':<14}{contents.start} to {contents.end}"
    for section in contents.sections:
        yield from ("", section.title.upper())
        width = min(40, max(len(line.name) for line in section.lines))
        for line in section.lines:
            amount = f"{money(line.amount):>14}" if line.amount is not None else " " * 14
            yield f"  {line.name:<{width}}{amount}  {line.about}".rstrip()

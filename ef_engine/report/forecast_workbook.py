"""The workbook of one forecast: summary with charts, milestones, decisions, every day, inputs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from ef_engine.evaluation.csv_text import DECISION_COLUMNS
from ef_engine.evaluation.table import Table
from ef_engine.model.money import to_cents_decimal
from ef_engine.report.figures import key_figures
from ef_engine.report.forecast_html import flow_grid, period_grid
from ef_engine.report.page import ForecastPage
from ef_engine.report.series import NET_WORTH
from ef_engine.report.values import Cell, Grid, Sentences
from ef_engine.report.workbook import Drawing, Sheet, SheetChart


def forecast_sheets(page: ForecastPage) -> tuple[Sheet, ...]:
    """The sheets, in reading order."""
    accounts = tuple(page.series.accounts)
    charts = (
        SheetChart("Net worth", Drawing.LINES, "Daily", (NET_WORTH,)),
        SheetChart("Balances by account", Drawing.LINES, "Balances", accounts),
        SheetChart("Gain and loss", Drawing.BARS, "Periods", ("Gain", "Loss")),
        SheetChart("Interest on debts", Drawing.BARS, "Periods", ("Interest on debts",)),
    )
    figures = Grid("Figures", ("Figure", "Value", ""), tuple((e.name, e.value, e.note) for e in key_figures(page)))
    milestones = page.milestone_grid or Grid("Milestones", ("Milestone", "Kind", "Reached", "First inside"), ())
    return (
        Sheet("Summary", (Sentences("In short", page.headlines), figures, page.facts), charts),
        Sheet("Milestones", (_dated(milestones),)),
        Sheet("Balances", (page.balances,)),
        Sheet("Periods", (period_grid(page),)),
        Sheet("Flows", (flow_grid(page.flows),)),
        Sheet("Decisions", (decision_grid(page.result["decisions"]),)),
        Sheet("Daily", (daily_grid(page.daily),)),
        Sheet("Inputs", tuple(_dated(grid) for grid in page.inputs)),
    )


def decision_grid(decisions: Sequence[Any]) -> Grid:
    """Every decision, a row an occurrence, dates as dates."""
    titles = tuple(name.replace("_", " ").capitalize() for name in DECISION_COLUMNS)
    rows = tuple(tuple(each[name] for name in DECISION_COLUMNS) for each in decisions)
    return _dated(Grid("Decisions", titles, rows))


def daily_grid(daily: Table) -> Grid:
    """The daily table, amounts to the cent."""
    amounts = [map(to_cents_decimal, values) for values in daily.amounts.values()]
    columns: list[Iterable[Cell]] = [daily.dates, *amounts, daily.next_income, daily.directives, daily.memos]
    return Grid("Daily", daily.columns, tuple(zip(*columns, strict=True)))


def _dated(grid: Grid) -> Grid:
    """The same grid with ISO texts in columns about dates as dates."""
    rows = tuple(
        tuple(_date(cell) if _is_about_dates(name) else cell for name, cell in zip(grid.columns, row, strict=True))
        for row in grid.rows
    )
    return Grid(grid.heading, grid.columns, rows)


def _is_about_dates(column: str) -> bool:
    return column.lower().endswith("date") or column in ("Reached", "First inside")


def _date(cell: Cell) -> Cell:
    try:
        return date.fromisoformat(cell) if isinstance(cell, str) else cell
    except ValueError:
        return cell

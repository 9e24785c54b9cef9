"""The page of one forecast: what its template and its scripts are given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ef_engine.evaluation.csv_text import DECISION_COLUMNS
from ef_engine.evaluation.table import Table
from ef_engine.model.money import Micros, to_cents_decimal
from ef_engine.report.balances import debt_names
from ef_engine.report.columns_json import amount_column, cell_column, text_column
from ef_engine.report.figures import chart_words, key_figures
from ef_engine.report.flows import Flow
from ef_engine.report.html import render_page
from ef_engine.report.page import ForecastPage
from ef_engine.report.series import NET_WORTH, ForecastSeries
from ef_engine.report.values import Cell, Grid

_BRIEF = ("Date", "Memo", "Memo Directives", "Liquid Total", "CC Debt Total", "Loan Total", "Net Worth")
"""The columns of the daily table for those who read what happened."""


def render_forecast(page: ForecastPage, chart_script: str) -> str:
    """The page as HTML; `chart_script` is the name of the file beside it."""
    decisions = page.result["decisions"]
    return render_page(
        "forecast.html",
        page.label or f"Forecast {page.id}",
        page_data(page),
        chart_script,
        page=page,
        key_figures=key_figures(page),
        words=chart_words(page),
        worth_grid=_only(page.balances, NET_WORTH),
        period_grid=period_grid(page),
        interest_grid=_only(period_grid(page), "Interest on debts"),
        flow_grid=flow_grid(page.flows),
        statuses=list(dict.fromkeys(each["status"] for each in decisions)),
        priorities=sorted({each["priority"] for each in decisions}),
    )


def page_data(page: ForecastPage) -> dict[str, Any]:
    """What the scripts of the page work on: the lines of the charts, and the long tables by column."""
    return {
        "chart": {
            **line_data(page.series, set(debt_names(page.daily))),
            "marks": _marks(page),
            "periods": _period_data(page),
            "flows": _flow_data(page.flows),
        },
        "decisions": {"columns": decision_columns(page.result["decisions"])},
        "daily": {"columns": daily_columns(page.daily), "brief": _BRIEF},
    }


def line_data(series: ForecastSeries, debts: set[str]) -> dict[str, Any]:
    """Dates and lines as the charts take them, net worth first."""
    groups = {NET_WORTH: "worth"} | dict.fromkeys(series.accounts, "account")
    lines = [
        {"column": amount_column(name, values), "group": groups.get(name, "total"), "isDebt": name in debts}
        for name, values in series.lines.items()
    ]
    return {"dates": text_column("Date", series.dates), "lines": lines}


def daily_columns(daily: Table) -> list[dict[str, Any]]:
    """The daily table, every column of it."""
    names = daily.columns
    return [
        text_column(names[0], daily.dates),
        *(amount_column(name, values) for name, values in daily.amounts.items()),
        text_column(names[-3], daily.next_income),
        text_column(names[-2], daily.directives),
        text_column(names[-1], daily.memos),
    ]


def decision_columns(decisions: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The decisions, every column of them."""
    titles = [name.replace("_", " ").capitalize() for name in DECISION_COLUMNS]
    return [
        cell_column(title, [decision[name] for decision in decisions])
        for title, name in zip(titles, DECISION_COLUMNS, strict=True)
    ]


def period_grid(page: ForecastPage) -> Grid:
    """Gain, loss and interest by month or year."""
    found = page.periods
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (name, *map(to_cents_decimal, amounts))
        for name, *amounts in zip(found.names, found.gain, found.loss, found.interest, strict=True)
    )
    return Grid("Gain and loss", ("Period", "Gain", "Loss", "Interest on debts"), rows)


def flow_grid(flows: Sequence[Flow]) -> Grid:
    """Every flow of money, the largest first."""
    rows = tuple((flow.source.name, flow.target.name, to_cents_decimal(flow.amount)) for flow in flows)
    return Grid("Where the money goes", ("From", "To", "Amount"), rows)


def _only(grid: Grid, column: str) -> Grid:
    """The first column of a grid and one other."""
    position = grid.columns.index(column)
    rows = tuple((row[0], row[position]) for row in grid.rows)
    return Grid(grid.heading, (grid.columns[0], column), rows)


def _marks(page: ForecastPage) -> list[dict[str, Any]]:
    return [{"name": name, "kind": kind, "day": day, "first": first} for name, kind, day, first in page.milestones]


def _period_data(page: ForecastPage) -> dict[str, Any]:
    found = page.periods
    amounts = {"gain": found.gain, "loss": found.loss, "interest": found.interest}
    return {"names": found.names, **{name: list(map(_cents, values)) for name, values in amounts.items()}}


def _flow_data(flows: Sequence[Flow]) -> dict[str, Any]:
    ends = list(dict.fromkeys(end for flow in flows for end in (flow.source, flow.target)))
    place = {end: position for position, end in enumerate(ends)}
    return {
        "ends": [{"name": end.name, "place": end.place} for end in ends],
        "links": [(place[flow.source], place[flow.target], _cents(flow.amount)) for flow in flows],
    }


def _cents(amount: Micros) -> int:
    return int(to_cents_decimal(amount).scaleb(2))

"""Balances at the end of each month, as a grid; of each year where the months would fill pages.

The value of a card or loan is its whole debt, told from the columns of the daily table alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ef_engine.evaluation.table import Table
from ef_engine.model.money import Micros, to_cents_decimal
from ef_engine.report.values import Cell, Grid

MOST_MONTHS = 60
"""A longer forecast is shown by years."""

_DEBT_PARTS = ("Curr Stmt Bal", "Prev Stmt Bal", "Principal Balance", "Interest")
_TOTALS = ("Liquid Total", "CC Debt Total", "Loan Total")


def balance_grid(daily: Table) -> Grid:
    """Every account and Net Worth at period ends; narrower: the totals that are ever other than zero, then one."""
    by_year = len({(day.year, day.month) for day in daily.dates}) > MOST_MONTHS
    heading = f"Balances on the first day and at the end of each {'year' if by_year else 'month'}"
    worth = {"Net Worth": daily.amounts["Net Worth"]}
    totals = {name: daily.amounts[name] for name in _TOTALS if any(daily.amounts[name])}
    rows = _last_rows(daily.dates, by_year)
    narrowest = _grid(heading, daily.dates, worth, rows)
    narrower = _grid(heading, daily.dates, worth | totals, rows, narrowest)
    return _grid(heading, daily.dates, account_columns(daily) | worth, rows, narrower)


def account_columns(daily: Table) -> dict[str, list[Micros]]:
    """One column an account: its balance, or its whole debt."""
    columns: dict[str, list[Micros]] = {}
    for name, values in daily.amounts.items():
        if name == "Marginal Interest":
            break
        account, _, part = name.partition(": ")
        if not part:
            columns[account] = values
        elif part in _DEBT_PARTS:
            before = columns.get(account)
            columns[account] = [a + b for a, b in zip(before, values, strict=True)] if before else values
    return columns


def debt_names(daily: Table) -> tuple[str, ...]:
    """The names of the cards and loans, in order."""
    split = (name.partition(": ") for name in daily.amounts)
    return tuple(dict.fromkeys(account for account, _, part in split if part in _DEBT_PARTS))


def _last_rows(dates: Sequence[date], by_year: bool) -> list[int]:
    """The first row, and the last row of each period."""
    last = {(day.year, 0 if by_year else day.month): row for row, day in enumerate(dates)}
    return sorted({0, *last.values()})


def _grid(
    heading: str,
    dates: Sequence[date],
    columns: dict[str, list[Micros]],
    rows: Sequence[int],
    narrower: Grid | None = None,
) -> Grid:
    cells: tuple[tuple[Cell, ...], ...] = tuple(
        (dates[row], *(to_cents_decimal(values[row]) for values in columns.values())) for row in rows
    )
    return Grid(heading, ("Date", *columns), cells, narrower)

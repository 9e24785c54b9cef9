"""The report of a forecast: one golden text, and what changes it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from ef_engine.evaluation.table import Table
from ef_engine.model.milestones import SUMMARY_COLUMNS
from ef_engine.model.money import UNIT
from ef_engine.report.balances import account_columns, balance_grid
from ef_engine.report.cells import text_width
from ef_engine.report.forecast import forecast_report
from ef_engine.report.text import render_text
from ef_engine.report.values import Chart, Report
from tests.report.documents import occurrence, on_disk, result_with

GOLDEN = """\
Forecast 0123456789ab: household renter with one card

Net worth goes from -1,340.00 to 7,437.14 between 2026-01-01 and 2026-08-31.
85.00 of Card is still owed on 2026-08-31.
3 of 4 milestones are reached, the last (free) on 2026-06-12.
Of 10 optional occurrences, 3 were skipped, 2 reduced.
The lowest balance of Checking is 300.80, on 2026-03-12.
Interest on debts comes to 182.74.

Milestones
----------
Milestone      Kind       Reached      First inside
card paid      account    not reached  2026-06-25
cushion        account    2026-06-12   2026-05-01
laptop bought  memo       2026-03-10
free           composite  2026-06-12

Balances on the first day and at the end of each month
------------------------------------------------------
Date        Checking      Card  Net Worth
2026-01-01  1,850.00  3,190.00  -1,340.00
2026-01-31  2,163.60  2,411.97    -248.37
2026-02-28  2,477.20  1,542.02     935.18
2026-03-31  1,340.80    654.68     686.12
2026-04-30  1,938.45     33.65   1,904.80
2026-05-31  3,932.05    101.15   3,830.90
2026-06-30  5,145.65     85.00   5,060.65
2026-07-31  6,308.54    102.82   6,205.72
2026-08-31  7,522.14     85.00   7,437.14

Not confirmed in full
---------------------
card payoff: of 8 occurrences 3 skipped, 2 reduced; the first are:
  card payoff on 2026-04-10 was reduced from 900.00 to 615.95: Card would be
    paid 75.32 too much on 2026-04-10.
  card payoff on 2026-05-10 was skipped: Card would be paid 696.35 too much on
    2026-05-10.
  card payoff on 2026-06-10 was skipped: Card would be paid 713.85 too much on
    2026-06-10.
"""


def daily(days: int, *names: str, amount: int = 12345 * UNIT) -> Table:
    """A table in which nothing changes."""
    dates = [date(2026, 1, 1) + timedelta(days=number) for number in range(days)]
    amounts = {name: [amount] * days for name in (*names, *SUMMARY_COLUMNS)}
    return Table(dates, amounts, [None] * days, [""] * days, [""] * days)


def text(report: Report) -> str:
    return render_text(report)


def test_the_report_of_a_household_is_this() -> None:
    assert text(forecast_report(*on_disk("household_renter_with_one_card"))) == GOLDEN


@pytest.mark.parametrize(
    "case", ["household_renter_with_one_card", "names_that_contain_one_another", "infeasible_bill", "two_cards_2"]
)
@pytest.mark.parametrize("width", [30, 40, 60, 80])
def test_no_line_is_wider_than_asked(case: str, width: int) -> None:
    lines = render_text(forecast_report(*on_disk(case)), width).splitlines()
    assert [line for line in lines if text_width(line) > width] == []


def test_an_infeasible_forecast_says_what_broke_and_counts_what_follows() -> None:
    shown = text(forecast_report(*on_disk("infeasible_bill")))
    assert shown.split("\n\n")[1].startswith(
        "Infeasible: bill on 2028-01-17 cannot happen: Checking would be 50.00 below its\n"
        "  minimum on 2028-01-17 (100.00 needed, 50.00 available).\n"
    )
    assert shown.endswith("\n4 occurrences were skipped because the forecast is infeasible.\n")


def test_many_accounts_make_way_for_the_totals() -> None:
    names = [f"Account {number}" for number in range(9)]
    shown = text(Report("", (balance_grid(daily(40, *names)),)))
    assert shown.splitlines()[-4:] == [
        "Date        Net Worth  Liquid Total  CC Debt Total  Loan Total",
        "2026-01-01  12,345.00     12,345.00      12,345.00   12,345.00",
        "2026-01-31  12,345.00     12,345.00      12,345.00   12,345.00",
        "2026-02-09  12,345.00     12,345.00      12,345.00   12,345.00",
    ]


def test_a_long_forecast_is_shown_by_years() -> None:
    grid = balance_grid(daily(366 * 6, "Checking"))
    assert grid.heading == "Balances on the first day and at the end of each year"
    assert [str(row[0]) for row in grid.rows][:3] == ["2026-01-01", "2026-12-31", "2027-12-31"]
    assert len(grid.rows) == 8


def test_a_debt_is_shown_whole() -> None:
    parts = ("Curr Stmt Bal", "Prev Stmt Bal", "Credit Billing Cycle Payment Bal", "Credit End of Prev Cycle Bal")
    table = daily(1, "Checking", *(f"Card: {part}" for part in parts), amount=5)
    assert account_columns(table) == {"Checking": [5], "Card": [10]}


def test_what_is_optional_and_confirmed_is_said() -> None:
    shown = text(forecast_report(result_with(occurrence("a"), occurrence("b")), daily(2, "Checking")))
    assert "All 2 optional occurrences were confirmed in full.\n" in shown
    assert "Not confirmed" not in shown
    assert "Milestones" not in shown


def test_milestones_that_are_not_reached_are_said() -> None:
    result = result_with() | {"milestones": {"account": {}, "memo": {"trip": None}, "composite": {}}}
    shown = text(forecast_report(result, daily(2, "Checking")))
    assert "0 of 1 milestone are reached.\n" not in shown
    assert "The one milestone is not reached.\n" in shown


def test_a_chart_is_for_other_renderers() -> None:
    report = forecast_report(result_with(), daily(2, "Checking"))
    chart = report.blocks[-1]
    assert isinstance(chart, Chart)
    assert list(chart.lines) == ["Net Worth", "Liquid Total", "CC Debt Total", "Loan Total"]
    assert chart.heading not in text(Report("Title", (chart,)))

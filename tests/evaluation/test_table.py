"""The daily table: its columns, and every one it derives."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ef_engine.evaluation.table import daily_table
from ef_engine.simulation.result import Cause, Part, Series
from tests.evaluation.builders import CARD, CHECKING, LOAN, SAVINGS, checking, day, forecast, posting, simulation, units

CARD_PARTS = (Part.CURRENT, Part.PREVIOUS, "payments", "previous cycle")
LOAN_PARTS = (Part.PRINCIPAL, Part.INTEREST, "payments", "previous cycle")


def test_columns_stand_in_their_order() -> None:
    series = [
        checking(1),
        Series("Savings", Part.BALANCE, units(2)),
        *(Series("Card", part, units(3)) for part in CARD_PARTS),
        *(Series("Loan", part, units(4)) for part in LOAN_PARTS),
    ]
    table = daily_table(forecast([CHECKING, SAVINGS, CARD, LOAN]), simulation(series))
    assert table.columns == (
        "Date",
        "Checking",
        "Savings",
        "Card: Curr Stmt Bal",
        "Card: Prev Stmt Bal",
        "Card: Credit Billing Cycle Payment Bal",
        "Card: Credit End of Prev Cycle Bal",
        "Loan: Principal Balance",
        "Loan: Interest",
        "Loan: Loan Billing Cycle Payment Bal",
        "Loan: Loan End of Prev Cycle Bal",
        "Marginal Interest",
        "Net Gain",
        "Net Loss",
        "Net Worth",
        "Loan Total",
        "CC Debt Total",
        "Liquid Total",
        "Next Income Date",
        "Memo Directives",
        "Memo",
    )


def test_totals_count_whole_debts_and_no_helper_balances() -> None:
    series = [
        checking(1000),
        Series("Savings", Part.BALANCE, units(200)),
        *(Series("Card", part, units(value)) for part, value in zip(CARD_PARTS, (10, 20, 7, 7), strict=True)),
        *(Series("Loan", part, units(value)) for part, value in zip(LOAN_PARTS, (300, 5, 7, 7), strict=True)),
    ]
    amounts = daily_table(forecast([CHECKING, SAVINGS, CARD, LOAN]), simulation(series)).amounts
    totals = {name: amounts[name] for name in ("Net Worth", "Loan Total", "CC Debt Total", "Liquid Total")}
    assert totals == {
        "Net Worth": units(865),
        "Loan Total": units(305),
        "CC Debt Total": units(30),
        "Liquid Total": units(1200),
    }


@given(st.integers(0, 10**12), st.integers(-5_000, 10**12))
def test_gain_and_loss_are_netted_where_both_are_positive(gain: int, loss: int) -> None:
    table = daily_table(forecast(), simulation([checking(0)], gains=[gain], losses=[loss]))
    netted_gain, netted_loss = table.amounts["Net Gain"][0], table.amounts["Net Loss"][0]
    assert netted_gain - netted_loss == gain - loss
    assert netted_gain >= 0
    assert (netted_gain, netted_loss) == (gain, loss) if loss <= 0 else 0 in (netted_gain, netted_loss)


def test_the_next_income_date_is_a_later_row_with_a_deposit() -> None:
    deposits = [posting("Checking", 1, Cause.DEPOSIT, memo="pay", on=on) for on in (1, 3)]
    table = daily_table(forecast(), simulation([checking(0, 0, 0, 0, 0)], deposits))
    assert table.next_income == [day(1), day(3), day(3), None, None]


def test_only_an_approximate_forecast_groups_its_memo() -> None:
    twice = [posting("Checking", -1, Cause.SPEND, memo="bus")] * 2
    made = simulation([checking(0, 0)], twice)
    assert daily_table(forecast(), made).memos == ["", "bus (Checking -$1.00); bus (Checking -$1.00)"]
    assert daily_table(forecast(approximate=True), made).memos == ["", "bus x2 (Checking -$2.00)"]


def test_a_row_has_one_cell_a_column() -> None:
    table = daily_table(forecast(), simulation([checking(5, 6)]))
    assert [row[:2] for row in table.rows()] == [(day(0), 5_000_000), (day(1), 6_000_000)]
    assert {len(row) for row in table.rows()} == {len(table.columns)}

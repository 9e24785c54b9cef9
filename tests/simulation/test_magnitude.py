"""Amounts beyond 64 bits are summed exactly, by the slower arrays of unbounded integers."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from ef_engine.model.accounts import Checking, Credit, Loan, Savings
from ef_engine.model.forecast import Forecast
from ef_engine.simulation.engine import simulate
from ef_engine.simulation.magnitude import needs_unbounded_integers
from ef_engine.simulation.plan import compile_plan
from tests.reference.simulator import simulate as reference
from tests.strategies import random_forecast

HUGE = 10**12
AMOUNTS = {
    "balance", "min_balance", "max_balance", "current_statement_balance", "previous_statement_balance",
    "principal_balance", "interest_balance", "minimum_payment", "billing_cycle_payment_balance",
    "end_of_previous_cycle_balance",
}  # fmt: skip


def enlarged(forecast: Forecast) -> Forecast:
    """The same household where everything costs a million millions as much."""
    accounts = [
        replace(account, **{name: getattr(account, name) * HUGE for name in AMOUNTS if getattr(account, name, None)})
        for account in forecast.accounts
    ]
    items = [replace(item, amount=item.amount * HUGE) for item in forecast.budget_items]
    return replace(forecast, accounts=tuple(accounts), budget_items=tuple(items))


@pytest.mark.parametrize("first", range(0, 50, 25))
def test_huge_amounts_give_what_the_reference_gives(first: int) -> None:
    forecasts = [enlarged(random_forecast(seed)) for seed in range(first, first + 25)]

    assert [forecast for forecast in forecasts if simulate(forecast) != reference(forecast)] == []


def test_ordinary_households_fit_into_64_bits_and_huge_ones_do_not() -> None:
    for seed in range(50):
        forecast = random_forecast(seed)
        rates = [account.apr for account in forecast.accounts if isinstance(account, Savings | Credit | Loan)]
        if max(rates, default=Decimal(0)) < 1:
            assert not needs_unbounded_integers(compile_plan(forecast))
        if any(account.balance for account in forecast.accounts if isinstance(account, Checking)):
            assert needs_unbounded_integers(compile_plan(enlarged(forecast)))

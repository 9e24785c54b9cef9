"""What is true of every simulation by the slow reference, whatever the forecast; the engine must match it exactly."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings

from ef_engine.model.accounts import Checking, Investment, Loan, Savings
from ef_engine.model.document import read_forecast, to_document
from ef_engine.model.forecast import Forecast
from ef_engine.model.money import CENT, Micros
from ef_engine.simulation.result import Cause, DecisionStatus, Part, Series, Simulation
from tests.reference.simulator import simulate
from tests.strategies import forecasts, random_forecast

REAL_PARTS = {part.value for part in Part}
BORROWED_MONEY_COSTS = {Cause.CARD_INTEREST, Cause.FRACTION}


@pytest.fixture(scope="module", params=range(150))
def seed(request: pytest.FixtureRequest) -> int:
    value: int = request.param
    return value


@pytest.fixture(scope="module")
def forecast(seed: int) -> Forecast:
    return random_forecast(seed)


@pytest.fixture(scope="module")
def simulation(forecast: Forecast) -> Simulation:
    return simulate(forecast)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(forecasts())
def test_random_forecasts_are_valid(forecast: Forecast) -> None:
    assert read_forecast(to_document(forecast)) == forecast


def test_a_seed_names_one_forecast() -> None:
    assert random_forecast(7) == random_forecast(7)
    assert random_forecast(7) != random_forecast(8)


def test_there_is_one_value_a_row(forecast: Forecast, simulation: Simulation) -> None:
    columns = [series.values for series in simulation.balances]
    columns += [simulation.interest, simulation.gains, simulation.losses]

    assert {len(column) for column in columns} == {len(simulation.dates)}
    assert simulation.dates[0] == forecast.start_date
    assert (simulation.dates[-1] == forecast.end_date) == (simulation.failure is None)


def test_net_worth_changes_by_gains_and_losses_to_the_micro_unit(forecast: Forecast, simulation: Simulation) -> None:
    owned = {account.name for account in forecast.accounts if isinstance(account, Checking | Savings | Investment)}
    signs = [1 if series.account in owned else -1 for series in _money(simulation)]
    rows = zip(*(series.values for series in _money(simulation)), strict=True)
    worth = [sum(sign * value for sign, value in zip(signs, row, strict=True)) for row in rows]

    changes = [after - before for before, after in pairwise(worth)]

    assert changes == [gain - loss for gain, loss in zip(simulation.gains, simulation.losses, strict=True)][1:]


def test_balances_change_by_postings_and_loans_also_by_accrued_interest(
    forecast: Forecast, simulation: Simulation
) -> None:
    loans = {account.name for account in forecast.accounts if isinstance(account, Loan)}
    posted: defaultdict[tuple[date, str, str], Micros] = defaultdict(int)
    costs: defaultdict[date, Micros] = defaultdict(int)
    for posting in simulation.postings:
        posted[posting.date, posting.account, posting.part] += posting.amount
        costs[posting.date] += posting.amount if posting.cause in BORROWED_MONEY_COSTS else 0
    accrued: defaultdict[date, Micros] = defaultdict(int)
    for series in _money(simulation):
        for day, (before, after) in zip(simulation.dates[1:], pairwise(series.values), strict=True):
            unposted = after - before - posted[day, series.account, series.part]
            assert unposted == 0 or (unposted > 0 and series.account in loans)
            accrued[day] += unposted

    assert simulation.interest == [accrued[day] + costs[day] for day in simulation.dates]


def _money(simulation: Simulation) -> list[Series]:
    """The balances, without the two helper balances of debts."""
    return [series for series in simulation.balances if series.part in REAL_PARTS]


def test_no_row_is_outside_the_bounds_that_postings_keep(forecast: Forecast, simulation: Simulation) -> None:
    minimum = {account.name: account.min_balance for account in forecast.accounts}

    for series in _money(simulation):
        assert min(series.values) >= (minimum[series.account] if series.part == Part.BALANCE else 0)


def test_every_decision_is_executed_in_whole_cents_and_explained(simulation: Simulation) -> None:
    for decision in simulation.decisions:
        is_confirmed = decision.status is DecisionStatus.CONFIRMED
        assert decision.executed % CENT == 0
        assert (decision.executed_date is None) == (decision.status is DecisionStatus.SKIPPED)
        assert (decision.executed == 0) == (decision.status is DecisionStatus.SKIPPED)
        assert (decision.reason == "") == is_confirmed
        assert decision.shortfall is None or decision.shortfall > 0


def test_postings_of_items_are_what_was_decided(forecast: Forecast, simulation: Simulation) -> None:
    """What left or entered the first account of an item adds up to the executed amounts."""
    decided: defaultdict[tuple[int, str], Micros] = defaultdict(int)
    posted: defaultdict[tuple[int, str], Micros] = defaultdict(int)
    positions = {(item.priority, item.memo): position for position, item in enumerate(forecast.budget_items)}
    for decision in simulation.decisions:
        decided[positions[decision.priority, decision.memo], decision.memo] += decision.executed
    for posting in simulation.postings:
        is_counterpart = posting.cause is Cause.TRANSFER and posting.amount > 0
        is_part_of_debt = posting.part is not Part.BALANCE and posting.cause is not Cause.PURCHASE
        if posting.item is not None and not is_counterpart and not is_part_of_debt:
            posted[posting.item, posting.memo] += abs(posting.amount)

    assert posted == {key: amount for key, amount in decided.items() if amount}

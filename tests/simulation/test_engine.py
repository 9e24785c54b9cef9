"""The engine answers exactly as the slow reference: every balance to the micro-unit, posting, decision and reason."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings

from ef_engine.model.accounts import ALL_LOANS, Checking
from ef_engine.model.cadence import Cadence
from ef_engine.model.forecast import Forecast
from ef_engine.model.items import BudgetItem, MemoRule
from ef_engine.model.money import UNIT
from ef_engine.simulation.engine import simulate
from ef_engine.simulation.observer import Observer
from tests.reference.simulator import simulate as reference
from tests.strategies import forecasts, random_forecast

ORDINARY, LONG, CHUNK = 250, 20_000, 50


def differing(seeds: range) -> list[int]:
    """The seeds on whose forecasts the two differ in anything."""
    return [seed for seed in seeds if simulate(random_forecast(seed)) != reference(random_forecast(seed))]


@pytest.mark.parametrize("first", range(0, ORDINARY, CHUNK))
def test_the_engine_equals_the_reference_on_random_forecasts(first: int) -> None:
    assert differing(range(first, first + CHUNK)) == []


@pytest.mark.slow
@pytest.mark.parametrize("first", range(ORDINARY, ORDINARY + LONG, 10 * CHUNK))
def test_the_engine_equals_the_reference_on_many_random_forecasts(first: int) -> None:
    assert differing(range(first, first + 10 * CHUNK)) == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(forecasts())
def test_the_engine_equals_the_reference_on_forecasts_that_shrink(forecast: Forecast) -> None:
    assert simulate(forecast) == reference(forecast)


class Phases(Observer):
    def __init__(self) -> None:
        self.seen: dict[str, tuple[int, int]] = {}
        self.current = ""

    def phase_begun(self, name: str, total: int) -> None:
        self.current = name
        self.seen[name] = (total, 0)

    def advanced(self, done: int) -> None:
        total, before = self.seen[self.current]
        assert before <= done <= total
        self.seen[self.current] = (total, done)


@pytest.mark.parametrize("seed", range(40))
def test_an_observer_sees_every_phase_through_to_its_end(seed: int) -> None:
    phases = Phases()

    simulation = simulate(random_forecast(seed), phases)

    optional = [decision for decision in simulation.decisions if decision.priority > 1]
    finished = {name for name, (total, done) in phases.seen.items() if done == total}
    if simulation.failure is None:
        assert finished == set(phases.seen)
        later = {d.priority for d in optional if d.reason != "on the start date"}
        assert {f"priority {priority}" for priority in later} <= finished
    else:
        assert set(phases.seen) == {"write"}


class StoppedError(Exception):
    pass


class Stopper(Observer):
    def advanced(self, done: int) -> None:
        raise StoppedError


def test_an_observer_stops_a_simulation_by_raising() -> None:
    with pytest.raises(StoppedError):
        simulate(random_forecast(0), Stopper())


def test_payments_to_all_loans_find_none_where_there_is_no_loan() -> None:
    items = [
        BudgetItem(
            start_date=date(2026, 1, day),
            end_date=date(2026, 3, 31),
            priority=priority,
            cadence=Cadence.WEEKLY,
            amount=20 * UNIT,
            memo=f"extra {day}",
            partial_payment_allowed=priority > 1,
        )
        for day, priority in ((3, 1), (5, 4), (6, 4))
    ]
    rules = [
        MemoRule(memo_regex="", account_from="Checking", account_to=ALL_LOANS, priority=priority) for priority in (1, 4)
    ]
    forecast = Forecast(
        start_date=date(2026, 1, 1),
        end_date=date(2026, 3, 31),
        accounts=(Checking(name="Checking", balance=50 * UNIT, primary=True),),
        budget_items=tuple(items),
        memo_rules=tuple(rules),
    )

    simulation = simulate(forecast)

    assert {decision.status.value for decision in simulation.decisions} == {"skipped"}
    assert simulation == reference(forecast)

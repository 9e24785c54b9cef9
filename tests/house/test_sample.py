"""The sample shows everything a newcomer should see once."""

from __future__ import annotations

from importlib.resources import files

import pytest

from ef_engine.evaluation import Result, Status, evaluate
from ef_engine.model.forecast import Forecast
from ef_engine.model.forecast_set import ForecastSet, scenarios
from ef_engine.simulation import simulate
from ef_engine.simulation.result import DecisionStatus
from ef_engine.sources.json_file import read_bytes

SAMPLE = files("ef_engine.sample")
CHANGES = ("CHANGE FIRST", "CHANGE SECOND", "CHANGE THIRD", "CHANGE FOURTH")


def household() -> Forecast:
    value = read_bytes(SAMPLE.joinpath("household.json").read_bytes(), "household.json").value
    assert isinstance(value, Forecast)
    return value


def household_set() -> ForecastSet:
    value = read_bytes(SAMPLE.joinpath("household-set.json").read_bytes(), "household-set.json").value
    assert isinstance(value, ForecastSet)
    return value


@pytest.fixture(scope="module")
def result() -> Result:
    forecast = household()
    return evaluate(forecast, simulate(forecast))


def test_everything_that_can_become_of_a_wish_becomes_of_one(result: Result) -> None:
    assert result.status is Status.FEASIBLE
    assert {decision.status for decision in result.decisions if decision.priority > 1} == set(DecisionStatus)
    assert {decision.priority for decision in result.decisions} == set(range(1, 8))


def test_every_milestone_is_reached_after_the_first_day(result: Result) -> None:
    first = result.table.dates[0]
    reached = [
        *(found.held_since for found in result.milestones.account.values()),
        *result.milestones.memo.values(),
        *result.milestones.composite.values(),
    ]
    assert all(day is not None and day > first for day in reached)


def test_the_set_has_the_same_household_and_six_feasible_scenarios() -> None:
    found = household_set()
    base, own = found.base, household()
    assert (base.accounts, base.budget_items, base.milestones) == (own.accounts, own.budget_items, own.milestones)
    simulated = {name: simulate(forecast) for name, forecast in scenarios(found)}
    assert len(simulated) == 6
    assert [name for name, simulation in simulated.items() if simulation.failure] == []


def test_the_sample_says_what_to_change_first() -> None:
    text = SAMPLE.joinpath("household.json").read_text(encoding="utf-8")
    assert [text.count(f'"comment": "{change}') for change in CHANGES] == [1, 1, 1, 1]
    positions = [text.index(f'"comment": "{change}') for change in CHANGES]
    assert positions == sorted(positions)
    assert "CHANGE" in SAMPLE.joinpath("START_HERE.md").read_text(encoding="utf-8")

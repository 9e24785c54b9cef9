"""The benchmarks measure what they say, and the engine keeps its budgets."""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks import accuracy
from benchmarks.accuracy import distance
from benchmarks.cases import CASES
from benchmarks.growth import exponent
from benchmarks.households import household, one_year, recurring, ten_years
from benchmarks.rows import Row, table
from ef_engine.model.cadence import Cadence, cadence_dates
from ef_engine.model.document import read_forecast, to_document
from ef_engine.model.forecast import Forecast
from ef_engine.simulation import simulate
from ef_engine.simulation.result import DecisionStatus
from tests.house.files import ROOT

GROWN = household(years=2, checking=4, cards=4, loans=4, items=160)


@pytest.mark.parametrize("forecast", [one_year(), ten_years(), recurring(), GROWN], ids=lambda forecast: forecast.label)
def test_a_measured_household_is_a_valid_forecast(forecast: Forecast) -> None:
    assert read_forecast(to_document(forecast)) == forecast


def test_the_large_household_has_thousands_of_wishes() -> None:
    forecast = ten_years()
    wishes = [item for item in forecast.budget_items if item.priority > 1]
    assert len(forecast.budget_items) == 60
    assert {item.priority for item in forecast.budget_items} == set(range(1, 8))
    assert sum(len(list(cadence_dates(item.cadence, item.start_date, item.end_date))) for item in wishes) > 5000


def test_money_is_tight_in_the_ordinary_household() -> None:
    simulation = simulate(one_year())
    assert simulation.failure is None
    became = Counter(decision.status for decision in simulation.decisions if decision.priority > 1)
    assert min(became[status] for status in (DecisionStatus.CONFIRMED, DecisionStatus.REDUCED)) > 0
    assert became[DecisionStatus.SKIPPED] > 20


def test_recurring_rules_have_the_mix_they_are_measured_with() -> None:
    cadences = Counter(item.cadence for item in recurring().budget_items)
    assert cadences == {Cadence.MONTHLY: 120, Cadence.WEEKLY: 30, Cadence.BIWEEKLY: 30, Cadence.YEARLY: 20}


def test_the_exponent_of_a_power_is_found() -> None:
    sizes = [1, 2, 4, 8]
    assert exponent(sizes, [3 * size**1.5 for size in sizes]) == pytest.approx(1.5)


def test_a_row_over_its_budget_says_so() -> None:
    rows = [
        Row(what="a", value=0.5, unit="s", budget=0.1),
        Row(what="b", value=6, unit="x", budget=5, is_at_least=True),
        Row(what="c", value=1.1, unit="exponent"),
    ]
    _, a, b, c = table(rows).splitlines()
    assert (a.split()[-1], b.split()[-1], c.split()[-1]) == ("OVER", "ok", "n^1.10")


def test_an_approximate_run_of_income_alone_is_off_by_nothing_at_the_end() -> None:
    found = distance(recurring(rules=6, years=1))
    assert (found.net_worth, found.balance, found.days, found.one_sided) == (0, 0, (), ())


def test_the_distance_of_the_sample_is_what_the_documents_say() -> None:
    found = [row for row in accuracy.rows(1) if row.what.startswith("sample")]
    said = (ROOT / "docs/forecasts.md").read_text(encoding="utf-8")
    worth, balance, days = (row.value for row in found)
    assert f"| the sample, 2 years | {worth:,.2f} | {balance:,.2f} | {days:.0f} days |" in said


@pytest.mark.benchmark
@pytest.mark.parametrize("case", CASES)
def test_every_budget_is_kept(case: str) -> None:
    rows = list(CASES[case](5))
    assert [row for row in rows if row.is_within is False] == [], table(rows)

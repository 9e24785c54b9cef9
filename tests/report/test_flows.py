"""Where the money goes adds up."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import pytest

from ef_engine.evaluation import evaluate
from ef_engine.evaluation.csv_text import daily_csv, postings_csv, read_daily_column, read_daily_csv, read_postings_csv
from ef_engine.model.document import read_forecast
from ef_engine.model.forecast import Forecast
from ef_engine.report.flows import MOST_ITEMS, End, Place, money_flows
from ef_engine.simulation import simulate
from ef_engine.simulation.result import Cause, Part, Posting
from tests.case_files import CASES, read_case

DAY = date(2026, 1, 2)
NAMES = sorted(path.stem for path in CASES.glob("household_*.json"))


def forecast_of(name: str) -> Forecast:
    forecast = read_forecast(read_case(CASES / f"{name}.json")["forecast"])
    assert isinstance(forecast, Forecast)
    return forecast


@pytest.mark.parametrize("name", NAMES)
def test_what_flows_in_less_what_flows_out_is_the_change_of_every_account_you_own(name: str) -> None:
    simulation = simulate(forecast_of(name))
    net: defaultdict[str, int] = defaultdict(int)
    for flow in money_flows(simulation.postings):
        net[flow.target.name] += flow.amount if flow.target.place is Place.ACCOUNT else 0
        net[flow.source.name] -= flow.amount if flow.source.place is Place.ACCOUNT else 0
    owned = {series.account: series.values for series in simulation.balances if series.part == Part.BALANCE}
    assert {account: net[account] for account in owned} == {key: each[-1] - each[0] for key, each in owned.items()}


@pytest.mark.parametrize("name", NAMES)
def test_postings_and_single_columns_are_read_back_as_they_are_in_the_files(name: str) -> None:
    forecast = forecast_of(name)
    simulation = simulate(forecast)
    text = postings_csv(simulation)
    read = read_postings_csv(text)
    assert [each[:3] for each in read] == [each[:3] for each in simulation.postings]
    daily = daily_csv(evaluate(forecast, simulation).table)
    table = read_daily_csv(daily)
    assert read_daily_column(daily, "Net Worth") == list(zip(table.dates, table.amounts["Net Worth"], strict=True))


def transfer(source: str, target: str, amount: int) -> list[Posting]:
    out = Posting(DAY, source, Part.BALANCE, -amount, Cause.TRANSFER, "move")
    return [out, Posting(DAY, target, Part.BALANCE, amount, Cause.TRANSFER, "move")]


def test_what_goes_back_and_forth_has_one_direction() -> None:
    (flow,) = money_flows([*transfer("A", "B", 100), *transfer("B", "A", 30)])
    assert (flow.source.name, flow.target.name, flow.amount) == ("A", "B", 70)


def test_the_smallest_items_are_summed() -> None:
    spends = [Posting(DAY, "A", Part.BALANCE, -k, Cause.SPEND, f"item {k:02}") for k in range(1, MOST_ITEMS + 4)]
    flows = money_flows(spends)
    assert len(flows) == MOST_ITEMS + 1
    (others,) = (flow for flow in flows if flow.target == End(Place.SPENDING, "Other spending (3 items)"))
    assert others.amount == 1 + 2 + 3

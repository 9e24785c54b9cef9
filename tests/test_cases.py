"""Every acceptance case agrees with the engine, and with the slow reference that judges the engine elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ef_engine.model.cadence import Cadence, cadence_dates
from ef_engine.model.forecast import Forecast
from ef_engine.simulation.engine import simulate as engine
from ef_engine.simulation.result import Cause, Part, Simulation
from tests.case_files import agree, balances_after, case_forecast, disagreements, forecast_cases, read_case, table_case
from tests.reference.simulator import simulate as reference

Simulate = Callable[[Forecast], Simulation]

DAY = {"start_date": "2026-11-07", "end_date": "2026-11-08"}
BILLED = "2026-11-08"


@pytest.fixture(params=[engine, reference], ids=["engine", "reference"])
def simulate(request: pytest.FixtureRequest) -> Simulate:
    chosen: Simulate = request.param
    return chosen


@pytest.mark.parametrize("path", forecast_cases(), ids=lambda path: path.stem)
def test_a_forecast_case_agrees(path: Path, simulate: Simulate) -> None:
    case = read_case(path)
    forecast = case_forecast(case["forecast"])

    simulation = simulate(forecast)

    assert disagreements(case, forecast, simulation) == []


def _names(rows: list[tuple[dict[str, Any], dict[str, Any]]]) -> list[str]:
    return [f"{case['name']}-{position}" for position, (case, _) in enumerate(rows)]


DATES = list(table_case("dates"))


@pytest.mark.parametrize(("case", "row"), DATES, ids=_names(DATES))
def test_a_cadence_has_the_dates_of_the_case(case: Mapping[str, Any], row: Mapping[str, Any]) -> None:
    start, end = date.fromisoformat(row["start_date"]), date.fromisoformat(row["end_date"])
    cadence = Cadence.BIWEEKLY if row["cadence"] == "semiweekly" else Cadence(row["cadence"])

    dates = [day.isoformat() for day in cadence_dates(cadence, start, end)]

    assert dates == row["expected"]


MINIMUM_PAYMENTS = list(table_case("minimum payment"))


@pytest.mark.parametrize(("case", "row"), MINIMUM_PAYMENTS, ids=_names(MINIMUM_PAYMENTS))
def test_a_card_is_billed_as_in_the_case(case: Mapping[str, Any], row: Mapping[str, Any], simulate: Simulate) -> None:
    card = {key: value for key, value in row.items() if key != "expected"}
    forecast = case_forecast(
        DAY | {"accounts": [CHECKING, card | {"type": "credit", "name": "Card", "billing_start_date": BILLED}]}
    )

    simulation = simulate(forecast)

    ours = {
        "interest": _posted(simulation, Cause.CARD_INTEREST, Part.PREVIOUS),
        "payment": -_posted(simulation, Cause.CARD_MINIMUM, Part.BALANCE),
        "previous_statement_balance": balances_after(forecast, simulation)["Card: Prev Stmt Bal"],
    }
    assert agree(ours, row["expected"], Decimal(case["tolerance"])) == []


CHECKING = {"type": "checking", "name": "Checking", "balance": 100000, "primary": True}


def _posted(simulation: Simulation, cause: Cause, part: Part) -> Decimal:
    return Decimal(sum(p.amount for p in simulation.postings if p.cause is cause and p.part is part)).scaleb(-6)


POSTINGS = list(table_case("postings"))


@pytest.mark.parametrize(("case", "row"), POSTINGS, ids=_names(POSTINGS))
def test_a_posting_changes_the_balances_as_in_the_case(
    case: Mapping[str, Any], row: Mapping[str, Any], simulate: Simulate
) -> None:
    forecast = case_forecast(_one_posting(row, row.get("accounts") or case["accounts"]))

    simulation = simulate(forecast)

    assert (simulation.failure is None) == (row["expected"] is not None)
    ours = balances_after(forecast, simulation)
    assert agree(ours, row["expected"] or {}, Decimal(case["tolerance"])) == []


def _one_posting(row: Mapping[str, Any], accounts: list[dict[str, Any]]) -> dict[str, Any]:
    """A forecast of one day before any billing date, on which the one item is executed."""
    item = {"priority": 1, "cadence": "once", "memo": "item", "amount": row["amount"]}
    return DAY | {
        "accounts": accounts,
        "budget_items": [item | {"start_date": DAY["end_date"], "end_date": DAY["end_date"]}],
        "memo_rules": [{"memo_regex": ".*", "priority": 1} | {k: row[k] for k in ("account_from", "account_to")}],
        "options": {"all_loans_strategy": row.get("all_loans_strategy", "avalanche")},
    }

"""Result documents and daily tables as they lie on disk."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ef_engine.evaluation import evaluate, result_document
from ef_engine.evaluation.csv_text import daily_csv, read_daily_csv
from ef_engine.evaluation.result_text import dump_result
from ef_engine.evaluation.table import Table
from ef_engine.model.document import read_forecast
from ef_engine.model.forecast import Forecast
from tests.case_files import CASES, read_case
from tests.reference.simulator import simulate


def on_disk(name: str) -> tuple[Mapping[str, Any], Table]:
    """`result.json` and `daily.csv` of an acceptance case, read back."""
    forecast = read_forecast(read_case(CASES / f"{name}.json")["forecast"])
    assert isinstance(forecast, Forecast)
    result = evaluate(forecast, simulate(forecast))
    text = dump_result(result_document(result, "0123456789ab", forecast.label))
    return json.loads(text, parse_float=Decimal), read_daily_csv(daily_csv(result.table))


def plan(label: str, **changes: Any) -> dict[str, Any]:
    """A small household with a card: five months of 2026."""
    item = {"start_date": "2026-01-05", "end_date": "2026-06-30", "cadence": "monthly"}
    once = {"start_date": "2026-02-20", "end_date": "2026-02-20", "cadence": "once"}
    document = {
        "schema": "ef/forecast/1",
        "label": label,
        "start_date": "2026-01-01",
        "end_date": "2026-05-31",
        "accounts": [
            {"type": "checking", "name": "Checking", "balance": 1000},
            {
                "type": "credit", "name": "Card", "current_statement_balance": 0, "previous_statement_balance": 600,
                "apr": Decimal("0.2"), "minimum_payment": 40, "billing_start_date": "2026-01-15",
            },
        ],
        "budget_items": [
            item | {"priority": 1, "amount": 500, "memo": "pay"},
            item | {"priority": 1, "amount": 300, "memo": "rent"},
            item | {"priority": 4, "amount": 150, "memo": "extra card", "partial_payment_allowed": True},
            once | {"priority": 5, "amount": 700, "memo": "trip", "deferrable": True},
        ],
        "memo_rules": [
            {"memo_regex": "pay", "account_from": None, "account_to": "Checking", "priority": 1},
            {"memo_regex": "rent", "account_from": "Checking", "account_to": None, "priority": 1},
            {"memo_regex": "card", "account_from": "Checking", "account_to": "Card", "priority": 4},
            {"memo_regex": "trip", "account_from": "Checking", "account_to": None, "priority": 5},
        ],
        "milestones": {
            "account": [{"name": "card paid", "account_name": "Card", "max_balance": 0}],
            "memo": [{"name": "the trip", "memo_regex": "trip"}],
            "composite": [
                {"name": "both", "account_milestones": ["card paid"], "memo_milestones": ["the trip"]},
            ],
        },
    }  # fmt: skip
    return document | changes


def occurrence(memo: str, status: str = "confirmed", **changes: Any) -> dict[str, Any]:
    """One entry of `decisions`."""
    confirmed = status == "confirmed"
    entry = {
        "original_date": "2026-03-01",
        "executed_date": None if status == "skipped" else "2026-03-01",
        "priority": 2,
        "memo": memo,
        "requested": Decimal("1100.00"),
        "executed": Decimal("0.00" if status == "skipped" else "1100.00"),
        "status": status,
        "reason": "" if confirmed else "Checking would be 12.40 below its minimum on 2026-03-05",
        "binding_date": None if confirmed else "2026-03-05",
        "binding_account": None if confirmed else "Checking",
        "shortfall": None if confirmed else Decimal("12.40"),
    }
    return entry | changes


def result_with(*decisions: Mapping[str, Any], failure: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A result document with those decisions and little else."""
    return {
        "schema": "ef/result/1",
        "forecast_id": "0123456789ab",
        "label": "",
        "status": "infeasible" if failure else "feasible",
        "failure": failure,
        "decisions": list(decisions),
        "milestones": {"account": {}, "memo": {}, "composite": {}},
        "summary": {"final": {}, "lowest": {}, "totals": {"interest_paid": Decimal(0), "interest_earned": Decimal(0)}},
    }

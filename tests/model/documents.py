"""A small valid document of every kind of object, and ways to change one value of it."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from decimal import Decimal
from typing import Any

from ef_engine.model.document import read_forecast, read_forecast_set
from ef_engine.model.findings import Path
from ef_engine.model.forecast import Forecast
from ef_engine.model.forecast_set import ForecastSet

MISSING = object()
"""As a new value: the key is taken out."""


def forecast_document() -> dict[str, Any]:
    """A valid forecast with every type of account and kind of milestone."""
    return {
        "schema": "ef/forecast/1",
        "label": "plans",
        "start_date": "2026-01-01",
        "end_date": "2026-12-31",
        "options": {"all_loans_strategy": "avalanche", "approximate": False, "currency": "USD"},
        "accounts": [
            {"type": "checking", "name": "Checking", "balance": 1000, "max_balance": 100000},
            {"type": "savings", "name": "Savings", "balance": 5, "apr": Decimal("0.01"), "interest_type": "simple",
             "interest_cadence": "monthly"},
            {"type": "investment", "name": "Fund", "balance": "7.50", "apr": Decimal("0.07"),
             "interest_type": "compound", "interest_cadence": "yearly", "billing_start_date": "20260301"},
            {"type": "credit", "name": "Card", "current_statement_balance": 50, "previous_statement_balance": 500,
             "apr": Decimal("0.2"), "minimum_payment": 40, "billing_start_date": "2026-01-12", "max_balance": 2000},
            {"type": "loan", "name": "Loan A", "principal_balance": 1000, "interest_balance": 10,
             "apr": Decimal("0.1"), "minimum_payment": 50, "billing_start_date": "2026-01-05"},
        ],
        "budget_items": [
            {"start_date": "2026-01-02", "end_date": "2026-12-31", "priority": 1, "cadence": "monthly",
             "amount": 2000, "memo": "salary income"},
            {"start_date": "2026-01-03", "end_date": "9999-12-31", "priority": 2, "cadence": "weekly",
             "amount": Decimal("19.99"), "memo": "cinema", "deferrable": True},
        ],
        "memo_rules": [
            {"memo_regex": "income", "account_to": "Checking", "priority": 1},
            {"memo_regex": ".*", "account_from": "Checking", "account_to": None, "priority": 2},
        ],
        "milestones": {
            "account": [{"name": "card paid", "account_name": "Card", "min_balance": 0, "max_balance": 0},
                        {"name": "worth", "account_name": "Net Worth", "min_balance": 1}],
            "memo": [{"name": "film", "memo_regex": "cinema"}],
            "composite": [{"name": "both", "account_milestones": ["card paid"], "memo_milestones": ["film"]}],
        },
    }  # fmt: skip


def once(memo: str, priority: int = 2, day: str = "2026-05-01") -> dict[str, Any]:
    """An item that happens once."""
    return {"start_date": day, "end_date": day, "priority": priority, "cadence": "once", "amount": 9, "memo": memo}


def set_document() -> dict[str, Any]:
    """A valid forecast set with two choices of two options."""
    base = forecast_document()
    del base["schema"]
    return {
        "schema": "ef/forecast-set/1",
        "label": "what if",
        "base": base,
        "optional_budget_items": [once("car new"), once("car old"), once("trip far"), once("trip near")],
        "choices": [
            {"name": "Car", "options": [option("A", "^car new$"), option("B", "^car old$")]},
            {"name": "Trip", "options": [option("C", "far"), option("D", "near", "never there")]},
        ],
    }


def option(name: str, *patterns: str) -> dict[str, Any]:
    """An option of a choice."""
    return {"name": name, "memo_regexes": list(patterns)}


def changed(document: Mapping[str, Any], path: Path, value: object) -> dict[str, Any]:
    """A copy with one value set, appended (the last step is one past the end of a list), or `MISSING`."""
    copy = deepcopy(dict(document))
    at: Any = copy
    for step in path[:-1]:
        at = at[step]
    if value is MISSING:
        del at[path[-1]]
    elif isinstance(at, list) and path[-1] == len(at):
        at.append(value)
    else:
        at[path[-1]] = value
    return copy


def forecast(document: Mapping[str, Any] | None = None) -> Forecast:
    """The forecast of a document that must be valid."""
    value = read_forecast(forecast_document() if document is None else document)
    assert isinstance(value, Forecast), value
    return value


def forecast_set(document: Mapping[str, Any] | None = None) -> ForecastSet:
    """The set of a document that must be valid."""
    value = read_forecast_set(set_document() if document is None else document)
    assert isinstance(value, ForecastSet), value
    return value

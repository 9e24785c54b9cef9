"""Documents to stage: one small forecast, and a set of four scenarios, one of them infeasible."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SMALL = """{
  "schema": "ef/forecast/1",
  "label": "small",
  "start_date": "2026-01-01",   "end_date": "2026-03-31",
  "accounts": [{"type": "checking", "name": "Checking", "balance": 1000}],
  "budget_items": [
    {"start_date": "2026-01-02", "end_date": "2026-12-31", "priority": 1, "cadence": "monthly", "amount": 100,
     "memo": "salary income"},
    {"start_date": "2026-01-05", "end_date": "2026-01-05", "priority": 2, "cadence": "once", "amount": 2000,
     "memo": "trip"}
  ],
  "memo_rules": [
    {"memo_regex": "income", "account_from": null, "account_to": "Checking", "priority": 1},
    {"memo_regex": ".*", "account_from": "Checking", "account_to": null, "priority": 2}
  ],
  "milestones": {"account": [{"name": "rich", "account_name": "Checking", "min_balance": 1200}]}
}
"""


def small(**changes: Any) -> dict[str, Any]:
    """The small forecast with other values at its top."""
    document: dict[str, Any] = json.loads(SMALL)
    return document | changes


def _optional(day: str, amount: int, memo: str) -> dict[str, Any]:
    return {"start_date": day, "end_date": day, "priority": 1, "cadence": "once", "amount": amount, "memo": memo}


def plans() -> dict[str, Any]:
    """The set; `Core | dear | buy` runs out of money on 2026-02-05."""
    base = small()
    del base["schema"], base["label"]
    base["memo_rules"].append(
        {"memo_regex": "car|house", "account_from": "Checking", "account_to": None, "priority": 1}
    )
    return {
        "schema": "ef/forecast-set/1",
        "label": "plans",
        "base": base,
        "optional_budget_items": [
            _optional("2026-01-05", 200, "car cheap"),
            _optional("2026-01-05", 900, "car dear"),
            _optional("2026-02-05", 300, "house rent"),
            _optional("2026-02-05", 500, "house buy"),
        ],
        "choices": [
            {"name": "Car", "options": [_option("cheap", "car cheap"), _option("dear", "car dear")]},
            {"name": "Home", "options": [_option("rent", "house rent"), _option("buy", "house buy")]},
        ],
    }


def _option(name: str, regex: str) -> dict[str, Any]:
    return {"name": name, "memo_regexes": [regex]}


def write(path: Path, document: dict[str, Any] | str) -> Path:
    """Writes a document as a user would have it."""
    path.write_text(document if isinstance(document, str) else json.dumps(document, indent=1), encoding="utf-8")
    return path

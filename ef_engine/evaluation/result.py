"""The evaluated forecast, and its document `ef/result/1` (formats.md).

The document holds texts, numbers and `Decimal` amounts with two decimals rounded half-even; only timing is missing,
so equal inputs give equal documents.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeAlias

from ef_engine.evaluation.amounts import CentsDecimal
from ef_engine.evaluation.milestones import MilestoneResults, milestone_results
from ef_engine.evaluation.summary import Summary, Totals, summarize
from ef_engine.evaluation.table import Table, daily_table
from ef_engine.model.forecast import Forecast
from ef_engine.model.money import to_cents_decimal
from ef_engine.simulation.result import Decision, Failure, Simulation

SCHEMA = "ef/result/1"

Document: TypeAlias = dict[str, Any]


class Status(StrEnum):
    """Whether everything of first priority could happen."""

    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"


@dataclass(frozen=True, slots=True)
class Result:
    """A simulation made sense of. `failure` is None exactly when the status is feasible."""

    status: Status
    failure: Failure | None
    decisions: list[Decision]
    milestones: MilestoneResults
    summary: Summary
    table: Table


def evaluate(forecast: Forecast, simulation: Simulation) -> Result:
    """The result of a finished simulation of the forecast, feasible or not."""
    table = daily_table(forecast, simulation)
    return Result(
        Status.INFEASIBLE if simulation.failure else Status.FEASIBLE,
        simulation.failure,
        simulation.decisions,
        milestone_results(forecast, simulation, table),
        summarize(forecast, simulation, table),
        table,
    )


def result_document(result: Result, forecast_id: str, label: str) -> Document:
    """The document of `result.json`, keys in the order they are written."""
    return {
        "schema": SCHEMA,
        "forecast_id": forecast_id,
        "label": label,
        "status": str(result.status),
        "failure": _failure(result.failure),
        "decisions": decision_documents(result.decisions),
        "milestones": _milestones(result.milestones),
        "summary": _summary(result.summary),
    }


def decision_documents(decisions: Iterable[Decision]) -> list[Document]:
    """One object a decision, with the columns of `decisions.csv` as keys."""
    amounts = CentsDecimal()
    return [
        {
            "original_date": decision.original_date.isoformat(),
            "executed_date": _iso(decision.executed_date),
            "priority": decision.priority,
            "memo": decision.memo,
            "requested": amounts[decision.requested],
            "executed": amounts[decision.executed],
            "status": str(decision.status),
            "reason": decision.reason,
            "binding_date": _iso(decision.binding_date),
            "binding_account": decision.binding_account,
            "shortfall": None if decision.shortfall is None else amounts[decision.shortfall],
        }
        for decision in decisions
    ]


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _failure(failure: Failure | None) -> Document | None:
    if failure is None:
        return None
    return {
        "date": failure.date.isoformat(),
        "posting": failure.posting,
        "account": failure.account,
        "needed": to_cents_decimal(failure.needed),
        "available": to_cents_decimal(failure.available),
        "reason": failure.reason,
    }


def _milestones(results: MilestoneResults) -> Document:
    return {
        "account": {
            name: {"held_since": _iso(reached.held_since), "first_reached": _iso(reached.first_reached)}
            for name, reached in results.account.items()
        },
        "memo": {name: _iso(day) for name, day in results.memo.items()},
        "composite": {name: _iso(day) for name, day in results.composite.items()},
    }


def _summary(summary: Summary) -> Document:
    return {
        "final": {name: to_cents_decimal(amount) for name, amount in summary.final.items()},
        "lowest": {
            name: {"date": lowest.date.isoformat(), "amount": to_cents_decimal(lowest.amount)}
            for name, lowest in summary.lowest.items()
        },
        "totals": _totals(summary.totals),
    }


def _totals(totals: Totals) -> dict[str, Decimal]:
    return {field.name: to_cents_decimal(getattr(totals, field.name)) for field in fields(totals)}

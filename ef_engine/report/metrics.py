"""What a forecast comes to, in figures that scenarios are ranked by, each with a name of its own.

A metric is a balance or sum in the last row, the whole debt of a card or loan there, a total, a lowest balance, or the
day of a milestone; where two would have one name, the later of these says what it is: `Checking (account milestone)`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

Value: TypeAlias = Decimal | date | None

DEBT = ": Debt"
"""Ends the name of what is owed on a card or loan altogether."""

DEBT_ENDS = (": Curr Stmt Bal", ": Prev Stmt Bal", ": Principal Balance", ": Interest")
"""End the names of the columns that make it up."""


def folded(name: str) -> str:
    """A name as it is looked for: neither case nor underscores matter."""
    return name.casefold().replace("_", " ")


def values_of_result(result: Mapping[str, Any]) -> dict[str, Value]:
    """Every metric of an `ef/result/1` document (its decisions are not needed); None: a milestone without a day."""
    return {**_amounts(result["summary"]), **milestone_values(result)}


def milestone_values(result: Mapping[str, Any]) -> dict[str, Value]:
    """The milestones among the metrics of a result document."""
    milestones = result["milestones"]
    days = {("account", name): at["held_since"] for name, at in milestones["account"].items()}
    days |= {(kind, name): day for kind in ("memo", "composite") for name, day in milestones[kind].items()}
    names = Counter([folded(name) for _, name in days] + [folded(name) for name in _amounts(result["summary"])])
    return {
        name if names[folded(name)] == 1 else f"{name} ({kind} milestone)": date.fromisoformat(day) if day else None
        for (kind, name), day in days.items()
    }


def _amounts(summary: Mapping[str, Any]) -> dict[str, Decimal]:
    amounts = {name: Decimal(amount) for name, amount in summary["final"].items()}
    amounts |= _whole_debts(amounts)
    totals = {key.replace("_", " ").capitalize(): amount for key, amount in summary["totals"].items()}
    lowest = {f"Lowest {account}": at["amount"] for account, at in summary["lowest"].items()}
    for what, found in (("total", totals), ("lowest balance", lowest)):
        amounts |= {f"{name} ({what})" if name in amounts else name: Decimal(each) for name, each in found.items()}
    return amounts


def _whole_debts(final: Mapping[str, Decimal]) -> dict[str, Decimal]:
    debts: dict[str, Decimal] = {}
    for name, amount in final.items():
        if name.endswith(DEBT_ENDS):
            title = name.rpartition(": ")[0] + DEBT
            debts[title] = debts.get(title, Decimal(0)) + amount
    return debts

"""What matters most about a forecast, in sentences: net worth, debts, goals, what cannot be afforded, interest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from ef_engine.evaluation.table import Table
from ef_engine.model.money import Micros, to_cents_decimal
from ef_engine.report.balances import account_columns, debt_names
from ef_engine.report.cells import money
from ef_engine.report.milestone_rows import milestone_rows
from ef_engine.report.wording import Entry, counted, failure_sentences, outcome_sentence


def headlines(result: Mapping[str, Any], daily: Table) -> tuple[str, ...]:
    """The sentences of a result document and its daily table, the weightiest first."""
    return (
        *(failure_sentences(result["failure"]) if result["failure"] else ()),
        _net_worth(daily),
        *_debts(daily),
        *_milestones_reached(result["milestones"]),
        *_optional_occurrences(result["decisions"]),
        *_not_affordable(result),
        *_lowest_balances(result["summary"]["lowest"]),
        _interest(result["summary"]["totals"]),
    )


def _net_worth(daily: Table) -> str:
    worth: list[Micros] = daily.amounts["Net Worth"]
    first, last = (money(to_cents_decimal(amount)) for amount in (worth[0], worth[-1]))
    return f"Net worth goes from {first} to {last} between {daily.dates[0]} and {daily.dates[-1]}."


def _debts(daily: Table) -> Iterator[str]:
    """When each debt is paid off for good, or what is left of it; nothing of a card that is never used."""
    columns = account_columns(daily)
    for name in debt_names(daily):
        owed = columns[name]
        if owed[-1]:
            yield f"{money(to_cents_decimal(owed[-1]))} of {name} is still owed on {daily.dates[-1]}."
        elif any(owed):
            last_owed = max(row for row, amount in enumerate(owed) if amount)
            yield f"{name} is paid off on {daily.dates[last_owed + 1]}."


def _milestones_reached(milestones: Mapping[str, Any]) -> Iterator[str]:
    rows = milestone_rows(milestones)
    reached = sorted((day, name) for name, _, day, _ in rows if day)
    number = counted(len(rows), "milestone")
    if len(reached) > 1:
        yield f"{len(reached)} of {number} are reached, the last ({reached[-1][1]}) on {reached[-1][0]}."
    elif reached:
        yield f"{len(reached)} of {number} is reached: {reached[0][1]} on {reached[0][0]}."
    elif rows:
        yield "The one milestone is not reached." if len(rows) == 1 else f"None of {number} is reached."


def _optional_occurrences(decisions: Iterable[Entry]) -> Sequence[str]:
    optional = [decision for decision in decisions if decision["priority"] > 1]
    return [outcome_sentence(optional, "optional occurrence")] if optional else []


def _not_affordable(result: Mapping[str, Any]) -> Iterator[str]:
    """The items of which nothing happens, each with its first reason; after a failure there is but one reason."""
    if result["failure"]:
        return
    wanted = sorted((each for each in result["decisions"] if each["priority"] > 1), key=itemgetter("memo", "priority"))
    for (memo, _), group in groupby(wanted, key=itemgetter("memo", "priority")):
        decisions = list(group)
        why = next((each for each in decisions if each["binding_date"]), None)
        if why and all(each["status"] == "skipped" for each in decisions):
            is_money = why["binding_account"] in result["summary"]["lowest"]
            what = "Nothing can be afforded of" if is_money else "Nothing comes of"
            yield f"{what} {memo}, because {why['reason'].rstrip('.')}."


def _lowest_balances(lowest: Mapping[str, Entry]) -> Iterator[str]:
    for account, at in lowest.items():
        yield f"The lowest balance of {account} is {money(at['amount'])}, on {at['date']}."


def _interest(totals: Mapping[str, Any]) -> str:
    earned = f", interest earned {money(totals['interest_earned'])}" if totals["interest_earned"] else ""
    return f"Interest on debts comes to {money(totals['interest_paid'])}{earned}."

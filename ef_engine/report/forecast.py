"""The report of one forecast: what happens in sentences, balances over time, milestones, what was not confirmed.

Built from the documents on disk, `result.json` and `daily.csv`, because whoever reports is not who ran it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ef_engine.evaluation.table import Table
from ef_engine.model.money import Micros, to_cents_decimal
from ef_engine.report.balances import balance_grid
from ef_engine.report.cells import money
from ef_engine.report.values import Block, Chart, Grid, Report, Sentences
from ef_engine.report.wording import (
    CONFIRMED,
    Entry,
    counted,
    decision_sentence,
    failure_sentences,
    outcome_sentence,
    status_counts,
)

SHOWN_PER_MEMO = 3
"""So many occurrences of one memo are told, the rest are counted; `explain` tells them all."""


def forecast_report(result: Mapping[str, Any], daily: Table) -> Report:
    """The report of a forecast from its `ef/result/1` document and its daily table."""
    blocks: list[Block | None] = [
        Sentences("", _headlines(result, daily)),
        _milestone_grid(result["milestones"]),
        balance_grid(daily),
        _not_confirmed(result["decisions"], result["failure"]),
        _chart(daily),
    ]
    label = f": {result['label']}" if result["label"] else ""
    return Report(f"Forecast {result['forecast_id']}{label}", tuple(block for block in blocks if block is not None))


def _headlines(result: Mapping[str, Any], daily: Table) -> tuple[str, ...]:
    return (
        *(failure_sentences(result["failure"]) if result["failure"] else ()),
        _net_worth(daily),
        *_milestones_reached(result["milestones"]),
        *_optional_occurrences(result["decisions"]),
        *_lowest_balances(result["summary"]["lowest"]),
        _interest(result["summary"]["totals"]),
    )


def _net_worth(daily: Table) -> str:
    worth: list[Micros] = daily.amounts["Net Worth"]
    first, last = (money(to_cents_decimal(amount)) for amount in (worth[0], worth[-1]))
    return f"Net worth goes from {first} to {last} between {daily.dates[0]} and {daily.dates[-1]}."


def _milestones_reached(milestones: Mapping[str, Any]) -> Iterable[str]:
    rows = _milestone_rows(milestones)
    reached = sorted((day, name) for name, _, day, _ in rows if day)
    number = counted(len(rows), "milestone")
    if len(reached) > 1:
        yield f"{len(reached)} of {number} are reached, the last ({reached[-1][1]}) on {reached[-1][0]}."
    elif reached:
        yield f"{len(reached)} of {number} is reached: {reached[0][1]} on {reached[0][0]}."
    elif rows:
        yield "The one milestone is not reached." if len(rows) == 1 else f"None of {number} is reached."


def _optional_occurrences(decisions: Iterable[Entry]) -> Iterable[str]:
    optional = [decision for decision in decisions if decision["priority"] > 1]
    return [outcome_sentence(optional, "optional occurrence")] if optional else []


def _lowest_balances(lowest: Mapping[str, Entry]) -> Iterable[str]:
    for account, at in lowest.items():
        yield f"The lowest balance of {account} is {money(at['amount'])}, on {at['date']}."


def _interest(totals: Mapping[str, Any]) -> str:
    earned = f", interest earned {money(totals['interest_earned'])}" if totals["interest_earned"] else ""
    return f"Interest on debts comes to {money(totals['interest_paid'])}{earned}."


def _milestone_rows(milestones: Mapping[str, Any]) -> tuple[tuple[str, str, str | None, str | None], ...]:
    """Name, kind, the day it counts as reached, the day its account was first inside its bounds."""
    account = ((name, "account", at["held_since"], at["first_reached"]) for name, at in milestones["account"].items())
    memo = ((name, "memo", day, day) for name, day in milestones["memo"].items())
    composite = ((name, "composite", day, None) for name, day in milestones["composite"].items())
    return (*account, *memo, *composite)


def _milestone_grid(milestones: Mapping[str, Any]) -> Grid | None:
    rows = tuple(
        (name, kind, day or "not reached", first if first != day else None)
        for name, kind, day, first in _milestone_rows(milestones)
    )
    return Grid("Milestones", ("Milestone", "Kind", "Reached", "First inside"), rows) if rows else None


def _not_confirmed(decisions: Iterable[Entry], failure: Entry | None) -> Sentences | None:
    """What was not confirmed in full, by memo; what merely follows from the failure is only counted."""
    groups: dict[str, list[Entry]] = {}
    following = 0
    for decision in decisions:
        if failure and decision["reason"] == failure["reason"]:
            following += 1
        else:
            groups.setdefault(decision["memo"], []).append(decision)
    sentences = [text for memo, group in groups.items() for text in _of_memo(memo, group)]
    if following:
        verb = "was" if following == 1 else "were"
        sentences.append(f"{counted(following, 'occurrence')} {verb} skipped because the forecast is infeasible.")
    return Sentences("Not confirmed in full", tuple(sentences)) if sentences else None


def _of_memo(memo: str, decisions: Sequence[Entry]) -> Iterable[str]:
    different = [decision for decision in decisions if decision["status"] != CONFIRMED]
    if len(different) <= SHOWN_PER_MEMO:
        yield from map(decision_sentence, different)
        return
    yield f"{memo}: of {counted(len(decisions), 'occurrence')} {status_counts(different)}; the first are:"
    for decision in different[:SHOWN_PER_MEMO]:
        yield f"  {decision_sentence(decision)}"


def _chart(daily: Table) -> Chart:
    names = ("Net Worth", "Liquid Total", "CC Debt Total", "Loan Total")
    lines = {name: tuple(map(to_cents_decimal, daily.amounts[name])) for name in names}
    return Chart("Balances", tuple(daily.dates), lines)

"""The report of one forecast: what happens in sentences, balances over time, milestones, what was not confirmed.

Built from the documents on disk, `result.json` and `daily.csv`, because whoever reports is not who ran it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ef_engine.evaluation.table import Table
from ef_engine.model.money import to_cents_decimal
from ef_engine.report.balances import balance_grid
from ef_engine.report.headlines import headlines
from ef_engine.report.milestone_rows import milestone_grid
from ef_engine.report.values import Block, Chart, Report, Sentences
from ef_engine.report.wording import (
    CONFIRMED,
    Entry,
    counted,
    decision_sentence,
    status_counts,
)

SHOWN_PER_MEMO = 3
"""So many occurrences of one memo are told, the rest are counted; `explain` tells them all."""


def forecast_report(result: Mapping[str, Any], daily: Table) -> Report:
    """The report of a forecast from its `ef/result/1` document and its daily table."""
    blocks: list[Block | None] = [
        Sentences("", headlines(result, daily)),
        milestone_grid(result["milestones"]),
        balance_grid(daily),
        not_confirmed(result["decisions"], result["failure"]),
        _chart(daily),
    ]
    label = f": {result['label']}" if result["label"] else ""
    return Report(f"Forecast {result['forecast_id']}{label}", tuple(block for block in blocks if block is not None))


def not_confirmed(decisions: Iterable[Entry], failure: Entry | None) -> Sentences | None:
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

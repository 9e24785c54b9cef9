"""Sentences about decisions and failures, from the entries of `result.json`.

The amounts come as the JSON reader gave them (`Decimal`, or a float); all are shown with two decimals and thousands
separators.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from ef_engine.report.cells import money

Entry: TypeAlias = Mapping[str, Any]
"""One object of a result document."""

CONFIRMED = "confirmed"


def counted(number: int, noun: str) -> str:
    """`1 milestone`, `2 milestones`."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def decision_sentence(decision: Entry) -> str:
    """What became of one occurrence and why: `shoes on 2026-03-01 was skipped: Checking would be ...`."""
    what = f"{decision['memo']} on {decision['original_date']} was {decision['status']}{_outcome(decision)}"
    reason = str(decision.get("reason") or "").rstrip(".")
    return f"{what}: {reason}." if reason else f"{what}."


def _outcome(decision: Entry) -> str:
    requested, executed, day = decision["requested"], decision["executed"], decision["executed_date"]
    later = f" to {day}" if day and day != decision["original_date"] else ""
    match decision["status"]:
        case "confirmed":
            return f" ({money(executed)})"
        case "reduced":
            return f" from {money(requested)} to {money(executed)}" + (f" and deferred{later}" if later else "")
        case _:
            return later


def failure_sentences(failure: Entry) -> tuple[str, ...]:
    """What broke, where, how much was missing, and what that means for everything else."""
    reason, needed, available = failure["reason"].rstrip("."), money(failure["needed"]), money(failure["available"])
    return (
        f"Infeasible: {failure['posting']} on {failure['date']} cannot happen: {reason} "
        f"({needed} needed, {available} available).",
        "Nothing of a lower priority was considered, and the balances end the day before.",
    )


def status_counts(decisions: Iterable[Entry]) -> str:
    """`3 skipped, 1 reduced`, most severe first, without what was confirmed; empty when everything was."""
    counts = Counter(str(decision["status"]) for decision in decisions)
    return ", ".join(f"{counts[status]:,} {status}" for status in ("skipped", "reduced", "deferred") if counts[status])


def outcome_sentence(decisions: Sequence[Entry], noun: str) -> str:
    """`Of 40 occurrences, 3 were skipped, 1 reduced.` or that all were confirmed; `decisions` holds at least one."""
    number, counts = counted(len(decisions), noun), status_counts(decisions)
    if len(decisions) == 1:
        return f"The one {noun} was {decisions[0]['status']}{'' if counts else ' in full'}."
    if counts:
        first, _, rest = counts.partition(" ")
        return f"Of {number}, {first} {'was' if first == '1' else 'were'} {rest}."
    return f"All {number} were confirmed in full."

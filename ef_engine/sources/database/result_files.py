"""The files of a result <-> the values that are stored of it; what could not be written back byte for byte is refused.

Amounts are the texts of the files, of decisions micro-units. The *outline* is `result.json` without its decisions and
milestones, which have tables of their own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

from ef_engine.errors import CommandError
from ef_engine.evaluation.csv_text import (
    DailyTexts,
    daily_texts_csv,
    decisions_csv,
    posting_texts_csv,
    read_daily_texts,
    read_posting_texts,
)
from ef_engine.evaluation.result_text import dump_with_decisions
from ef_engine.model.money import from_decimal
from ef_engine.simulation.result import Decision, DecisionStatus
from ef_engine.sources.json_text import dumps

_MILESTONES, _DECISIONS = "milestones", "decisions"
_DATED = ("original_date", "executed_date", "binding_date")
_AMOUNTS = ("requested", "executed", "shortfall")


@dataclass(frozen=True, slots=True)
class Milestone:
    """One milestone of a `kind` (account, memo, composite); `reached` is `held_since` of an account milestone."""

    kind: str
    name: str
    reached: date | None
    first_reached: date | None


@dataclass(frozen=True, slots=True)
class StoredResult:
    """A result as its tables hold it; `postings` by column, as the daily table the texts of the files."""

    daily: DailyTexts
    postings: Sequence[Sequence[str]]
    decisions: list[Decision]
    milestones: list[Milestone]
    outline: str


def read_files(files: Mapping[str, bytes], record_id: str) -> StoredResult:
    """The values in the files of a result; CommandError for files that are not as ef writes them."""
    try:
        found = _read(files)
        is_same = write_files(found) == dict(files)
    except (ValueError, KeyError, TypeError, ArithmeticError):
        is_same = False
    if not is_same:
        remedy = f"`ef_cli run forecast {record_id} --force` makes them anew"
        raise CommandError(
            f"the result of {record_id} is not as ef writes it, so it would not come back the same", remedy
        )
    return found


def _read(files: Mapping[str, bytes]) -> StoredResult:
    document = json.loads(files["result.json"], parse_float=Decimal)
    decisions = [_decision(each) for each in document[_DECISIONS]]
    outline = {key: value for key, value in document.items() if key not in (_DECISIONS, _MILESTONES)}
    return StoredResult(
        read_daily_texts(files["daily.csv"].decode()),
        read_posting_texts(files["postings.csv"].decode()),
        decisions,
        _milestones(document[_MILESTONES]),
        dumps(outline),
    )


def write_files(result: StoredResult) -> dict[str, bytes]:
    """The files of a result."""
    outline = json.loads(result.outline, parse_float=Decimal)
    document: dict[str, Any] = {}
    for key, value in outline.items():
        if key == "summary":  # its place is after them
            document |= {_DECISIONS: [], _MILESTONES: _milestone_document(result.milestones)}
        document[key] = value
    texts = {
        "daily.csv": daily_texts_csv(result.daily),
        "postings.csv": posting_texts_csv(result.postings),
        "decisions.csv": decisions_csv(result.decisions),
        "result.json": dump_with_decisions(document, result.decisions),
    }
    return {name: text.encode() for name, text in texts.items()}


def digest_of(files: Mapping[str, bytes]) -> str:
    """What tells whether files are those that were stored: SHA-256, in hex digits."""
    found = sha256()
    for name, data in sorted(files.items()):
        found.update(f"{name} {len(data)}\n".encode() + data)
    return found.hexdigest()


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _decision(document: Mapping[str, Any]) -> Decision:
    """A decision of `result.json`, which knows None from empty, as a row of a CSV file does not."""
    values = dict(document)
    values |= {key: _day(values[key]) for key in _DATED}
    values |= {key: None if values[key] is None else from_decimal(values[key]) for key in _AMOUNTS}
    return Decision(**values | {"status": DecisionStatus(values["status"])})


def _milestones(document: Mapping[str, Mapping[str, Any]]) -> list[Milestone]:
    found = []
    for kind, by_name in document.items():
        for name, days in by_name.items():
            if kind == "account":
                found.append(Milestone(kind, name, _day(days["held_since"]), _day(days["first_reached"])))
            else:
                found.append(Milestone(kind, name, _day(days), None))
    return found


def _milestone_document(milestones: list[Milestone]) -> dict[str, dict[str, Any]]:
    document: dict[str, dict[str, Any]] = {"account": {}, "memo": {}, "composite": {}}
    for each in milestones:
        reached = each.reached and each.reached.isoformat()
        first = each.first_reached and each.first_reached.isoformat()
        is_account = each.kind == "account"
        document[each.kind][each.name] = {"held_since": reached, "first_reached": first} if is_account else reached
    return document

"""Acceptance cases: how they are read, and when a simulation agrees with one (the rule of the cases' README).

A disagreement is a sentence; an empty list of them is agreement. Who made the simulation does not matter.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import zip_longest
from pathlib import Path
from typing import Any

from ef_engine.evaluation.milestones import milestone_results
from ef_engine.evaluation.table import Cell, daily_table
from ef_engine.model.document import read_forecast
from ef_engine.model.fields import FORECAST_SCHEMA
from ef_engine.model.forecast import Forecast
from ef_engine.model.money import to_cents_decimal
from ef_engine.simulation.result import Simulation

CASES = Path(__file__).parent / "cases"
TEXT_TOLERANCE = Decimal("0.01")
HALF_A_CENT = Decimal("0.005")
ALREADY_MADE = "ALREADY MADE"
DATE_COLUMNS = ("Date", "Next Income Date")
TEXT_COLUMNS = ("Memo Directives", "Memo")
ENTRY = re.compile(r"(?P<text>.*)(?P<sign>[+-])\$(?P<amount>\d+\.\d\d)\)$")


def read_case(path: Path) -> dict[str, Any]:
    """A case as the file has it, numbers as `Decimal`."""
    case: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    return case


def case_forecast(document: Mapping[str, object]) -> Forecast:
    """The forecast of a case's document, which must have nothing wrong with it; `schema` may be absent."""
    forecast = read_forecast({"schema": FORECAST_SCHEMA} | dict(document))
    assert isinstance(forecast, Forecast), forecast
    return forecast


def forecast_cases() -> list[Path]:
    """The files that hold a forecast and what is expected of it."""
    return [path for path in sorted(CASES.glob("*.json")) if "forecast" in read_case(path)]


def table_case(table: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Every row of the table cases of that kind, each with its file's content."""
    for path in sorted(CASES.glob("*.json")):
        case = read_case(path)
        if case.get("table") == table:
            yield from ((case, row) for row in case["rows"])


def disagreements(case: Mapping[str, Any], forecast: Forecast, simulation: Simulation) -> list[str]:
    """Everything in which a simulation of the case's forecast differs from what the case expects."""
    expected, tolerance = case["expected"], Decimal(case["tolerance"])
    return [
        *_status_disagreements(expected, simulation),
        *_table_disagreements(expected, forecast, simulation, tolerance),
        *_decision_disagreements(expected, simulation, tolerance),
        *_milestone_disagreements(expected, forecast, simulation),
    ]


def _status_disagreements(expected: Mapping[str, Any], simulation: Simulation) -> Iterator[str]:
    failure = simulation.failure
    if (failure is None) != (expected["status"] == "feasible"):
        yield f"status: {failure}, expected {expected['status']}"
    elif failure is not None:
        want = expected["failure"]
        if (failure.date.isoformat(), failure.account) != (want["date"], want["account"]):
            yield f"failure: {failure}, expected {want}"


def _table_disagreements(
    expected: Mapping[str, Any], forecast: Forecast, simulation: Simulation, tolerance: Decimal
) -> Iterator[str]:
    table = daily_table(forecast, simulation)
    columns = list(table.columns)
    if columns != expected["columns"]:
        yield f"columns: {columns}, expected {expected['columns']}"
        return
    for row, want in zip_longest(table.rows(), expected["rows"]):
        if row is None or want is None:
            yield f"rows: {row}, expected {want}"
            return
        for column, cell, wanted in zip(columns, row, want, strict=True):
            if not _cells_agree(column, cell, wanted, tolerance):
                yield f"{row[0]} {column}: {cell}, expected {wanted}"


def _cells_agree(column: str, cell: Cell, wanted: Any, tolerance: Decimal) -> bool:
    if column in DATE_COLUMNS:
        return _iso(cell) == str(wanted)
    if column in TEXT_COLUMNS:
        return _texts_agree(str(cell), wanted, in_order=column == "Memo")
    return isinstance(cell, int) and is_close(to_cents_decimal(cell), wanted, tolerance)


def is_close(ours: Decimal, wanted: Decimal | int | str, tolerance: Decimal) -> bool:
    """Whether an amount is the wanted one, to the tolerance."""
    return abs(ours - Decimal(wanted)) <= tolerance


def _iso(cell: Cell) -> str:
    return cell.isoformat() if isinstance(cell, date) else ""


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One entry of a Memo or Memo Directives cell: its text without the amount, and the amount."""

    text: str
    amount: Decimal

    @property
    def must_be_there(self) -> bool:
        """Whether it may not be left out."""
        return abs(self.amount) >= HALF_A_CENT or ALREADY_MADE in self.text


def _texts_agree(text: str, wanted: str, in_order: bool) -> bool:
    ours, theirs = list(_entries(text)), list(_entries(wanted))
    if not in_order:
        ours, theirs = (sorted(entry for entry in side if entry.must_be_there) for side in (ours, theirs))
    return len(ours) == len(theirs) and all(
        one.text == other.text and abs(one.amount - other.amount) <= TEXT_TOLERANCE
        for one, other in zip(ours, theirs, strict=True)
    )


def _entries(text: str) -> Iterator[Entry]:
    for entry in filter(None, text.split("; ")):
        match = ENTRY.fullmatch(entry)
        assert match, f"no amount in {entry!r}"
        yield Entry(match["text"], Decimal(match["sign"] + match["amount"]))


def _decision_disagreements(expected: Mapping[str, Any], simulation: Simulation, tolerance: Decimal) -> Iterator[str]:
    decisions = {(d.original_date.isoformat(), d.priority, d.memo): d for d in simulation.decisions}
    wanted = {(w["original_date"], w["priority"], w["memo"]): w for w in expected["decisions"]}
    yield from _twice((d.original_date, d.priority, d.memo) for d in simulation.decisions)
    yield from (f"decision {key}: not expected" for key in decisions.keys() - wanted.keys())
    yield from (f"decision {key}: missing" for key in wanted.keys() - decisions.keys())
    for key in sorted(decisions.keys() & wanted.keys()):
        decision, want = decisions[key], wanted[key]
        executed = is_close(to_cents_decimal(decision.executed), want["executed"], tolerance)
        same_date = _iso(decision.executed_date) == (want["executed_date"] or "")
        if not (executed and same_date and decision.status == want["status"]):
            yield f"decision {key}: {decision}, expected {want}"


def _twice(keys: Iterable[tuple[object, ...]]) -> Iterator[str]:
    return (f"decision {key}: {count} times" for key, count in Counter(keys).items() if count > 1)


def _milestone_disagreements(expected: Mapping[str, Any], forecast: Forecast, simulation: Simulation) -> Iterator[str]:
    results = milestone_results(forecast, simulation, daily_table(forecast, simulation))
    ours: dict[tuple[str, ...], str] = {}
    for name, reached in results.account.items():
        ours["account", name, "held_since"] = _iso(reached.held_since)
        ours["account", name, "first_reached"] = _iso(reached.first_reached)
    ours |= {("memo", name): _iso(day) for name, day in results.memo.items()}
    ours |= {("composite", name): _iso(day) for name, day in results.composite.items()}
    theirs = dict(_flat(expected["milestones"], ()))
    for key in ours.keys() | theirs.keys():
        if ours.get(key, "") != theirs.get(key, ""):
            yield f"milestone {key}: {ours.get(key)}, expected {theirs.get(key)}"


def _flat(nested: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    for key, value in nested.items():
        if isinstance(value, Mapping):
            yield from _flat(value, (*path, key))
        else:
            yield (*path, key), value or ""


def balances_after(forecast: Forecast, simulation: Simulation) -> dict[str, Decimal]:
    """The last value of every amount column of the daily table, by column."""
    table = daily_table(forecast, simulation)
    return {column: to_cents_decimal(values[-1]) for column, values in table.amounts.items()}


def agree(ours: Mapping[str, Decimal], wanted: Mapping[str, Any], tolerance: Decimal) -> Sequence[str]:
    """The columns whose amount differs from the wanted one by more than the tolerance."""
    return [column for column, value in wanted.items() if not is_close(ours[column], value, tolerance)]

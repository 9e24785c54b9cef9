"""Forecasts from pandas data frames, and results as data frames; the only module that knows pandas.

Amounts become float64, which is inexact beyond fifteen digits; `exact=True` gives `Decimal` objects with six decimals
instead. Missing cells (NaN, NaT, None, NA) of an input are keys left out. What `forecast_to_dataframes` gives,
`from_dataframes` takes: change a cell in between, and it is another forecast.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from ef_engine.errors import InputError, Problem
from ef_engine.evaluation.csv_text import DECISION_COLUMNS, POSTING_COLUMNS
from ef_engine.evaluation.milestones import MilestoneResults
from ef_engine.evaluation.result import Result
from ef_engine.evaluation.table import LEADING_COLUMNS, TRAILING_COLUMNS, Table
from ef_engine.model.document import read_forecast, to_document
from ef_engine.model.fields import (
    ACCOUNT_MILESTONE,
    ACCOUNTS,
    BUDGET_ITEM,
    COMPOSITE_MILESTONE,
    FORECAST_SCHEMA,
    MEMO_MILESTONE,
    MEMO_RULE,
)
from ef_engine.model.findings import Finding, Path
from ef_engine.model.forecast import Forecast
from ef_engine.model.money import UNIT, Micros, to_decimal
from ef_engine.model.shapes import Field, Kind
from ef_engine.simulation.result import Decision, Simulation

_DATES = frozenset(("date", "original_date", "executed_date", "binding_date"))
_AMOUNTS = frozenset(("amount", "requested", "executed", "shortfall"))
_TYPE = Field(key="type", kind=Kind.WORD, about="the kind of account")
_LISTS = frozenset(("account_milestones", "memo_milestones"))


def to_dataframe(source: Result | Table, *, exact: bool = False) -> pd.DataFrame:
    """The daily table, or that of a result, with its own columns; both date columns datetime64, no next income NaT."""
    table = source.table if isinstance(source, Result) else source
    head, (income, directives, memo) = LEADING_COLUMNS, TRAILING_COLUMNS
    amounts = {name: _amounts(values, exact) for name, values in table.amounts.items()}
    last = {income: _dates(table.next_income), directives: table.directives, memo: table.memos}
    return pd.DataFrame({head[0]: _dates(table.dates), **amounts, **last})


def postings_to_dataframe(simulation: Simulation, *, exact: bool = False) -> pd.DataFrame:
    """One row a posting, with the columns of `postings.csv`."""
    return _records(POSTING_COLUMNS, simulation.postings, exact)


def decisions_to_dataframe(decisions: Sequence[Decision], *, exact: bool = False) -> pd.DataFrame:
    """One row an occurrence, with the columns of `decisions.csv`; no shortfall is NaN, or None when exact."""
    return _records(DECISION_COLUMNS, decisions, exact)


def milestones_to_dataframe(results: MilestoneResults) -> pd.DataFrame:
    """One row a milestone: kind, name, the day it is reached for good, and the first day it was; NaT for never."""
    rows = [("account", name, each.held_since, each.first_reached) for name, each in results.account.items()]
    rows += [("memo", name, day, day) for name, day in results.memo.items()]
    rows += [("composite", name, day, day) for name, day in results.composite.items()]
    kinds, names, reached, first = zip(*rows, strict=True) if rows else ((), (), (), ())
    return pd.DataFrame(
        {"kind": list(kinds), "name": list(names), "reached": _dates(reached), "first_reached": _dates(first)}
    )


def forecast_to_dataframes(forecast: Forecast, *, exact: bool = False) -> dict[str, pd.DataFrame]:
    """A forecast's accounts, budget items, memo rules and milestones, as the arguments of `from_dataframes`.

    Columns are the keys of a JSON forecast, all of them; what an account of its type has not, or what has no limit, is
    missing. Dates are datetime64, amounts and rates float64 (or `Decimal` when exact).
    """
    document = to_document(forecast)
    milestones = document["milestones"]
    shapes = [shape.fields for shape in ACCOUNTS.values()]
    return {
        "accounts": _frame(document["accounts"], [_TYPE, *(field for fields in shapes for field in fields)], exact),
        "budget_items": _frame(document["budget_items"], BUDGET_ITEM.fields, exact),
        "memo_rules": _frame(document["memo_rules"], MEMO_RULE.fields, exact),
        "account_milestones": _frame(milestones["account"], ACCOUNT_MILESTONE.fields, exact),
        "memo_milestones": _frame(milestones["memo"], MEMO_MILESTONE.fields, exact),
        "composite_milestones": _frame(milestones["composite"], COMPOSITE_MILESTONE.fields, exact),
    }


def _frame(objects: Sequence[Mapping[str, Any]], fields: Iterable[Field], exact: bool) -> pd.DataFrame:
    return pd.DataFrame(
        {field.key: _column([each.get(field.key) for each in objects], field.kind, exact) for field in fields}
    )


def _column(values: list[Any], kind: Kind, exact: bool) -> Any:
    if kind in (Kind.DATE, Kind.OPEN_DATE):
        return np.array(values, dtype="datetime64[s]")
    if kind in (Kind.AMOUNT, Kind.RATE) and not exact:
        return np.array([np.nan if value is None else float(value) for value in values], dtype=np.float64)
    if kind is Kind.PRIORITY:
        return np.array(values, dtype=np.int64)
    return pd.Series(values, dtype=object)


def from_dataframes(
    accounts: pd.DataFrame,
    budget_items: pd.DataFrame | None = None,
    memo_rules: pd.DataFrame | None = None,
    account_milestones: pd.DataFrame | None = None,
    memo_milestones: pd.DataFrame | None = None,
    composite_milestones: pd.DataFrame | None = None,
    *,
    start_date: date | str,
    end_date: date | str,
    options: Mapping[str, object] | None = None,
    label: str = "",
) -> Forecast:
    """A forecast from frames whose columns are the keys of a JSON forecast (formats.md).

    The lists of a composite milestone are lists, or text separated by `;`. Raises InputError with every problem; a row
    is named by its position, counted from 0 as `iloc` does: `accounts, row 2, column apr`. What is wrong in every row
    of a column is told once, of the column.
    """
    milestones = {"account": account_milestones, "memo": memo_milestones, "composite": composite_milestones}
    frames = {"accounts": accounts, "budget_items": budget_items, "memo_rules": memo_rules}
    frames |= {f"{kind}_milestones": frame for kind, frame in milestones.items()}
    read = read_forecast(
        {
            "schema": FORECAST_SCHEMA,
            "label": label,
            "start_date": _cell(start_date),
            "end_date": _cell(end_date),
            "options": dict(options or {}),
            "accounts": _objects(accounts),
            "budget_items": _objects(budget_items),
            "memo_rules": _objects(memo_rules),
            "milestones": {kind: _objects(frame) for kind, frame in milestones.items()},
        }
    )
    problems = [problem for name, frame in frames.items() for problem in _doubled(name, frame)]
    if isinstance(read, Forecast) and not problems:
        return read
    raise InputError(problems + ([] if isinstance(read, Forecast) else _problems(read, frames)))


def _records(columns: Sequence[str], records: Sequence[object], exact: bool) -> pd.DataFrame:
    return pd.DataFrame({name: _field(name, [getattr(record, name) for record in records], exact) for name in columns})


def _field(name: str, values: list[Any], exact: bool) -> Any:
    if name in _DATES:
        return _dates(values)
    if name in _AMOUNTS:
        return _amounts(values, exact)
    return [str(value) if isinstance(value, str) else value for value in values]  # a StrEnum becomes its plain text


def _dates(days: Sequence[date | None]) -> Any:
    # Seconds, since nanoseconds end in 2262.
    return np.array(days, dtype="datetime64[s]")


def _amounts(amounts: Iterable[Micros | None], exact: bool) -> Any:
    if exact:
        return np.array([None if amount is None else to_decimal(amount) for amount in amounts], dtype=object)
    return np.array([np.nan if amount is None else amount / UNIT for amount in amounts], dtype=np.float64)


def _objects(frame: pd.DataFrame | None) -> list[dict[str, object]]:
    if frame is None:
        return []
    names = list(map(str, frame.columns))
    rows = frame.itertuples(index=False, name=None)
    return [
        {name: _value(name, cell) for name, cell in zip(names, row, strict=True) if _is_there(cell)} for row in rows
    ]


def _is_there(cell: Any) -> bool:
    return isinstance(cell, list | tuple | np.ndarray) or not pd.isna(cell)


def _value(name: str, cell: Any) -> object:
    if isinstance(cell, list | tuple | np.ndarray):
        return [_cell(each) for each in cell]
    if name in _LISTS and isinstance(cell, str):
        return [part.strip() for part in cell.split(";") if part.strip()]
    return _cell(cell)


def _cell(cell: Any) -> object:
    """A cell as a JSON reader would give it; a time of day stays visible, to be refused as no date."""
    if cell is pd.NaT:
        return None
    if isinstance(cell, np.datetime64):
        cell = pd.Timestamp(cell)
    if isinstance(cell, datetime):
        return cell.date() if cell.time() == datetime.min.time() else cell.isoformat()
    if isinstance(cell, float | np.floating):
        return Decimal(str(cell))
    return cell.item() if isinstance(cell, np.generic) else cell


def _doubled(name: str, frame: pd.DataFrame | None) -> list[Problem]:
    """The columns that come more than once, of which one would hide the others."""
    columns = [] if frame is None else list(map(str, frame.columns))
    doubled = [column for column in dict.fromkeys(columns) if columns.count(column) > 1]
    return [Problem(f"{name}, column {column}", "comes more than once", "keep one of them") for column in doubled]


def _problems(findings: Iterable[Finding], frames: Mapping[str, pd.DataFrame | None]) -> list[Problem]:
    """Each finding at its cell; what every row of a frame has in the same column is told once, without the row."""
    placed = [(*_cell_at(each.path), each.problem, each.remedy) for each in findings]
    rows = Counter((name, *rest) for name, row, *rest in placed if row is not None)
    problems = []
    for name, row, column, problem, remedy in placed:
        frame = frames.get(name)
        is_everywhere = frame is not None and 1 < len(frame) == rows[name, column, problem, remedy]
        parts = [name, *([] if row is None or is_everywhere else [f"row {row}"]), *([column] if column else [])]
        problems.append(Problem(", ".join(parts), problem, remedy))
    return list(dict.fromkeys(problems))


def _cell_at(path: Path) -> tuple[str, int | None, str]:
    """Frame, row and column of what a path of the document points to, the last two where there are such."""
    match path:
        case ("milestones", str(kind), *rest):
            name = f"{kind}_milestones"
        case (str(name), *rest):
            pass
        case _:
            return "forecast", None, ""
    match rest:
        case [int(row), str(column), *_]:
            return name, row, f"column {column}"
        case [int(row)]:
            return name, row, ""
    return name, None, ", ".join(map(str, rest))

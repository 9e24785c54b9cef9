"""`result.json` as text: deterministic, one line a decision, amounts as numbers with exactly two decimals.

The standard encoder writes no `Decimal` and takes seconds for a hundred thousand decisions in pure Python, so the
decisions are written by column: each distinct value is encoded once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from operator import attrgetter, itemgetter
from typing import Any

from ef_engine.evaluation.amounts import CentsText
from ef_engine.simulation.result import Decision

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def dump_result(document: Mapping[str, Any]) -> str:
    """The text of a result document, to be stored as UTF-8; ends with a line feed."""
    return _joined({key: _member(value) for key, value in document.items()})


def dump_with_decisions(document: Mapping[str, Any], decisions: Sequence[Decision]) -> str:
    """As `dump_result` for a document that lacks its decisions, without making an object of each."""
    members = {key: _member(value) for key, value in document.items()}
    if decisions:
        columns = {name: _decision_column(name, decisions) for name in Decision._fields}
        members["decisions"] = _records_of(columns)
    return _joined(members)


def _decision_column(name: str, decisions: Sequence[Decision]) -> list[str]:
    values = map(attrgetter(name), decisions)
    match name:
        case "requested" | "executed" | "shortfall":
            amounts = CentsText()
            return ["null" if value is None else amounts[value] for value in values]
        case "original_date" | "executed_date" | "binding_date":
            return _column(values, _encoded_date)
        case _:
            return _column(values, _value)


def _encoded_date(day: date | None) -> str:
    return "null" if day is None else f'"{day.isoformat()}"'


def _joined(members: Mapping[str, str]) -> str:
    return "{\n" + ",\n".join(f"  {_encode(key)}: {text}" for key, text in members.items()) + "\n}\n"


def _member(value: Any) -> str:
    return _records(value) if isinstance(value, list) and value else _value(value)


def _value(value: Any) -> str:
    match value:
        case str():
            return _encode(value)
        case Decimal():
            return f"{value:.2f}"
        case dict():
            return "{" + ", ".join(f"{_encode(key)}: {_value(item)}" for key, item in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_value, value)) + "]"
        case _:
            return _encode(value)


def _records(records: Sequence[Mapping[str, Any]]) -> str:
    """Objects with the same keys in the same order, one a line."""
    return _records_of({key: _column(map(itemgetter(key), records), _value) for key in records[0]})


def _records_of(columns: Mapping[str, Sequence[str]]) -> str:
    template = "    {" + ", ".join(f"{_encode(key).replace('%', '%%')}: %s" for key in columns) + "}"
    return "[\n" + ",\n".join(map(template.__mod__, zip(*columns.values(), strict=True))) + "\n  ]"


def _column(values: Iterable[Any], text_of: Callable[[Any], str]) -> list[str]:
    """Each distinct value is encoded once; values of a column have one type, so 1 and Decimal("1.00") never meet."""
    texts: dict[Any, str] = {}
    column = []
    for value in values:
        text = texts.get(value)
        if text is None:
            text = texts[value] = text_of(value)
        column.append(text)
    return column

"""`result.json` as text: deterministic, one line a decision, amounts as numbers with exactly two decimals.

The standard encoder writes no `Decimal` and takes seconds for a hundred thousand decisions in pure Python, so the
decisions are written by column: each distinct value is encoded once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from operator import itemgetter
from typing import Any

from ef_engine.model.money import format_cents
from ef_engine.simulation.result import Decision

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def dump_result(document: Mapping[str, Any]) -> str:
    """The text of a result document, to be stored as UTF-8; ends with a line feed."""
    return _joined({key: _member(value) for key, value in document.items()})


def dump_with_decisions(document: Mapping[str, Any], decisions: Sequence[Decision]) -> str:
    """As `dump_result` for a document that lacks its decisions, without making an object of each."""
    members = {key: _member(value) for key, value in document.items()}
    if decisions:
        by_field = zip(Decision._fields, zip(*decisions, strict=True), strict=True)
        columns = {name: _decision_column(name, values) for name, values in by_field}
        members["decisions"] = _records_of(columns)
    return _joined(members)


def _decision_column(name: str, values: Sequence[Any]) -> list[str]:
    match name:
        case "requested" | "executed" | "shortfall":
            return _column(values, lambda amount: "null" if amount is None else format_cents(amount))
        case "original_date" | "executed_date" | "binding_date":
            return _column(values, lambda day: "null" if day is None else f'"{day.isoformat()}"')
        case _:
            return _column(values, _value)


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
    column = list(values)
    texts = {value: text_of(value) for value in set(column)}
    return list(map(texts.__getitem__, column))

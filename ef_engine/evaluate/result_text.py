"""`result.json` as text: deterministic, one line a decision, amounts as numbers with exactly two decimals.

The standard encoder writes no `Decimal` and takes seconds for a hundred thousand decisions in pure Python, so the
decisions are written by column: each distinct value is encoded once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from operator import itemgetter
from typing import Any

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def dump_result(document: Mapping[str, Any]) -> str:
    """The text of a result document, to be stored as UTF-8; ends with a line feed."""
    members = [f"  {_encode(key)}: {_member(value)}" for key, value in document.items()]
    return "{\n" + ",\n".join(members) + "\n}\n"


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
    keys = list(records[0])
    columns = [_column(map(itemgetter(key), records)) for key in keys]
    template = "    {" + ", ".join(f"{_encode(key).replace('%', '%%')}: %s" for key in keys) + "}"
    return "[\n" + ",\n".join(map(template.__mod__, zip(*columns, strict=True))) + "\n  ]"


class _Encoded(dict[Any, str]):
    """Value -> its text. Values of one column have one type, so that 1 and Decimal("1.00") never meet here."""

    def __missing__(self, value: Any) -> str:
        text = self[value] = _value(value)
        return text


def _column(values: Iterable[Any]) -> list[str]:
    return list(map(_Encoded().__getitem__, values))

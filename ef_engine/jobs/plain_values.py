"""Python values <-> plain ones, which can be written as text: what goes to another process, and what comes back.

Beside what JSON has: dates and times, decimals, paths, tuples, sets and bytes. A value that has no such form is a
user's mistake as an argument, and told by its `repr` as a result.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path, PurePath
from typing import Any

from ef_engine.flows.arguments import TYPE

_REPR = "repr"
_LONGEST_REPR = 2000


class NotPlainError(ValueError):
    """A value of which there is no text that means the same."""


_WRITTEN: Mapping[type, tuple[str, Callable[[Any], Any]]] = {
    datetime: ("datetime", datetime.isoformat),
    date: ("date", date.isoformat),
    time: ("time", time.isoformat),
    timedelta: ("timedelta", timedelta.total_seconds),
    Decimal: ("decimal", str),
    bytes: ("bytes", lambda value: base64.b64encode(value).decode()),
    tuple: ("tuple", lambda value: [to_plain(each) for each in value]),
    set: ("set", lambda value: [to_plain(each) for each in sorted(value, key=repr)]),
    frozenset: ("frozenset", lambda value: [to_plain(each) for each in sorted(value, key=repr)]),
}

_READ: Mapping[str, Callable[[Any], Any]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "timedelta": lambda text: timedelta(seconds=text),
    "decimal": Decimal,
    "float": float,
    "path": Path,
    "bytes": base64.b64decode,
    "tuple": lambda values: tuple(map(from_plain, values)),
    "set": lambda values: set(map(from_plain, values)),
    "frozenset": lambda values: frozenset(map(from_plain, values)),
    "dict": lambda pairs: {from_plain(key): from_plain(value) for key, value in pairs},
}


def to_plain(value: Any) -> Any:
    """The plain form of a value; raises NotPlainError where there is none."""
    kind = type(value)
    if value is None or kind in (bool, int, str):
        return value
    if kind is float:
        return value if math.isfinite(value) else {TYPE: "float", "value": str(value)}
    if kind is list:
        return [to_plain(each) for each in value]
    if kind is dict:
        return _plain_dict(value)
    if isinstance(value, PurePath):
        return {TYPE: "path", "value": str(value)}
    if kind in _WRITTEN:
        name, write = _WRITTEN[kind]
        return {TYPE: name, "value": write(value)}
    raise NotPlainError(f"{kind.__module__}.{kind.__qualname__}")


def _plain_dict(value: dict[Any, Any]) -> Any:
    if all(type(key) is str for key in value) and TYPE not in value:
        return {key: to_plain(each) for key, each in value.items()}
    return {TYPE: "dict", "value": [[to_plain(key), to_plain(each)] for key, each in value.items()]}


def result_to_plain(value: Any) -> Any:
    """As `to_plain`, but what has no plain form is told by its `repr`, which nobody can be given as an argument."""
    try:
        return to_plain(value)
    except NotPlainError as error:
        return {TYPE: _REPR, "class": str(error), "value": repr(value)[:_LONGEST_REPR]}


def from_plain(plain: Any) -> Any:
    """The value of a plain form; raises NotPlainError for a `repr`."""
    if isinstance(plain, list):
        return [from_plain(each) for each in plain]
    if not isinstance(plain, Mapping):
        return plain
    name = str(plain.get(TYPE))
    if name == _REPR:
        raise NotPlainError(str(plain.get("class")))
    if name in _READ:
        return _READ[name](plain["value"])
    return {key: from_plain(each) for key, each in plain.items()}


def shown(plain: Any) -> Any:
    """The value of a plain form for those who only look: of what has none, its `repr`."""
    if isinstance(plain, Mapping) and plain.get(TYPE) == _REPR:
        return plain["value"]
    return from_plain(plain)

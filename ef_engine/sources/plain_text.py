"""JSON and TOML texts -> documents of plain values, as flows have them: numbers as Python has them, dates marked."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from ef_engine.errors import InputError, Problem

_MARK = "$type"


def parse_document(data: bytes, suffix: str, name: str) -> dict[str, Any]:
    """The document in the bytes of a `.json` or `.toml` file; raises InputError where it is none."""
    try:
        text = data.decode("utf-8-sig")
        document = tomllib.loads(text) if suffix.lower() == ".toml" else json.loads(text)
    except (ValueError, RecursionError) as error:
        kind = "TOML" if suffix.lower() == ".toml" else "JSON"
        raise InputError([Problem(name, f"is no {kind} ({error})", "correct it there")]) from error
    if not isinstance(document, dict):
        raise InputError([Problem(name, "must hold an object", "write the document in braces")])
    return {key: _plain(value) for key, value in document.items()}


def _plain(value: Any) -> Any:
    """Dates and times of TOML as marked texts."""
    for kind in (datetime, date, time):
        if isinstance(value, kind):
            return {_MARK: kind.__name__, "value": value.isoformat()}
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value

"""Ids made of content alone: the same forecast has the same id, whatever source it came from (domain.md 1.5).

Only accounts, choices and options count in their order; every other list is sorted first. Never change what is hashed:
ids are names of directories on people's disks.
"""

from __future__ import annotations

import json
from decimal import Decimal
from hashlib import sha256
from typing import Any

from ef_engine.model.fields import FORECAST, FORECAST_SET
from ef_engine.model.forecast import Forecast
from ef_engine.model.forecast_set import ForecastSet
from ef_engine.model.shapes import Field, Kind
from ef_engine.model.writing import Style, plain

DIGITS = 12
_ORDERED = ("accounts", "choices", "options")


def forecast_id(forecast: Forecast) -> str:
    """The first 12 hex digits of SHA-256 over the canonical JSON of the forecast's content."""
    return _digest(plain(forecast, FORECAST, _STYLE))


def forecast_set_id(forecast_set: ForecastSet) -> str:
    """`S` and 12 hex digits, made the same way; the order of choices and options is content, it names the scenarios."""
    return "S" + _digest(plain(forecast_set, FORECAST_SET, _STYLE))


def _digest(content: dict[str, Any]) -> str:
    return sha256(_canonical(content).encode()).hexdigest()[:DIGITS]


_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def _normalised(rate: Decimal) -> str:
    """A rate as text without exponent or trailing zeros: 0.050 and 5E-2 are "0.05"."""
    text = f"{rate:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _arranged(field: Field, values: list[Any]) -> list[Any]:
    is_ordered = field.kind is Kind.ACCOUNTS or field.key in _ORDERED
    return values if is_ordered else sorted(values, key=_canonical)


_STYLE = Style(amount=int, rate=_normalised, arrange=_arranged, is_written=lambda field: field.in_id)

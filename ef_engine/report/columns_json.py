"""Tables and lines as compact JSON for pages: by column, amounts as steps of whole cents, each text once.

Steps stay exact in a browser only while cents do; a column of larger amounts is sent as texts (`is_safe`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from ef_engine.model.money import CENT, Micros, to_cents, to_cents_decimal
from ef_engine.report.cells import cell_text, is_number

_LARGEST = 2**53
_IN_SCRIPT = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


def script_json(value: Any) -> str:
    """JSON that cannot end the script element it stands in, whatever texts it holds."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).translate(_IN_SCRIPT)


def amount_column(name: str, amounts: Sequence[Micros]) -> dict[str, Any]:
    """A column of amounts, all there."""
    cents = [to_cents(amount) // CENT for amount in amounts]
    if not is_safe(cents):
        return text_column(name, [cell_text(to_cents_decimal(amount)) for amount in amounts], is_right=True)
    return {
        "name": name,
        "kind": "steps",
        "steps": [*cents[:1], *(after - before for before, after in pairwise(cents))],
    }


def is_safe(cents: Iterable[int]) -> bool:
    """Whether a browser's numbers hold these cents exactly, their steps too."""
    return all(abs(each) < _LARGEST // 2 for each in cents)


def text_column(name: str, cells: Sequence[object], is_right: bool = False) -> dict[str, Any]:
    """A column of texts, of which each is sent once; None is empty."""
    texts = [cell_text(cell) for cell in cells]
    places: dict[str, int] = {}
    rows = [places.setdefault(text, len(places)) for text in texts]
    return {"name": name, "kind": "right" if is_right else "text", "texts": list(places), "rows": rows}


def cell_column(name: str, cells: Sequence[object]) -> dict[str, Any]:
    """A column of a small table: amounts may be missing, whole numbers are right-aligned."""
    present = [cell for cell in cells if cell is not None]
    amounts = [int(cell.scaleb(2)) for cell in present if isinstance(cell, Decimal)]
    if present and len(amounts) == len(present) and is_safe(amounts):
        return {"name": name, "kind": "cents", "cents": [_cents(cell) for cell in cells]}
    return text_column(name, cells, bool(present) and all(map(is_number, present)))


def _cents(cell: object) -> int | None:
    return int(cell.scaleb(2)) if isinstance(cell, Decimal) else None


def units(amounts: Iterable[Micros]) -> list[float]:
    """Amounts as a chart takes them: whole units with two decimals, for drawing alone."""
    return [to_cents(amount) / 1_000_000 for amount in amounts]


def days(dates: Iterable[date]) -> list[str]:
    """Dates as texts."""
    return [day.isoformat() for day in dates]

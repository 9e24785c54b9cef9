"""One cell of a plain-text table: its text, how wide it is, and how it is cut."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from unicodedata import combining, east_asian_width


def money(amount: Decimal | float | int) -> str:
    """`-1,234.50`; what rounds to nothing has no sign."""
    text = f"{amount:,.2f}"
    return "0.00" if text == "-0.00" else text


def cell_text(cell: object) -> str:
    """A cell on one line. None is empty, a `Decimal` an amount, True `true` as in a document; control characters, which
    would move a terminal's cursor, become blanks."""
    if cell is None:
        return ""
    text = money(cell) if isinstance(cell, Decimal) else str(cell).lower() if isinstance(cell, bool) else str(cell)
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)


def is_number(cell: object) -> bool:
    """Whether a cell is right-aligned; True and False are words."""
    return isinstance(cell, int | float | Decimal) and not isinstance(cell, bool)


def is_whole(cell: object) -> bool:
    """Whether a cell is worth nothing when cut: numbers and dates."""
    return is_number(cell) or isinstance(cell, date)


def text_width(text: str) -> int:
    """How many terminal columns the text takes; East Asian wide characters take two."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def cut(text: str, width: int) -> str:
    """The text, or as much of it as fits together with an ellipsis."""
    if text_width(text) <= width:
        return text
    while text and text_width(text) >= width:
        text = text[:-1]
    return text + "…"

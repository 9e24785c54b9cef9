"""How messages show what somebody wrote: quoted, shortened, never anything invisible; and words that come close to it.

A document may hold anything: escape sequences for the terminal, half characters, texts of megabytes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from difflib import get_close_matches

CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""Characters no text of a document may hold: control characters and every kind of line break."""

_SHOWN = 60
_COMPARED = 100


def quoted(text: str) -> str:
    """Text as it may safely be shown in a message: in quotes, shortened, nothing invisible in it."""
    short = text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."
    return '"' + "".join(each if each.isprintable() else ascii(each)[1:-1] for each in short) + '"'


def described(value: object) -> str:
    """What a value is, for a message: `text "abc"`, `a list`, `the number 12`."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return f"text {quoted(value)}" if value else "empty text"
        case int() | Decimal():
            return _described_number(value)
        case float():
            return "a binary float"
        case date():
            return "a date"
        case Mapping():
            return "an object"
        case list() | tuple():
            return "a list"
    return f"a value of type {type(value).__name__}"


def _described_number(value: int | Decimal) -> str:
    if isinstance(value, Decimal):
        return f"the number {value}" if value.is_finite() else "a number that is not finite"
    return f"the number {value}" if abs(value) < 10**30 else "a very large number"


def did_you_mean(word: str, known: tuple[str, ...] | list[str]) -> str:
    """` (did you mean "apr"?)` for a known word close to the given one, or nothing."""
    close = closest(word, known)
    return f" (did you mean {quoted(close)}?)" if close is not None else ""


def closest(word: str, known: tuple[str, ...] | list[str]) -> str | None:
    """The known word closest to the given one, regardless of case, or None."""
    lowered = {each.lower(): each for each in reversed(known)}
    close = get_close_matches(word[:_COMPARED].lower(), lowered, n=1, cutoff=0.7)
    return lowered[close[0]] if close else None

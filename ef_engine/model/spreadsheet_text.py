"""Text that no spreadsheet program takes for a formula: an apostrophe goes before what begins like one.

Only text is guarded; a number is a number, whatever its sign. Every text comes back exactly: one that begins with
apostrophes and a sign already gets one more.
"""

from __future__ import annotations

import re

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""How a text begins that a spreadsheet program would calculate, or cut before it looks."""

_LIKE_A_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")


def guarded(text: str) -> str:
    """The text as it may stand in a file for spreadsheets."""
    return f"'{text}" if _LIKE_A_FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """The text that was guarded."""
    return text[1:] if text[:1] == "'" and _LIKE_A_FORMULA.match(text) else text

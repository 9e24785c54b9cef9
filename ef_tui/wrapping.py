"""Facts in a place of some width: what is too long goes on below where it begins. Pure."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

from ef_engine.report.cells import text_width

_TITLE = re.compile(r" *\S+(?: \S+)* {2,}(?=\S)")
"""The words before a value that stands in a column of its own."""


def wrapped(lines: Sequence[str], width: int) -> list[str]:
    """The lines, none wider than `width`, except where a word alone is."""
    return [part for line in lines for part in ([line] if text_width(line) <= width else _wrapped(line, width))]


def _wrapped(line: str, width: int) -> list[str]:
    title = _TITLE.match(line)
    indent = len(title[0]) if title and len(title[0]) < width // 2 else len(line) - len(line.lstrip()) + 2
    first = line[:indent] if title and len(title[0]) == indent else ""
    return textwrap.wrap(
        line[len(first) :], width, initial_indent=first, subsequent_indent=" " * indent,
        break_on_hyphens=False, break_long_words=False, replace_whitespace=False, drop_whitespace=True,
    )  # fmt: skip

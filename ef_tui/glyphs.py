"""The signs a state is shown with, beside its word and never alone; plain ASCII where a terminal shows nothing else."""

from __future__ import annotations

import locale
import os
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Glyphs:
    """`states` by word; `bar` are the cells of a progress bar, full and empty, `parts`
    those in between, from little to much; `levels` a trend from low to high; `more` say to the left and right of
    columns that there are others."""

    states: Mapping[str, str]
    bar: tuple[str, str]
    parts: str
    levels: str
    mark: str
    ellipsis: str
    more: tuple[str, str]
    is_ascii: bool

    def state(self, word: str) -> str:
        """The glyph and the word."""
        return f"{self.states.get(word, self.states[''])} {word}"

    def bar_text(self, done: int, total: int, width: int) -> str:
        """How much of it is done."""
        steps = len(self.parts) + 1
        full, part = divmod(min(width * steps, width * steps * done // total) if total > 0 else 0, steps)
        between = self.parts[part - 1] if part else ""
        return (self.bar[0] * full + between).ljust(width, self.bar[1])


UNICODE = Glyphs(
    states={
        "loaded": "·", "invalid": "✗", "staged": "○", "queued": "◔", "running": "●", "paused": "‖", "stuck": "◌",
        "frozen": "◇", "lost": "?", "evaluated": "✓", "infeasible": "∆", "incomplete": "◑", "failed": "✗",
        "killed": "■", "timed_out": "◷", "crashed": "✗", "skipped": "·", "upstream_failed": "✗", "unreadable": "!",
        "ready": "○", "active": "●", "success": "✓", "failure": "✗", "declared": "○", "done": "✓", "": "·",
    },
    bar=("█", "░"),
    parts="▏▎▍▌▋▊▉",
    levels="▁▂▃▄▅▆▇█",
    mark="◆",
    ellipsis="…",
    more=("◂", "▸"),
    is_ascii=False,
)  # fmt: skip

ASCII = Glyphs(
    states={
        "loaded": ".", "invalid": "x", "staged": "o", "queued": ":", "running": "*", "paused": "=", "stuck": "~",
        "frozen": "#", "lost": "?", "evaluated": "+", "infeasible": "/", "incomplete": "%", "failed": "x",
        "killed": "k", "timed_out": "t", "crashed": "x", "skipped": "-", "upstream_failed": "x", "unreadable": "!",
        "ready": "o", "active": "*", "success": "+", "failure": "x", "declared": "o", "done": "+", "": ".",
    },
    bar=("#", "."),
    parts="",
    levels="_.-~=+*#",
    mark="*",
    ellipsis=">",
    more=("<", ">"),
    is_ascii=True,
)  # fmt: skip

_PLAIN = str.maketrans({"↑": "^", "↓": "v", "←": "<", "→": ">", "·": "-", "…": ">"})


def plain(text: str) -> str:
    """Words of the dashboard itself with the signs that every terminal has."""
    return text.translate(_PLAIN)


def glyphs_for(environment: Mapping[str, str] = os.environ) -> Glyphs:
    """What this terminal can show: ASCII on the Linux console, and where the locale is not UTF-8."""
    is_plain = environment.get("TERM") in ("linux", "dumb") or "UTF" not in _encoding(environment).upper()
    return ASCII if is_plain else UNICODE


def _encoding(environment: Mapping[str, str]) -> str:
    """What the locale of the environment is encoded in; without any it is what Python found out."""
    for variable in ("LC_ALL", "LC_CTYPE", "LANG"):
        if value := environment.get(variable):
            return value.partition(".")[2] or value
    return locale.getencoding()

"""A text that is drawn over and over: in place on a terminal that can do so, one after the other elsewhere.

Only what changed is written, so that watching over a slow line costs nothing while nothing happens.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from ef_engine.cli.signals import ending_signals, leave

_ENTER, _LEAVE = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"
_HOME, _END_OF_LINE, _BELOW = "\x1b[H", "\x1b[K", "\x1b[J"


class Sheets:
    """Every text in full, for pipes, files and terminals that cannot draw over anything."""

    def show(self, text: str) -> None:
        """Writes the text."""
        _write(text)


class Screen(Sheets):
    """The text in place of the one before."""

    def __init__(self) -> None:
        self._shown: list[str] | None = None

    def show(self, text: str) -> None:
        """Draws as much of the text as there are lines."""
        lines = _fitting(text.splitlines())
        if lines != self._shown:
            self._shown = lines
            _write(_HOME + "\r\n".join(line + _END_OF_LINE for line in lines) + _BELOW)


def _fitting(lines: list[str]) -> list[str]:
    height = max(2, os.get_terminal_size(sys.stdout.fileno()).lines or 24)
    if len(lines) <= height:
        return lines
    return [*lines[: height - 1], f"{len(lines) - height + 1} more"]


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


@contextmanager
def screen() -> Iterator[Sheets]:
    """Where to draw; a terminal looks afterwards as it did before, however this ends."""
    if not sys.stdout.isatty() or os.environ.get("TERM", "dumb") == "dumb":
        yield Sheets()
        return
    with ending_signals(leave):
        try:
            _write(_ENTER)
            yield Screen()
        finally:
            _write(_LEAVE)

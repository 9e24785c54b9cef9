"""What `run` shows on stderr: a bar that is drawn over and over on a terminal, plain lines elsewhere."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from ef_engine.cli.invocation import Invocation
from ef_engine.service.run import RunWatcher
from ef_engine.store.records import Record

REDRAW_SECONDS = 0.1
BAR_CELLS = 20


class Lines(RunWatcher):
    """Plain lines, for pipes, files and terminals that cannot draw over a line."""

    def __init__(self, invocation: Invocation) -> None:
        self.invocation = invocation

    def run_begun(self, record: Record, position: int, count: int) -> None:
        """One line a forecast."""
        self.invocation.say(f"Running {record.id}{_numbered(position, count)} {record.label}".rstrip())

    def noted(self, text: str) -> None:
        """One line a note."""
        self.invocation.say(text)

    def clear(self) -> None:
        """Nothing to clear."""


class Bar(Lines):
    """One line that is drawn anew ten times a second at most."""

    def __init__(self, invocation: Invocation) -> None:
        super().__init__(invocation)
        self.title, self.phase, self.total = "", "", 0
        self.drawn_at, self.is_drawn = 0.0, False

    def run_begun(self, record: Record, position: int, count: int) -> None:
        """The bar's title."""
        self.title = f"{record.id}{_numbered(position, count)}"

    def phase_begun(self, name: str, total: int) -> None:
        """A new phase begins at nothing."""
        self.phase, self.total = name, total
        self.advanced(0)

    def advanced(self, done: int) -> None:
        """Draws, unless that was done just now."""
        if (moment := time.monotonic()) - self.drawn_at >= REDRAW_SECONDS:
            self.drawn_at, self.is_drawn = moment, True
            filled = min(BAR_CELLS, BAR_CELLS * done // (self.total or 1))
            text = f"{self.title} [{'#' * filled}{'.' * (BAR_CELLS - filled)}] {self.phase}"
            width = _width()
            print(f"\r{text[:width]:<{width}}", end="", file=sys.stderr, flush=True)

    def noted(self, text: str) -> None:
        """A line of its own above the bar."""
        self.clear()
        super().noted(text)

    def clear(self) -> None:
        """Removes the bar, so that a line can be written."""
        if self.is_drawn:
            self.is_drawn = False
            print(f"\r{'':<{_width()}}\r", end="", file=sys.stderr, flush=True)


def _width() -> int:
    """One less than the columns of the terminal, since some break the line after the last one."""
    return (os.get_terminal_size(sys.stderr.fileno()).columns or 80) - 1


def _numbered(position: int, count: int) -> str:
    return f" ({position} of {count})" if count > 1 else ""


@contextmanager
def watcher_for(invocation: Invocation) -> Iterator[Lines]:
    """A bar where there is a terminal that can draw one; nothing of it is left behind."""
    can_draw = sys.stderr.isatty() and os.environ.get("TERM") != "dumb" and not invocation.is_quiet
    watcher = Bar(invocation) if can_draw else Lines(invocation)
    try:
        yield watcher
    finally:
        watcher.clear()

"""What `run` shows on stderr: a bar that is drawn over and over on a terminal, plain lines elsewhere."""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from ef_engine.cli.invocation import Invocation
from ef_engine.report.durations import duration_text
from ef_engine.service.run import RunWatcher
from ef_engine.store.records import Record

REDRAW_SECONDS = 0.1
BAR_CELLS = 20
PACE_SECONDS = 1.0
"""After how long a phase's pace says something about its end."""

FORECASTS = "forecasts"
"""The phase of a set: how many of its forecasts have ended."""


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
        self.first: tuple[int, float] | None = None
        self.drawn_at, self.is_drawn = 0.0, False

    def run_begun(self, record: Record, position: int, count: int) -> None:
        """The bar's title."""
        self.title = f"{record.id}{_numbered(position, count)}"

    def phase_begun(self, name: str, total: int) -> None:
        """A new phase begins at nothing."""
        self.phase, self.total, self.first = name, total, None
        self.advanced(0)

    def advanced(self, done: int) -> None:
        """Draws, unless that was done just now."""
        moment = time.monotonic()
        if self.first is None and done:
            self.first = done, moment
        if moment - self.drawn_at >= REDRAW_SECONDS:
            self.drawn_at, self.is_drawn = moment, True
            filled = min(BAR_CELLS, BAR_CELLS * done // (self.total or 1))
            bar = f"[{'#' * filled}{'.' * (BAR_CELLS - filled)}]"
            text = f"{self.title} {bar} {self._progress(done)}{self._left(done, moment)}"
            width = _width()
            # The cursor goes back to the left, so that the terminal's `^C` is drawn over as well.
            print(f"\r{text[:width]:<{width}}\r", end="", file=sys.stderr, flush=True)

    def _progress(self, done: int) -> str:
        """What is done, in numbers a person can use."""
        if self.phase == FORECASTS:
            return f"{done} of {self.total} {self.phase}"
        share = f" {100 * done // self.total}%" if done and self.total else ""
        return f"{self.phase}{share}"

    def _left(self, done: int, moment: float) -> str:
        """How long the phase still takes at its pace so far, once there is one."""
        if self.first is None or done <= self.first[0] or moment - self.first[1] < PACE_SECONDS:
            return ""
        seconds = (self.total - done) * (moment - self.first[1]) / (done - self.first[0])
        return f", {duration_text(math.ceil(seconds))} left" if seconds > 0 else ""

    def noted(self, text: str) -> None:
        """A line of its own above the bar."""
        self.clear()
        super().noted(text)

    def clear(self) -> None:
        """Removes the bar, so that a line can be written."""
        if self.is_drawn:
            self.is_drawn, self.drawn_at = False, 0.0  # to be drawn again as soon as there is something to draw
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

"""Watches over the event loop: whatever keeps it from its work for long is measured and told.

A stall is measured in the time this thread computed, so a busy machine that gave us no time is not called slow.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from textual.app import App
from textual.timer import Timer

STALL_SECONDS = 0.250
INTERVAL = 0.5

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Watchdog:
    """Looks every half second how late it is; `stalls` are the delays over the limit so far, in seconds."""

    limit: float = STALL_SECONDS
    clock: Callable[[], float] = time.monotonic
    stalls: list[float] = field(default_factory=list)
    _due: float = 0.0

    def watch(self, app: App[None]) -> Timer:
        """Begins to look."""
        self._due = self.clock() + INTERVAL
        return app.set_interval(INTERVAL, self.look, name="watchdog")

    def look(self) -> None:
        """One look: notes by how much it came too late."""
        moment = self.clock()
        late = moment - self._due
        self._due = moment + INTERVAL
        if late > self.limit:
            self.stalls.append(late)
            _log.warning("the dashboard stood still for %.0f ms", 1000 * late)

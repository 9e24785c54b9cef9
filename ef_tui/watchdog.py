"""Watches over the event loop: whatever keeps it from its work for long is measured and told."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from textual.app import App
from textual.timer import Timer

STALL_SECONDS = 0.250
INTERVAL = 0.5


@dataclass(slots=True)
class Watchdog:
    """Looks every half second how late it is; `stalls` are the delays over the limit so far, in seconds.

    `told` is given a sentence for each.
    """

    told: Callable[[str], object]
    limit: float = STALL_SECONDS
    clock: Callable[[], float] = time.monotonic
    stalls: list[float] = field(default_factory=list)
    _due: float = 0.0

    def watch(self, app: App[None]) -> Timer:
        """Begins to look."""
        self._due = self.clock() + INTERVAL
        return app.set_interval(INTERVAL, self.look, name="watchdog")

    def look(self) -> None:
        """One look: tells by how much it came too late."""
        moment = self.clock()
        late = moment - self._due
        self._due = moment + INTERVAL
        if late > self.limit:
            self.stalls.append(late)
            self.told(f"the dashboard stood still for {1000 * late:.0f} ms")

"""Taking what has begun out of the stage, of many tickets at once.

Each change of its index writes all of it: once for each ticket, a long queue would cost the square of its length.
What a crash leaves there does no harm: a forecast with a state of its own is described by that.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

from ef_engine.store import forecasts
from ef_engine.store.places import Places

REST_SHARE = 20.0
"""How many times as long as a change takes none follows it; with few tickets that is a moment."""


class StageClearing:
    """What has begun and may still stand in the stage."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._begun: set[str] = set()
        self._due = 0.0

    def add(self, ids: Iterable[str], *, is_last: bool) -> None:
        """Clears these and all before them from the stage, unless that was done just now and more are to come."""
        self._begun.update(ids)
        if is_last or time.monotonic() >= self._due:
            self.clear()

    def clear(self) -> None:
        """Clears what was added; OSError or HeldError if that is impossible now, then it is kept for the next time."""
        began = time.monotonic()
        forecasts.unstage_begun(self._places, self._begun)
        self._begun.clear()
        self._due = time.monotonic() + REST_SHARE * (time.monotonic() - began)

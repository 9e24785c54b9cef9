"""Running what is due in a workspace again and again, at next to no cost where nothing is.

The files of schedules are only read when one of them was replaced, or when the time has come that was found before.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ef_engine.service.schedules import Begun, Scheduler
from ef_engine.store import catalogue
from ef_engine.store.places import Places

LONGEST = timedelta(minutes=1)
"""So often it is looked at all schedules, whatever was found before: clocks may have been set."""


@dataclass(slots=True)
class DueWatch:
    """Starts what is due; for one thread at a time, and any number of processes."""

    places: Places
    _scheduler: Scheduler = field(init=False)
    _mark: catalogue.Mark | None = field(init=False, default=None)
    _looked: datetime | None = field(init=False, default=None)
    _due: datetime | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._scheduler = Scheduler(self.places)

    def look(self, moment: datetime) -> list[Begun]:
        """Starts what is due at a moment, and says what."""
        mark = self._mark_now()
        if mark == self._mark and not self._is_time(moment):
            return []
        begun = self._scheduler.look(moment) if mark else []
        # The mark is older than what was read, so that nothing that came in between is missed.
        self._mark, self._looked = mark, moment
        self._due = self._scheduler.next_due(moment) if mark else None
        return begun

    def _is_time(self, moment: datetime) -> bool:
        if self._mark is None:
            return False
        if self._looked is None or not timedelta(0) <= moment - self._looked < LONGEST:
            return True
        return self._due is not None and self._due <= moment

    def _mark_now(self) -> catalogue.Mark | None:
        try:
            return catalogue.mark_of(os.stat(self.places.schedules))
        except FileNotFoundError:
            return None

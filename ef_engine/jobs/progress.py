"""Progress of one attempt: written to `progress.json` now and then, passed on to who watches, stopped when over time.

Written at most every half second or per cent, because a simulation advances thousands of times a second, and not while
nothing moves, so that the file's age tells since when it stands still. The file is not synced to disk: after a power
cut nobody needs it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ef_engine.simulation.observer import SILENT, Observer
from ef_engine.store import documents
from ef_engine.store.atomic import write_bytes
from ef_engine.store.clock import now

SCHEMA = "ef/progress/1"
SECONDS = 0.5
FRACTION = 0.01


TELL_SECONDS = 10.0
"""How often at most an attempt tells the journal how far it is: most are done before."""

ASK_SECONDS = 0.25
"""How often an attempt looks whether somebody wants it stopped."""


class TimedOutError(Exception):
    """The attempt ran longer than it may."""


class KillRequestedError(Exception):
    """Somebody asked for the attempt to be stopped."""


@dataclass(slots=True)
class ProgressWriter(Observer):
    """Reports one attempt. `timeout` is in seconds from the making of this object, None for ever.

    `is_unwanted` is asked now and then whether somebody wants the attempt stopped; `seconds_held`, once the time seems
    to be up, for how long it was paused or waited, which does not count. `tell` is told, now and then, the phase, what
    is done of it, and all there is of it.
    """

    path: Path
    attempt: int
    watcher: Observer = SILENT
    timeout: float | None = None
    is_unwanted: Callable[[], bool] = lambda: False
    seconds_held: Callable[[], float] = lambda: 0.0
    tell: Callable[[str, int, int], None] = lambda phase, done, total: None
    phase: str = ""
    total: int = 0
    done: int = 0
    _begun: float = field(default_factory=time.monotonic)
    _written: float = field(default_factory=time.monotonic)
    _written_done: int = 0
    _asked: float = field(default_factory=time.monotonic)
    _told: float = field(default_factory=time.monotonic)
    _longest: float = 0.0
    _held: float = 0.0

    def phase_begun(self, name: str, total: int) -> None:
        """Notes the phase; it is written with the first progress in it."""
        self.phase, self.total, self.done, self._written_done = name, total, 0, 0
        self.watcher.phase_begun(name, total)
        self._check(time.monotonic())

    def advanced(self, done: int) -> None:
        """Notes how far the phase is; raises if time is up or somebody wants the attempt stopped."""
        self.done = done
        moment = time.monotonic()
        self._check(moment)
        if self._is_due(moment):
            self.write()
        self.watcher.advanced(done)

    def _check(self, moment: float) -> None:
        if self.timeout is not None and moment - self._begun > self.timeout + self._held:
            self._held = self.seconds_held()
            if moment - self._begun > self.timeout + self._held:
                raise TimedOutError
        if moment - self._asked >= ASK_SECONDS:
            self._asked = moment
            if self.is_unwanted():
                raise KillRequestedError

    def _is_due(self, moment: float) -> bool:
        waited = moment - self._written
        moved = self.done - self._written_done
        return (moved > 0 and waited >= SECONDS) or (
            waited >= SECONDS / 10 and moved >= max(1.0, self.total * FRACTION)
        )

    def write(self) -> None:
        """Writes what was noted last."""
        moment = time.monotonic()
        self._longest = max(self._longest, moment - self._written)
        self._written, self._written_done = moment, self.done
        elapsed = self._written - self._begun
        document = {
            "schema": SCHEMA,
            "attempt": self.attempt,
            "process": os.getpid(),
            "phase": self.phase,
            "done": self.done,
            "total": self.total,
            "rate": round(self.done / elapsed, 3) if elapsed > 0 else None,
            "longest_step": round(self._longest, 3),
            "at": now(),
        }
        write_bytes(self.path, documents.dump(document), durable=False)
        if moment - self._told >= TELL_SECONDS:
            self._told = moment
            self.tell(self.phase, self.done, self.total)

"""What workers log, line by line, each with its record and the moment it was written.

A line that bears no moment of its own, as those of a traceback, has that of the line before.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from ef_engine.store import active, flow_runs, forecasts
from ef_engine.store.clock import from_timestamp
from ef_engine.store.places import Places, is_flow_id

_STAMPED = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) (.*)", re.ASCII | re.DOTALL)
_NAME = re.compile(r"attempt-(\d+)\.log", re.ASCII)


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the log of an attempt; `at` is in UTC."""

    at: str
    id: str
    attempt: int
    text: str


@dataclass(slots=True)
class Tail:
    """The log of one attempt, read as it grows; half a line waits for its other half."""

    path: Path
    id: str
    attempt: int
    _position: int = 0
    _at: str = field(default="")

    def read(self, *, is_ended: bool = False) -> Iterator[LogLine]:
        """What was added since the last time; the very end too if nothing more will come."""
        with suppress(FileNotFoundError), self.path.open("rb") as file:
            file.seek(self._position)
            for line in file:
                if not line.endswith(b"\n") and not is_ended:
                    return
                self._position += len(line)
                yield self._line(line.decode(errors="replace").rstrip("\n"))

    def _line(self, text: str) -> LogLine:
        if found := _STAMPED.fullmatch(text):
            self._at, text = found[1], found[2]
        elif not self._at:
            self._at = from_timestamp(self.path.stat().st_mtime)
        return LogLine(self._at, self.id, self.attempt, text)


def tail_of(places: Places, record_id: str, attempt: int) -> Tail:
    """The log of an attempt, from its beginning; there need be none yet."""
    return Tail(places.run(record_id) / f"attempt-{attempt}.log", record_id, attempt)


def all_tails(places: Places) -> list[Tail]:
    """The logs of every attempt there is."""
    found: list[Tail] = []
    for record_id in forecasts.run_ids(places):
        steps = [each.id for each in flow_runs.steps(places, record_id)] if is_flow_id(record_id) else []
        for each in (record_id, *steps):
            with suppress(OSError):
                names = map(_NAME.fullmatch, os.listdir(places.run(each)))
                found += [tail_of(places, each, int(name[1])) for name in names if name]
    return found


def running_attempts(places: Places) -> set[tuple[str, int]]:
    """Id and attempt of what is marked as running."""
    return {(marker.id, marker.attempt) for marker in active.markers(places)}

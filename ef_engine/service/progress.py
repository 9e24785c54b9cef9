"""`ps`: what runs now, in every process of every user of the workspace. Readers take no lock."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ef_engine.errors import CommandError
from ef_engine.store import documents, forecasts
from ef_engine.store.claims import observed
from ef_engine.store.clock import now, seconds_between
from ef_engine.store.places import Places
from ef_engine.store.records import Record
from ef_engine.store.states import Paused, Queued, Running

COLUMNS = (
    "ID", "Label", "State", "Phase", "Progress", "Rate", "ETA", "Elapsed", "Heartbeat", "Attempt", "Process", "Flags",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one is: `done` of `total` steps of a phase, `rate` steps a second, written `at` (UTC)."""

    phase: str = ""
    done: int = 0
    total: int = 0
    rate: float | None = None
    at: str | None = None

    @property
    def share(self) -> str | None:
        """Percent of the phase."""
        return f"{100 * self.done // self.total}%" if self.total else None

    @property
    def remaining(self) -> float | None:
        """Seconds the phase still takes at this rate."""
        return (self.total - self.done) / self.rate if self.rate else None


@dataclass(frozen=True, slots=True)
class InProgress:
    """One that is queued, running or paused."""

    record: Record
    progress: Progress
    word: str

    @property
    def cells(self) -> tuple[Any, ...]:
        """The values in the order of `COLUMNS`; durations in seconds, moments in UTC."""
        state, progress = self.record.state, self.progress
        active = state if isinstance(state, Running | Paused) else None
        return (
            self.record.id,
            self.record.label,
            "running" if self.word == "lost" else self.word,
            progress.phase,
            progress.share,
            progress.rate,
            _rounded(progress.remaining),
            _rounded(seconds_between(active.started, now())) if active else None,
            progress.at,
            self.record.attempt,
            str(active.process) if active else None,
            "lost" if self.word == "lost" else "",
        )


def in_progress(places: Places) -> list[InProgress]:
    """Everything queued, running or paused, the one begun first first."""
    active = [
        InProgress(record, read_progress(places, record), observed(places, record))
        for record in forecasts.read_records(places)
        if isinstance(record, Record) and isinstance(record.state, Queued | Running | Paused)
    ]
    return sorted(active, key=lambda each: each.record.received)


def read_progress(places: Places, record: Record) -> Progress:
    """The progress of the latest attempt; nothing if it reported none."""
    with suppress(OSError, CommandError, KeyError):
        document = documents.load(places.run(record.id) / "progress.json", "ef/progress/1")
        if document["attempt"] == record.attempt:
            keys = ("phase", "done", "total", "rate", "at")
            return Progress(**{key: document[key] for key in keys})
    return Progress()


def _rounded(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds)

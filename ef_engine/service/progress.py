"""How far a run is, as its latest attempt wrote it down."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from ef_engine.errors import CommandError
from ef_engine.store import documents
from ef_engine.store.places import Places
from ef_engine.store.records import Record


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one is: `done` of `total` steps of a phase, `rate` steps a second, written `at` (UTC).

    `longest_step` is the longest time, in seconds, that nothing was written so far; `changed` the wall-clock time of
    the file, None without one.
    """

    phase: str = ""
    done: int = 0
    total: int = 0
    rate: float | None = None
    at: str | None = None
    longest_step: float = 0.0
    changed: float | None = None

    @property
    def share(self) -> str | None:
        """Percent of the phase."""
        return f"{100 * self.done // self.total}%" if self.total else None

    @property
    def remaining(self) -> float | None:
        """Seconds the phase still takes at this rate."""
        return (self.total - self.done) / self.rate if self.rate else None


def read_progress(places: Places, record: Record) -> Progress:
    """The progress of the latest attempt; nothing if it reported none."""
    path = places.run(record.id) / "progress.json"
    with suppress(OSError, CommandError, KeyError, ValueError):
        document = documents.load(path, "ef/progress/1")
        if document["attempt"] == record.attempt:
            known = {key: document[key] for key in ("phase", "done", "total", "rate", "at")}
            longest = float(document.get("longest_step") or 0)
            return Progress(**known, longest_step=longest, changed=path.stat().st_mtime)
    return Progress()

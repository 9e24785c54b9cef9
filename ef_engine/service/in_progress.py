"""`ps`: what runs and what waits, in every process of every user of the workspace. Readers take no lock.

Only what is marked as running and what is in the queue is looked at, however many results lie beside it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ef_engine.jobs.watch import Sight, Watch
from ef_engine.jobs.watch import Thresholds as Thresholds
from ef_engine.report.durations import duration_text
from ef_engine.service.progress import Progress, read_progress
from ef_engine.service.standing import UNDER_WAY, Queue, look_at_queue
from ef_engine.store import active, forecasts, process, tickets
from ef_engine.store.active import Marker
from ef_engine.store.clock import from_timestamp, now, seconds_between
from ef_engine.store.places import Places, is_set_id
from ef_engine.store.records import Record
from ef_engine.store.states import Paused, Running

COLUMNS = (
    "ID", "Label", "State", "Phase", "Progress", "Rate", "ETA", "Elapsed", "Heartbeat", "Attempt", "Process", "Flags",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class InProgress:
    """One that waits, runs, is paused or lost (`word`).

    `beaten` is the wall-clock time of the last heartbeat. `flags` say what is odd about it, and since when.
    """

    record: Record
    word: str
    progress: Progress
    beaten: float | None = None
    flags: tuple[str, ...] = ()

    @property
    def worker(self) -> str:
        """Host, pid and address of the worker of a cluster that runs it; empty for what runs on a machine alone."""
        state = self.record.state
        if isinstance(state, Running | Paused) and self.word != "queued" and process.is_remote(state.process):
            return str(state.process)
        return ""

    @property
    def cells(self) -> tuple[Any, ...]:
        """The values in the order of `COLUMNS`; durations in seconds, moments in UTC. A lost one shows what it was."""
        state, progress = self.record.state, self.progress
        active = state if isinstance(state, Running | Paused) and self.word != "queued" else None
        word = ("running" if active else "queued") if self.word == "lost" else self.word
        return (
            self.record.id,
            self.record.label,
            word,
            progress.phase,
            progress.share,
            progress.rate,
            _rounded(progress.remaining),
            _rounded(seconds_between(active.started, now())) if active else None,
            None if self.beaten is None else from_timestamp(self.beaten),
            self.record.attempt,
            str(active.process) if active else None,
            ", ".join(self.flags),
        )


class Lookout:
    """Looks at what is in progress, again and again; whoever keeps it learns what stands still meanwhile."""

    def __init__(self, places: Places, thresholds: Thresholds | None = None) -> None:
        self._places = places
        self._watch = Watch(thresholds or Thresholds())
        self._has_looked = False

    def look(self) -> list[InProgress]:
        """Everything under way or lost: what runs in the order it began, then the queue in its own."""
        queue = look_at_queue(self._places)
        markers = {marker.id: marker for marker in active.markers(self._places)}
        found = [
            self._row(queue, record, word, markers.get(record.id))
            for record in self._records(queue, markers)
            if (word := queue.standing(record)) in UNDER_WAY or word == "lost"
        ]
        self._watch.forget({each.record.id for each in found if each.word == "running"})
        self._has_looked = True
        return sorted(found, key=_began)

    def _records(self, queue: Queue, markers: Iterable[str]) -> list[Record]:
        ids = [*markers, *(ticket.record_id for ticket in queue.tickets)]
        return [each for each in forecasts.read_some(self._places, ids).values() if isinstance(each, Record)]

    def _row(self, queue: Queue, record: Record, word: str, marker: Marker | None) -> InProgress:
        is_begun = word != "queued" and isinstance(record.state, Running | Paused)
        own = read_progress(self._places, record) if is_begun else Progress()
        progress = _progress_of_set(queue, record) if is_set_id(record.id) else own
        if record.kind == "step":
            progress = Progress(phase=f"step {record.label}@{record.sequence}")
        beaten = marker.beaten if marker and is_begun else None
        flags = self._flags(record, word, progress, marker)
        return InProgress(record=record, word=word, progress=progress, beaten=beaten, flags=flags)

    def _flags(self, record: Record, word: str, progress: Progress, marker: Marker | None) -> tuple[str, ...]:
        match word:
            case "lost":
                return ("lost",)
            case "queued":
                return ("queue paused",) if tickets.is_paused(self._places) else ()
            case "running" if marker and (seen := self._seen(record, progress, marker)):
                return (f"{seen[0]} {duration_text(seen[1])}",)
        return ()

    def _seen(self, record: Record, progress: Progress, marker: Marker) -> tuple[str, float] | None:
        """`frozen` or `stuck`, and for how long.

        A set gets on as its forecasts do, which are judged themselves; a step of a flow does not tell how far it is.
        """
        done = (progress.phase, progress.done)
        sight = Sight(record.id, record.attempt, marker.beaten, done, progress.longest_step)
        seen = self._watch.look(sight, time.monotonic(), self._hint(record, progress, marker))
        return None if seen and seen[0] == "stuck" and record.kind != "forecast" else seen

    def _hint(self, record: Record, progress: Progress, marker: Marker) -> tuple[float, float]:
        """For how long it has stood still by the times of its files.

        Nothing where another machine's clock wrote them, and nothing for what appears between two looks.
        """
        if self._has_looked or marker.process.host != process.current().host:
            return 0.0, 0.0
        assert isinstance(record.state, Running | Paused)
        present = time.time()
        begun = seconds_between(record.state.started, now())
        idle = begun if progress.changed is None else present - progress.changed
        return max(0.0, present - marker.beaten), max(0.0, idle)


def is_queue_paused(places: Places) -> bool:
    """Whether nothing new begins."""
    return tickets.is_paused(places)


def heartbeat_age(row: InProgress) -> float | None:
    """For how many seconds nothing was heard of it; None for what does not run."""
    return None if row.beaten is None else max(0.0, time.time() - row.beaten)


def in_progress(places: Places, thresholds: Thresholds | None = None) -> list[InProgress]:
    """Everything under way or lost, at a single look."""
    return Lookout(places, thresholds).look()


def _progress_of_set(queue: Queue, record: Record) -> Progress:
    """How many of its forecasts have ended, where a supervisor runs it; otherwise only its members know."""
    name = next((ticket.name for ticket in queue.tickets if ticket.record_id == record.id), None)
    if name is None:
        return Progress(phase="forecasts")
    members = queue.members.get(record.id, frozenset())
    total, done = len(members), len(queue.ended[name].keys() & members)
    seconds = seconds_between(record.state.started, now()) if isinstance(record.state, Running | Paused) else 0.0
    rate = round(done / seconds, 3) if seconds > 0 and done else None
    return Progress(f"{done} of {total} forecasts", done, total, rate)


def _began(row: InProgress) -> tuple[bool, str]:
    state = row.record.state
    is_begun = row.word != "queued" and isinstance(state, Running | Paused)
    return not is_begun, state.started if is_begun and isinstance(state, Running | Paused) else ""


def _rounded(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds)

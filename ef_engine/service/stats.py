"""`stats`: how many records there are and in which state, how runs ended, how fast they are.

What is counted of runs comes from the journal alone, so it reaches back as far as that does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import median

from ef_engine.service.calls import all_rows
from ef_engine.store import journal
from ef_engine.store.clock import seconds_between
from ef_engine.store.errands import INGEST, REPORT, kind_of
from ef_engine.store.events import Event, Kind
from ef_engine.store.places import Places, is_errand_id


@dataclass(frozen=True, slots=True)
class Runs:
    """The runs that ended: by outcome, when the first began and the last ended (UTC, None for no run), how long half
    of them took at most in seconds (None where none was seen to begin)."""

    outcomes: Mapping[str, int]
    first: str | None = None
    last: str | None = None
    median_seconds: float | None = None

    @property
    def count(self) -> int:
        """How many there are."""
        return sum(self.outcomes.values())

    @property
    def per_hour(self) -> float | None:
        """How many ended in an hour, from the beginning of the first to the end of the last; None for no time."""
        seconds = seconds_between(self.first, self.last) if self.first and self.last else 0.0
        return self.count * 3600 / seconds if seconds > 0 else None


@dataclass(frozen=True, slots=True)
class Stats:
    """`statuses` counts the records as they are now; `skipped` lines of the journal made no sense.

    `errands` are reports and ingests by their kind. They take a moment and are many, so they count for themselves: the
    runs would not be recognized among them.
    """

    statuses: Mapping[str, int]
    runs: Runs
    skipped: int
    errands: Mapping[str, Runs] = field(default_factory=dict)


def stats(places: Places, since: str | None = None) -> Stats:
    """What there is, and the runs that ended, all or since a moment (UTC text)."""
    statuses = Counter(row.status for row in all_rows(places) if not is_errand_id(row.id))
    reading = journal.read(places)
    by_kind: dict[str, list[Event]] = {"": [], REPORT: [], INGEST: []}
    for event in reading:
        by_kind[kind_of(event.id) if is_errand_id(event.id) else ""].append(event)
    runs = {kind: runs_of(events, since) for kind, events in by_kind.items()}
    return Stats(dict(sorted(statuses.items())), runs.pop(""), reading.skipped, runs)


def runs_of(events: Iterable[Event], since: str | None = None) -> Runs:
    """The runs that ended since a moment, of events in their order: each `postrun` ends one.

    It began with the latest `prerun` of the same record and attempt; what was stopped before it began has none, and
    counts without a duration.
    """
    begun: dict[tuple[str, object], str] = {}
    outcomes: Counter[str] = Counter()
    moments: list[str] = []
    durations: list[float] = []
    for event in events:
        key = event.id, event.fields.get("attempt")
        if event.kind is Kind.PRERUN:
            begun[key] = event.at
        elif event.kind is Kind.POSTRUN:
            start = begun.pop(key, None)
            if event.at < (since or ""):
                continue
            outcomes[str(event.fields.get("outcome") or "unknown")] += 1
            moments += [start or event.at, event.at]
            durations += [seconds_between(start, event.at)] if start else []
    middle = median(durations) if durations else None
    return Runs(dict(sorted(outcomes.items())), min(moments, default=None), max(moments, default=None), middle)

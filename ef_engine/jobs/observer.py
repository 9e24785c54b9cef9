"""What a supervisor tells the journal of runs it only looks at: stuck, frozen, lost."""

from __future__ import annotations

from contextlib import suppress

from ef_engine.errors import CommandError
from ef_engine.jobs.watch import Sight, Thresholds, Watch
from ef_engine.store import active, documents, forecasts, journal
from ef_engine.store.claims import is_lost
from ef_engine.store.events import Kind
from ef_engine.store.places import Places
from ef_engine.store.records import Record
from ef_engine.store.states import Paused

LOOK_SECONDS = 1.0


class JournalObserver:
    """Looks once a second and writes each thing it sees once an attempt."""

    def __init__(self, places: Places, thresholds: Thresholds | None = None) -> None:
        self._places = places
        self._watch = Watch(thresholds or Thresholds())
        self._told: set[tuple[str, int, Kind]] = set()
        self._looked: float | None = None

    def look(self, moment: float) -> None:
        """Looks, unless it did so just now; `moment` is in seconds of the monotonic clock."""
        if self._looked is not None and moment - self._looked < LOOK_SECONDS:
            return
        self._looked = moment
        markers = active.markers(self._places)
        self._watch.forget({marker.id for marker in markers})
        for marker in markers:
            kind = self._kind_of(marker, moment)
            if kind and (marker.id, marker.attempt, kind) not in self._told:
                self._told.add((marker.id, marker.attempt, kind))
                journal.note(self._places, kind, marker.id, attempt=marker.attempt)

    def _kind_of(self, marker: active.Marker, moment: float) -> Kind | None:
        record = forecasts.read_record(self._places, marker.id)
        if not isinstance(record, Record) or isinstance(record.state, Paused):
            return None
        if is_lost(self._places, record):
            return Kind.LOST
        found = self._watch.look(self._sight(marker), moment)
        if found is None or (record.kind != "forecast" and found[0] == "stuck"):
            return None
        return Kind.FROZEN if found[0] == "frozen" else Kind.STUCK

    def _sight(self, marker: active.Marker) -> Sight:
        with suppress(OSError, CommandError, KeyError):
            document = documents.load(self._places.run(marker.id) / "progress.json", "ef/progress/1")
            if document["attempt"] == marker.attempt:
                done = (document["phase"], document["done"])
                longest = document.get("longest_step") or 0.0
                return Sight(marker.id, marker.attempt, marker.beaten, done, longest)
        return Sight(marker.id, marker.attempt, marker.beaten, ("", 0))

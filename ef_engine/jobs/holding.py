"""The record of what is held in the middle, and of what goes on; for whoever is its only writer at that moment."""

from __future__ import annotations

from ef_engine.store import forecasts, journal
from ef_engine.store.clock import now
from ef_engine.store.events import Kind
from ef_engine.store.places import Places
from ef_engine.store.records import Record
from ef_engine.store.transitions import Pause, Resume, after


def write_paused(places: Places, record: Record) -> Record:
    """The record as paused."""
    return _written(places, after(record, Pause(now())), Kind.PAUSED)


def write_resumed(places: Places, record: Record) -> Record:
    """The record as running again; for how long it was held is in it."""
    return _written(places, after(record, Resume(now())), Kind.RESUMED)


def _written(places: Places, record: Record, kind: Kind) -> Record:
    forecasts.write_record(places, record)
    journal.note(places, kind, record.id, attempt=record.attempt)
    return record

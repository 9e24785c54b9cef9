"""Roughly how long runs take, to tell what is worth a supervisor."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ef_engine.store import forecasts
from ef_engine.store.places import Places
from ef_engine.store.records import Record

SMALL_SECONDS = 2.0
SECONDS_EACH = 0.03
SECONDS_A_BYTE_AND_DAY = 2e-8
"""A ten-year forecast of 60 items is 12 kB and takes about a second."""


def is_small(places: Places, ids: Iterable[str]) -> bool:
    """Whether all of it is done about as soon as a supervisor would be there."""
    return sum(seconds(places, record_id) for record_id in ids) <= SMALL_SECONDS


def seconds(places: Places, record_id: str) -> float:
    """An estimate for a forecast, or for all members of a set."""
    record = forecasts.read_record(places, record_id)
    if not isinstance(record, Record):
        return 0.0
    if record.members:
        return sum(seconds(places, member) for member in {member.id for member in record.members})
    stored = forecasts.read_document(places, record_id)
    size = len(stored[0]) if stored else 0
    return SECONDS_EACH + size * _days(record) * SECONDS_A_BYTE_AND_DAY


def _days(record: Record) -> int:
    """How many days, or steps, are simulated."""
    days = (date.fromisoformat(record.end_date) - date.fromisoformat(record.start_date)).days
    return days // 30 if record.approximate else days

"""Every field a record has, by the names of its specification, for programs: None where there is nothing to say.

Some are no part of the record's file: `queue` and `requested_status` are what others want of it, `heartbeat` is when
its process was last heard of.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ef_engine.service.calls import kind_of_record
from ef_engine.service.family import parent_of
from ef_engine.store import active, forecasts, requests, tickets
from ef_engine.store.clock import from_timestamp
from ef_engine.store.events import Event, Kind
from ef_engine.store.places import Places, is_errand_id
from ef_engine.store.records import Record
from ef_engine.store.rows import Row
from ef_engine.store.states import Paused, Running


def record_fields(places: Places, row: Row, events: Iterable[Event]) -> dict[str, Any]:
    """The fields of the record that makes this row; all of them, whatever kind it is.

    `process` is who runs it, or ran it last as far as its `events` tell.
    """
    found = forecasts.read_record(places, row.id)
    record = found if isinstance(found, Record) else Record(id=row.id, kind=kind_of_record(row))
    state = record.state
    process = state.process if isinstance(state, Running | Paused) else None
    marker = active.marker_of(places, row.id) if process else None
    process = process or next((each.process for each in reversed(list(events)) if each.kind is Kind.PRERUN), None)
    asked = requests.asked(places, row.id)
    return {
        "id": row.id,
        "kind": kind_of_record(row),
        "name": row.name,
        "owner": row.owner,
        "queue": _queue(places, record),
        "sequence": record.sequence or None,
        "attempt": record.attempt,
        "tracking": row.tracking,
        "parent": parent_of(row),
        "recovers": record.recovers,
        "fingerprint": record.fingerprint,
        "status": row.status,
        "requested_status": asked.wanted if asked else None,
        "outcome": row.outcome,
        "message": row.note,
        "received": record.received or None,
        "started": row.started,
        "heartbeat": from_timestamp(marker.beaten) if marker else None,
        "finished": row.finished,
        "process": process.to_json() if process else None,
        "result_path": _result_path(places, record),
    }


def _queue(places: Places, record: Record) -> str | None:
    """The ticket by which it waits or runs: its own, or that of its set; of several the oldest."""
    wanted = {record.id, record.tracking}
    return next((each.name for each in tickets.all_tickets(places) if each.record_id in wanted), None)


def _result_path(places: Places, record: Record) -> str | None:
    """Where its result lies; what a report made, and what an ingest staged."""
    if is_errand_id(record.id):
        return record.summary.get("result")
    path = places.run(record.id) / "result.json"
    return str(path) if path.exists() else None

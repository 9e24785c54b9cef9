"""What a query may ask of what is in progress: the columns of `ps`, and what its record holds.

Its state is `lost` where `ps` shows what it was, as in a list of everything.
"""

from __future__ import annotations

from ef_engine.service.in_progress import COLUMNS, InProgress
from ef_engine.store.record_rows import updated
from ef_engine.store.states import Paused, Running

_COLUMNS = tuple(column.lower() for column in COLUMNS)

FIELDS = (*_COLUMNS, "kind", "owner", "start", "end", "started", "updated", "tracking", "parent")


def value_of(row: InProgress, field: str) -> object:
    """What the row holds in one of `FIELDS`; None or an empty text for nothing."""
    record = row.record
    match field:
        case "state":
            return row.word
        case "kind":
            return "forecastset" if record.kind == "set" else record.kind
        case "start" | "end":
            return record.start_date if field == "start" else record.end_date
        case "started":
            return record.state.started if isinstance(record.state, Running | Paused) else None
        case "updated":
            return updated(record)
        case "owner" | "tracking" | "parent":
            return getattr(record, field)
    return row.cells[_COLUMNS.index(field)]

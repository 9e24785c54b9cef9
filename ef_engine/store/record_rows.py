"""The row of a list that a record makes."""

from __future__ import annotations

from decimal import Decimal

from ef_engine.store.claims import observed
from ef_engine.store.forecasts import Unreadable
from ef_engine.store.places import Places
from ef_engine.store.records import Record
from ef_engine.store.rows import Row
from ef_engine.store.states import Finished, Paused, Queued, Running


def row_of(places: Places, record: Record | Unreadable) -> Row:
    """The row of a record, as its state is observed now."""
    kind = "forecastset" if record.kind == "set" else record.kind
    if isinstance(record, Unreadable):
        return Row(record.id, kind, "unreadable", note=str(record.problem))
    state = record.state
    worth, milestones = net_worth(record), record.summary.get("milestones")
    return Row(
        id=record.id,
        kind=kind,
        state=observed(places, record),
        label=f"{record.label}@{record.sequence}" if record.sequence else record.label,
        start=record.start_date or None,
        end=record.end_date or None,
        net_worth=None if worth is None else str(worth),
        updated=updated(record),
        owner=record.owner,
        started=state.started if isinstance(state, Running | Paused | Finished) else None,
        finished=state.finished if isinstance(state, Finished) else None,
        attempt=record.attempt,
        tracking=record.tracking,
        parent=record.parent,
        note=state.message if isinstance(state, Finished) else "",
        goals=None if milestones is None else len(milestones),
        reached=None if milestones is None else sum(day is not None for day in milestones.values()),
        trend=str(record.summary.get("trend", "")),
    )


def updated(record: Record) -> str:
    """When the record's state changed last."""
    match record.state:
        case Finished(finished=at) | Running(started=at) | Paused(since=at) | Queued(since=at):
            return at
    return record.received


def net_worth(record: Record) -> Decimal | None:
    """What the latest result ends with."""
    text = record.summary.get("net_worth")
    return None if text is None else Decimal(text)

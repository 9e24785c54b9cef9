"""`list` and `ps`: everything in a workspace as rows of raw values, read from small files without any lock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from ef_engine.store import forecasts
from ef_engine.store.claims import observed
from ef_engine.store.forecasts import Unreadable
from ef_engine.store.places import Places
from ef_engine.store.records import Record
from ef_engine.store.states import Finished, Paused, Queued, Running

GROUPS = ("loaded", "staged", "in progress", "evaluated")
"""The four kinds of things a workspace holds, in the order a list shows them."""

COLUMNS = ("ID", "Kind", "State", "Label", "Start", "End", "Net Worth", "Updated", "Owner")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list. `id` is a path for what is only loaded; `net_worth` is at the end, to the cent.

    `updated` is the time of the latest change of state in UTC. `group` is one of `GROUPS`.
    """

    group: str
    id: str
    kind: str
    state: str
    label: str
    start: str | None
    end: str | None
    net_worth: Decimal | None
    updated: str | None
    owner: str
    note: str = ""

    @property
    def cells(self) -> tuple[str | Decimal | None, ...]:
        """The values in the order of `COLUMNS`."""
        return (
            self.id, self.kind, self.state, self.label, self.start, self.end, self.net_worth, self.updated, self.owner,
        )  # fmt: skip


def list_rows(places: Places, kind: str | None = None) -> list[Row]:
    """Every row of the workspace, of one `kind` (`forecast`, `forecastset`) or of both, newest first in each group."""
    rows = [_row(places, each) for each in forecasts.read_records(places)]
    rows += _loaded_rows(places, {row.id for row in rows})
    rows = [row for row in rows if kind in (None, row.kind)]
    rows.sort(key=lambda row: row.updated or "", reverse=True)
    return sorted(rows, key=lambda row: GROUPS.index(row.group))


def _row(places: Places, record: Record | Unreadable) -> Row:
    if isinstance(record, Unreadable):
        kind = "forecastset" if record.kind == "set" else record.kind
        return Row("evaluated", record.id, kind, "unreadable", "", None, None, None, None, "", str(record.problem))
    return Row(
        group=_group(record),
        id=record.id,
        kind="forecastset" if record.kind == "set" else "forecast",
        state=observed(places, record),
        label=record.label,
        start=record.start_date or None,
        end=record.end_date or None,
        net_worth=net_worth(record),
        updated=updated(record),
        owner=record.owner,
        note=record.state.message if isinstance(record.state, Finished) else "",
    )


def _group(record: Record) -> str:
    match record.state:
        case Running() | Paused() | Queued():
            return "in progress"
        case Finished():
            return "evaluated"
    return "staged"


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


def _loaded_rows(places: Places, known: set[str]) -> Iterable[Row]:
    """Files somebody put into the stage directory that belong to no forecast."""
    for path in forecasts.loaded_files(places):
        row, record_id = _loaded_row(path)
        if record_id not in known:
            yield row


def _loaded_row(path: Path) -> tuple[Row, str | None]:
    from ef_engine.errors import EfError
    from ef_engine.service.inputs import id_of_content, read_input

    try:
        read = read_input(path)
    except EfError as error:
        return _loaded(path, "", "invalid", note=str(error)), None
    value: Any = read.value
    forecast = value if read.kind == "forecast" else value.base
    dates = (forecast.start_date.isoformat(), forecast.end_date.isoformat())
    return _loaded(path, read.kind, "loaded", value.label, *dates), id_of_content(read.value)


def _loaded(
    path: Path, kind: str, state: str, label: str = "", start: str | None = None, end: str | None = None, note: str = ""
) -> Row:
    return Row("loaded", str(path), kind, state, label, start, end, None, None, "", note)

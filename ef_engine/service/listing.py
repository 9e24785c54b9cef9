"""`list`: everything in a workspace as rows of raw values, read from small files without any lock.

What is finished comes from the catalogue, and what reads the rest is only imported where there is some: with nothing
new on disk, a list of thousands takes little more than the start of the program.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from ef_engine.store import catalogue
from ef_engine.store.places import Places
from ef_engine.store.rows import GROUPS as GROUPS
from ef_engine.store.rows import Row as Row
from ef_engine.store.unseen import settled

COLUMNS = ("ID", "Kind", "State", "Label", "Start", "End", "Net Worth", "Updated", "Owner")

FIELDS = (
    "id", "kind", "state", "label", "start", "end", "net_worth", "updated", "owner", "outcome", "started", "finished",
    "elapsed", "attempt", "tracking", "parent", "flags", "note",
)  # fmt: skip
"""What a query may ask of a row, each an attribute of it."""


def cells(row: Row) -> tuple[str | Decimal | None, ...]:
    """The values in the order of `COLUMNS`."""
    worth = None if row.net_worth is None else Decimal(row.net_worth)
    return row.id, row.kind, row.state, row.label, row.start, row.end, worth, row.updated, row.owner


@dataclass(slots=True)
class Memory:
    """What somebody who looks again and again saw the last time; by path, what a file held that belongs to nothing."""

    finished: catalogue.Known = field(default_factory=dict)
    files: dict[Path, tuple[catalogue.Mark, tuple[Row, str | None]]] = field(default_factory=dict)


def list_rows(places: Places, kind: str | None = None, memory: Memory | None = None) -> list[Row]:
    """Every row of the workspace, of one `kind` (`forecast`, `forecastset`) or of both, newest first in each group."""
    memory = memory or Memory()
    rows = record_rows(places, memory)
    if not _is_nothing_staged(places):
        rows += _loaded_rows(places, {row.id for row in rows}, memory)
    groups: dict[str, list[Row]] = {group: [] for group in GROUPS}
    for row in rows:
        if kind in (None, row.kind):
            groups[row.group].append(row)
    for group in groups.values():
        group.sort(key=lambda row: row.updated or "", reverse=True)
    return [row for group in groups.values() for row in group]


def record_rows(places: Places, memory: Memory | None = None) -> list[Row]:
    """A row for everything that has a record, in no order."""
    return settled(places, lambda: _record_rows(places, memory))


def _record_rows(places: Places, memory: Memory | None) -> list[Row]:
    rows = catalogue.read_rows(places, None if memory is None else memory.finished)
    if not _is_nothing_staged(places):
        rows += _staged_rows(places, {row.id for row in rows})
    return rows if _is_nothing_queued(places) else _as_queued(places, rows)


def _is_nothing_queued(places: Places) -> bool:
    try:
        return not any(name.endswith(".json") for name in os.listdir(places.queue))
    except FileNotFoundError:
        return True


def _as_queued(places: Places, rows: list[Row]) -> list[Row]:
    """The rows, those that a ticket waits for as what they are for the queue: queued, or lost with its supervisor."""
    from ef_engine.service.standing import look_at_queue

    standings = look_at_queue(places).standings()
    return [row._replace(state=state) if (state := standings.get(row.id)) else row for row in rows]


def _is_nothing_staged(places: Places) -> bool:
    """Whether the stage directory holds no document, and its index, of whatever version, no record."""
    try:
        names = os.listdir(places.stage)
        if any(name != places.index.name and not name.startswith(".") for name in names):
            return False
        return bool(json.loads(places.index.read_bytes())["entries"] == {})
    except FileNotFoundError:
        return True
    except (ValueError, TypeError, KeyError):
        return False


def _staged_rows(places: Places, known: set[str]) -> Iterable[Row]:
    """What the index knows and the data directory does not."""
    from ef_engine.store import stage_index
    from ef_engine.store.record_rows import row_of

    return [row_of(places, record) for key, record in stage_index.read(places).items() if key not in known]


def _loaded_rows(places: Places, known: set[str], memory: Memory) -> Iterable[Row]:
    """Files somebody put into the stage directory that belong to no forecast."""
    from ef_engine.store import forecasts

    before, memory.files = memory.files, {}
    for path in forecasts.loaded_files(places):
        mark = catalogue.mark_of(path.stat())
        found = before.get(path)
        if found is None or found[0] != mark:
            found = mark, _loaded_row(path)
        memory.files[path] = found
        row, record_id = found[1]
        if record_id not in known:
            yield row


def _loaded_row(path: Path) -> tuple[Row, str | None]:
    from ef_engine.errors import EfError
    from ef_engine.service.inputs import id_of_content, read_input

    try:
        read = read_input(path)
    except EfError as error:
        return Row(str(path), "", "invalid", note=str(error)), None
    value: Any = read.value
    forecast = value if read.kind == "forecast" else value.base
    dates = (forecast.start_date.isoformat(), forecast.end_date.isoformat())
    return Row(str(path), read.kind, "loaded", value.label, *dates), id_of_content(read.value)

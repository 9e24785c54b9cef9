"""`ls call`: one record, where it comes from, and what happened to it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from ef_engine.errors import NotFoundError
from ef_engine.service.attempt_log import read_log
from ef_engine.service.callers import callers_of
from ef_engine.service.calls import all_rows
from ef_engine.service.family import Family, Kin, parent_of
from ef_engine.service.ids import find_any_id
from ef_engine.store import flow_runs, forecasts, journal, notes, protections, requests
from ef_engine.store.events import Event
from ef_engine.store.notes import Note
from ef_engine.store.places import Places, in_order, is_errand_id
from ef_engine.store.protections import Protection
from ef_engine.store.requests import Request
from ef_engine.store.rows import Row

_TRACEBACK = "Traceback (most recent call last)"


@dataclass(frozen=True, slots=True)
class Call:
    """A record among all of its workspace.

    `events` are those the journal still holds, `skipped` the lines it could not make sense of; `requested` is the
    status somebody asked for and whoever runs it has not obeyed yet.
    """

    row: Row
    rows: list[Row]
    events: list[Event]
    skipped: int
    notes: list[Note]
    protection: Protection | None
    requested: Request | None

    @property
    def family(self) -> Family:
        """All records by where they come from."""
        return Family(self.rows)

    @property
    def provenance(self) -> dict[str, str | None]:
        """The record, what it comes from, and the first of that line."""
        return {
            "record": self.row.id,
            "parent": parent_of(self.row),
            "root": self.family.root(self.row.id),
            "tracking": self.row.tracking,
        }

    @property
    def descendants(self) -> list[Kin]:
        """The record and what comes from it."""
        return self.family.tree(self.row.id)

    @property
    def relatives(self) -> list[Kin]:
        """The whole family, from its root."""
        return self.family.tree(self.family.root(self.row.id))

    @property
    def fellows(self) -> list[Row]:
        """All records of its tracking, in the order they began; without one, itself."""
        if self.row.tracking is None:
            return [self.row]
        found = [row for row in self.rows if row.tracking == self.row.tracking]
        return sorted(found, key=lambda row: (row.started or row.updated or "", in_order(row.id)))


def find_call(places: Places, *, record_id: str | None = None, name: str | None = None) -> Call:
    """The record whose id begins so, or the one last changed of those with that name; NotFoundError for none."""
    known = all_rows(places)
    callers = callers_of(places, known)
    rows = list(map(callers.with_caller, known))
    if record_id is not None:
        full = find_any_id(places, record_id)
        matching = [row for row in rows if row.id == full]
    else:
        matching = sorted((row for row in rows if row.name == name), key=lambda row: row.updated or "")
    if not matching:
        raise NotFoundError(f"no record is called {name or record_id!r}", "see `ef_cli ls calls`")
    row = matching[-1]
    reading = journal.read(places)
    events = [event for event in reading if event.id == row.id]
    return Call(
        row,
        rows,
        events,
        reading.skipped,
        notes.read(places, row.id),
        protections.protection_of(places, row.id),
        requests.asked(places, row.id),
    )


def note_of(event: Event) -> str:
    """What an event says beyond its name: how it ended, who wanted it, which attempt."""
    fields = event.fields
    attempt = f"attempt {fields['attempt']}" if fields.get("attempt") else ""
    others = [str(fields[key]) for key in ("outcome", "message", "text", "phase", "done") if fields.get(key)]
    origin = [f"{word} {fields[key]}" for key, word in (("owner", "by"), ("parent", "from")) if fields.get(key)]
    return " ".join(filter(None, (attempt, *others, *origin)))


def result_of(places: Places, row: Row) -> dict[str, Any]:
    """The document of its result; without one, its message and the traceback of its latest attempt, if there is any."""
    if is_errand_id(row.id) and row.outcome == "evaluated":
        return {"result": forecasts.known(places, row.id).summary.get("result")}
    if row.kind in ("flow", "step") and row.outcome == "evaluated":
        return {"result": flow_runs.read_result(places, row.id)}
    if row.outcome in ("evaluated", "infeasible") and (data := forecasts.read_result(places, row.id)):
        document: dict[str, Any] = json.loads(data)
        return document
    return {"message": row.note, "traceback": _traceback(places, row)}


def _traceback(places: Places, row: Row) -> str:
    try:
        text = read_log(places, row.id).decode(errors="replace")
    except NotFoundError:
        return ""
    begin = text.rfind(_TRACEBACK)
    return "" if begin < 0 else text[begin:]

"""`stage`: a valid input becomes something that can be run, under the id of its content.

The id goes into the user's own file; nothing else of it changes. Staging what is known already changes nothing but,
where another is given, the label.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from ef_engine.service.inputs import NO_CHANGES, Changes, document_of, id_of_content, read_data, read_input
from ef_engine.service.relabel import relabel
from ef_engine.service.workspace import Workspace
from ef_engine.service.write_id import write_id
from ef_engine.store import forecasts, journal
from ef_engine.store.clock import now
from ef_engine.store.events import Event, Kind
from ef_engine.store.records import Member, Record

if TYPE_CHECKING:
    from ef_engine.model.forecast import Forecast
    from ef_engine.service.inputs import Content
    from ef_engine.sources.loaded import Loaded


@dataclass(frozen=True, slots=True)
class Staged:
    """What staging did. `was_known` if the same content was there already.

    `summary` says so in a sentence; `notes` are sentences about what a user might not expect.
    """

    id: str
    was_known: bool
    summary: str
    notes: tuple[str, ...] = ()

    def with_note(self, note: str | None) -> Staged:
        """The same with one more sentence, if there is one."""
        return replace(self, notes=(*self.notes, note)) if note else self


def stage_file(
    workspace: Workspace,
    path: Path,
    changes: Changes = NO_CHANGES,
    kind: str | None = None,
    source: str | None = None,
) -> Staged:
    """Stages the file and writes its id into it; raises InputError, NotFoundError, CommandError.

    `source` is json or excel; None goes by the file's suffix.
    """
    read = read_input(path, changes, kind, source)
    staged = stage_input(workspace, read)
    if changes.makes_copy:
        return staged.with_note(f"{path} stays as it is: a copy with the changes of the command line is staged.")
    return staged.with_note(write_id(path, read, staged.id))


def stage_data(
    workspace: Workspace,
    data: bytes,
    name: str,
    changes: Changes = NO_CHANGES,
    kind: str | None = None,
    source: str | None = None,
) -> Staged:
    """Stages a document that has no file of its own, such as standard input."""
    staged = stage_input(workspace, read_data(data, name, changes, kind, source))
    return staged.with_note(f"Warning: {name} is no file, so the id is written nowhere but here.")


def stage_input(workspace: Workspace, read: Loaded, parent: str | None = None) -> Staged:
    """Stages what was read and touches no file of the user's; `parent` is the id it was made from."""
    record_id = id_of_content(read.value)
    known = forecasts.read_record(workspace.places, record_id)
    if isinstance(known, forecasts.Unreadable):
        raise known.problem
    if known and forecasts.read_document(workspace.places, record_id):
        staged = _known(workspace, known, read.value.label)
        return staged.with_note(_restored(workspace, known, read.value))
    record = replace(_record(read.value, record_id, workspace.owner), parent=parent)
    pieces = list(_pieces(read.value, record, _members_of(workspace, parent)))
    others = forecasts.known_ids(workspace.places) - {record_id}
    _store(workspace, [(record, content) for record, content in pieces if record.id not in others])
    return Staged(record_id, False, _summary(pieces[-1][0]))


def _known(workspace: Workspace, known: Record, label: str) -> Staged:
    if label in ("", known.label):
        return Staged(known.id, True, f"{known.id} is known already, nothing changes.")
    relabel(workspace.places, known, label)
    return Staged(known.id, True, f"{known.id} is known already.", (f"Its label is now {label!r}.",))


def _restored(workspace: Workspace, known: Record, content: Content) -> str | None:
    """Stages the members of a known set that were deleted since; a sentence if there are any."""
    gone = {member.id for member in known.members} - forecasts.known_ids(workspace.places)
    if not gone:
        return None
    _store(workspace, [piece for piece in _pieces(content, replace(known, members=())) if piece[0].id in gone])
    return f"Of its {len(known.members)} scenarios, {len(gone)} had been deleted and are staged again."


def _members_of(workspace: Workspace, record_id: str | None) -> dict[str, str]:
    """The ids of a set's members by scenario; empty for anything else."""
    found = forecasts.read_record(workspace.places, record_id) if record_id else None
    return {member.name: member.id for member in found.members} if isinstance(found, Record) else {}


def _pieces(
    content: Content, record: Record, parents: Mapping[str, str] = MappingProxyType({})
) -> Iterator[tuple[Record, Content]]:
    """What is to be stored, the record itself last: a set brings its members, equal scenarios once.

    `parents` are what members are made from, by scenario.
    """
    if record.kind == "forecast":
        yield record, content
        return
    members, seen = [], set()
    for name, forecast in _scenarios(content):
        members.append(Member(id_of_content(forecast), name))
        if members[-1].id not in seen:
            seen.add(members[-1].id)
            made = _record(forecast, members[-1].id, record.owner)
            yield replace(made, tracking=record.id, parent=parents.get(name)), forecast
    yield replace(record, tracking=record.id, members=tuple(members)), content


def _scenarios(content: Content) -> list[tuple[str, Forecast]]:
    from ef_engine.model.forecast_set import ForecastSet, scenarios

    assert isinstance(content, ForecastSet)
    return scenarios(content)


def _record(content: Content, record_id: str, owner: str) -> Record:
    from ef_engine.model.forecast import Forecast

    forecast = content if isinstance(content, Forecast) else content.base
    return Record(
        id=record_id,
        kind="forecast" if content is forecast else "set",
        label=content.label or forecast.label,
        owner=owner,
        received=now(),
        start_date=forecast.start_date.isoformat(),
        end_date=forecast.end_date.isoformat(),
        approximate=forecast.options.approximate,
    )


def _store(workspace: Workspace, pieces: list[tuple[Record, Content]]) -> None:
    from ef_engine.sources.json_text import dumps

    documents = {record.id: dumps(document_of(content, record.id)).encode() for record, content in pieces}
    forecasts.stage(workspace.places, [record for record, _ in pieces], documents)
    journal.note_many(workspace.places, [_event(record) for record, _ in pieces])


def _event(record: Record) -> Event:
    """That it is staged, and what it was made from."""
    if record.parent is None:
        return Event(Kind.STAGED, record.id, fields={"owner": record.owner})
    return Event(Kind.RESTAGED, record.id, fields={"owner": record.owner, "parent": record.parent})


def _summary(record: Record) -> str:
    if record.kind == "forecast":
        return f"Staged forecast {record.id}."
    return f"Staged forecast set {record.id}: {len(record.members)} scenarios."

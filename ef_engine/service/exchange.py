"""`export` and `import`: forecasts, sets and their results from files to a database and back, byte for byte.

An export is one transaction, and so is an import: all that one command brings appears at once, or nothing does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ef_engine.errors import CommandError, HeldError, NotFoundError
from ef_engine.jobs.outcomes import member_ids
from ef_engine.service.errand import INGEST, errand
from ef_engine.service.ids import kind_of
from ef_engine.service.workspace import Workspace
from ef_engine.store import arrivals, forecasts, records
from ef_engine.store.arrivals import Arrival
from ef_engine.store.claims import claimed
from ef_engine.store.places import Places, is_set_id
from ef_engine.store.records import Record
from ef_engine.store.states import Finished, Staged, status_of

if TYPE_CHECKING:
    from ef_engine.sources.database.stored import Stored
    from ef_engine.sources.database.target import Target


@dataclass(frozen=True, slots=True)
class Exchanged:
    """One forecast or set that was imported; `is_new` unless it was there already."""

    id: str
    is_new: bool


def export(workspace: Workspace, target: Target, ids: Sequence[str]) -> list[str]:
    """Stores forecasts and sets, with their members and results; returns all ids that are stored now.

    In the default file tables are made if there are none. HeldError for what runs; nothing is stored then.
    """
    with errand(workspace, INGEST, f"export to {target}", ids[0] if len(ids) == 1 else None) as told:
        if target.is_default:
            prepare(target)
        wanted = list(dict.fromkeys(_with_members(workspace.places, ids)))
        export_alone(workspace, target, wanted)
        told.message = f"{len(wanted)} stored."
    return wanted


def prepare(target: Target) -> None:
    """Sees that a database has our tables, which in the default file are made; EfError where it has not."""
    from ef_engine.service.database import init
    from ef_engine.sources.database import schema
    from ef_engine.sources.database.connect import reading

    if target.is_default:
        init(target)
    with reading(target) as connection:
        schema.check(connection, target)


def export_alone(workspace: Workspace, target: Target, ids: Sequence[str]) -> None:
    """Stores what has these ids in one transaction, sets without their members; HeldError for what runs."""
    from ef_engine.sources.database import schema, stored
    from ef_engine.sources.database.connect import writing

    with writing(target) as connection:
        schema.check(connection, target)
        stored.write(connection, workspace.owner, (piece_of(workspace.places, each) for each in ids))


def finished_ids(places: Places) -> list[str]:
    """What `export --all` stores: all that is finished, forecasts before sets, by their ids."""
    found = [each for each in forecasts.read_records(places) if isinstance(each, Record)]
    ids = (each.id for each in found if isinstance(each.state, Finished))
    return sorted(ids, key=lambda key: (is_set_id(key), key))


def _with_members(places: Places, ids: Iterable[str]) -> Iterator[str]:
    for record_id in ids:
        yield from member_ids(forecasts.known(places, record_id))
        yield record_id


def piece_of(places: Places, record_id: str) -> Stored:
    """What a workspace has of one, read while nobody else may run it; HeldError for what runs."""
    from ef_engine.sources.database.stored import Stored

    with claimed(places, record_id):
        record = forecasts.known(places, record_id)
        found = forecasts.read_document(places, record_id)
        if found is None:
            raise NotFoundError(f"the document of {record_id} is gone", "stage its file again")
        if not isinstance(record.state, Staged | Finished):
            raise HeldError(f"{record_id} is {status_of(record.state)}", "wait until it is done")
        return Stored(id=record_id, record=record.to_json(), document=found[0], results=_results(places, record))


def _results(places: Places, record: Record) -> dict[str, bytes]:
    if record.kind == "set" or not (isinstance(record.state, Finished) and record.state.outcome.has_result):
        return {}
    found = {name: forecasts.read_result(places, record.id, name) for name in forecasts.RESULTS}
    missing = [name for name, data in found.items() if data is None]
    if missing:
        remedy = f"`ef_cli run forecast {record.id} --force` makes it anew"
        raise CommandError(f"{missing[0]} of {record.id} is gone", remedy)
    return {name: data for name, data in found.items() if data is not None}


def find_stored_id(workspace: Workspace, target: Target, text: str, kind: str | None = None) -> str:
    """The id in the database that begins with `text`; NotFoundError for none, CommandError for several."""
    matching = [each for each in stored_ids(workspace, target, kind) if text and each.startswith(text)]
    if not matching:
        problem = f"no id in {target} begins with {text!r}"
        raise NotFoundError(problem, "`ef_cli --source database list` shows what there is")
    if len(matching) > 1 and text not in matching:
        raise CommandError(f"{text!r} fits {len(matching)} ids in {target}", "give more of its digits")
    return text if text in matching else matching[0]


def stored_ids(workspace: Workspace, target: Target, kind: str | None = None) -> list[str]:
    """The ids of all the user has stored."""
    from ef_engine.sources.database import schema, stored
    from ef_engine.sources.database.connect import reading

    with reading(target) as connection:
        schema.check(connection, target)
        return [each for each in stored.ids(connection, workspace.owner) if kind in (None, kind_of(each))]


def import_stored(workspace: Workspace, target: Target, ids: Sequence[str]) -> list[Exchanged]:
    """Writes stored forecasts and sets into the workspace; what has a result there already stays as it is."""
    with errand(workspace, INGEST, f"import from {target}") as told:
        done = _import(workspace, target, ids)
        told.message = f"{sum(each.is_new for each in done)} imported."
        told.result = ids[0] if len(ids) == 1 else ""
    return done


def _import(workspace: Workspace, target: Target, ids: Sequence[str]) -> list[Exchanged]:
    from ef_engine.sources.database import schema, stored
    from ef_engine.sources.database.connect import reading

    done: dict[str, Exchanged] = {}
    with arrivals.arrival(workspace.places) as arrival, reading(target) as connection:
        schema.check(connection, target)
        for record_id in ids:
            for piece in stored.read_with_members(connection, workspace.owner, record_id):
                if piece.id not in done:
                    done[piece.id] = _take(workspace.places, arrival, piece)
    return list(done.values())


def _record_of(piece: Stored) -> Record:
    from ef_engine.sources.database.stored import altered

    try:
        return records.from_json(dict(piece.record))
    except (ValueError, KeyError, TypeError) as error:
        raise altered(piece.id) from error


def _take(places: Places, arrival: Arrival, piece: Stored) -> Exchanged:
    record = _record_of(piece)
    with claimed(places, piece.id):
        known = forecasts.read_record(places, piece.id)
    if isinstance(known, forecasts.Unreadable):
        raise known.problem
    is_new = known is None or arrivals.says_more(record, known)
    if is_new:
        arrival.add(record, piece.document, piece.results)
    return Exchanged(piece.id, is_new)

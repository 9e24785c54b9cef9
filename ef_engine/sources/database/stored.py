"""Forecasts, sets and results of one user in a database: written, found, read back.

What is stored again replaces what was there. Records are the documents of the store, kept as they are; the columns
beside them are for people who ask the database. Whoever may write there may change rows; what comes back is what was
stored, or is refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeAlias

from sqlalchemy import Connection, Row, Table, delete, select

from ef_engine.errors import CommandError, InputError, NotFoundError
from ef_engine.model.content_id import forecast_id, forecast_set_id
from ef_engine.model.forecast import Forecast
from ef_engine.sources.database import result_files, result_rows, tables
from ef_engine.sources.database.bulk import Value, write_rows
from ef_engine.sources.database.connect import is_server
from ef_engine.sources.json_file import read_bytes

_Rows: TypeAlias = dict[str, Iterable[tuple[Value, ...]]]
"""By table, without the columns that say whose they are."""

_Batch: TypeAlias = dict[str, _Rows]
"""By id."""

AT_ONCE = 20
"""Forecasts that are written together: few enough to hold in memory, enough to make each COPY worth its while."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A forecast or set as a workspace has it: its record and document, and the files of its result (none: empty)."""

    id: str
    record: Mapping[str, Any]
    document: bytes
    results: Mapping[str, bytes]

    @property
    def is_set(self) -> bool:
        """Whether it is a forecast set."""
        return bool(self.record["kind"] == "set")


def write(connection: Connection, username: str, pieces: Iterable[Stored]) -> int:
    """Stores the pieces in batches; returns how many. For a server, the next is prepared while it stores the last."""
    batches = _batches(pieces)
    return sum(_write(connection, username, each) for each in (_ahead(batches) if is_server(connection) else batches))


def _batches(pieces: Iterable[Stored]) -> Iterator[_Batch]:
    source = iter(pieces)
    while batch := {each.id: _rows_of(each) for each in islice(source, AT_ONCE)}:
        yield batch


def _rows_of(piece: Stored) -> _Rows:
    return _set_rows(piece) if piece.is_set else _forecast_rows(piece)


def _ahead(batches: Iterator[_Batch]) -> Iterator[_Batch]:
    """The same, each made by another thread while the one before is used."""
    with ThreadPoolExecutor(1) as executor:
        coming = executor.submit(next, batches, None)
        while batch := coming.result():
            coming = executor.submit(next, batches, None)
            yield batch


def _write(connection: Connection, username: str, batch: _Batch) -> int:
    for table in tables.STORED:
        _delete(connection, table, username, list(batch))
        if groups := [((username, key), rows[table.name]) for key, rows in batch.items() if table.name in rows]:
            write_rows(connection, table, groups)
    return len(batch)


def _delete(connection: Connection, table: Table, username: str, ids: Sequence[str]) -> None:
    record_id = table.columns[1]
    connection.execute(delete(table).where(table.c.username == username, record_id.in_(ids)))


def _described(piece: Stored) -> tuple[Value, ...]:
    record = piece.record
    return record["label"], record["start_date"], record["end_date"], piece.document.decode()


def _set_rows(piece: Stored) -> _Rows:
    members = [(at, each["id"], each["name"]) for at, each in enumerate(piece.record["members"])]
    return {tables.SETS.name: [(*_described(piece), _dumped(piece.record))], tables.MEMBERS.name: members}


def _forecast_rows(piece: Stored) -> _Rows:
    found: _Rows = {tables.FORECASTS.name: [_described(piece)]}
    outline = digest = None
    if piece.results:
        result = result_files.read_files(piece.results, piece.id)
        found |= result_rows.rows_of(result, _forecast(piece.document, piece.id))
        outline, digest = result.outline, result_files.digest_of(piece.results)
    return found | {tables.RUNS.name: [(*_run(piece.record), outline, digest)]}


def _run(record: Mapping[str, Any]) -> tuple[Value, ...]:
    words = record.get("outcome") or record["status"], record["attempt"], record.get("started"), record.get("finished")
    about = record.get("message") or "", record.get("fingerprint"), (record.get("summary") or {}).get("net_worth")
    return *words, *about, _dumped(record)


def _dumped(record: Mapping[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def _forecast(document: bytes, record_id: str) -> Forecast:
    value = read_bytes(document, record_id, "forecast").value
    assert isinstance(value, Forecast)
    return value


def ids(connection: Connection, username: str) -> list[str]:
    """The ids of all the user has stored: forecasts, then sets."""
    columns = (tables.FORECASTS.c.forecast_id, tables.SETS.c.forecast_set_id)
    return [
        found
        for column in columns
        for found in connection.scalars(select(column).where(column.table.c.username == username).order_by(column))
    ]


def records(connection: Connection, username: str) -> list[tuple[str, str]]:
    """Id and record, as text, of all the user has stored."""
    queries = [
        select(table.columns[1], table.c.record).where(table.c.username == username)
        for table in (tables.RUNS, tables.SETS)
    ]
    return [(record_id, record) for query in queries for record_id, record in connection.execute(query)]


def read(connection: Connection, username: str, record_id: str) -> Stored:
    """One forecast or set as it was stored.

    NotFoundError where the user has none of that id, CommandError where somebody has changed its rows since.
    """
    try:
        found = _read_set(connection, username, record_id) or _read_forecast(connection, username, record_id)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, ArithmeticError, InputError) as error:
        raise altered(record_id) from error
    if found is None:
        raise NotFoundError(f"{record_id} is not in the database", "`ef_cli --source database list` shows what is")
    return found


def altered(record_id: str) -> CommandError:
    """The error for rows that do not make what was stored."""
    problem = f"the rows of {record_id} in the database are not those that were stored"
    return CommandError(problem, "export it again from a workspace that has it")


def read_with_members(connection: Connection, username: str, record_id: str) -> Iterator[Stored]:
    """A forecast; or the forecasts of a set and then the set."""
    piece = read(connection, username, record_id)
    for member in dict.fromkeys(each["id"] for each in piece.record.get("members") or ()):
        yield read(connection, username, member)
    yield piece


def _read_set(connection: Connection, username: str, record_id: str) -> Stored | None:
    row = _one(connection, tables.SETS, username, record_id)
    if row is None:
        return None
    return _checked(Stored(id=record_id, record=json.loads(row.record), document=row.document.encode(), results={}))


def _read_forecast(connection: Connection, username: str, record_id: str) -> Stored | None:
    row = _one(connection, tables.FORECASTS, username, record_id)
    if row is None:
        return None
    run = _one(connection, tables.RUNS, username, record_id)
    if run is None:
        raise altered(record_id)
    document = row.document.encode()
    results: Mapping[str, bytes] = {}
    if run.outline is not None:
        rows = {table.name: _rows(connection, table, username, record_id) for table in tables.RESULTS}
        results = result_files.write_files(result_rows.result_of(rows, run.outline, _forecast(document, record_id)))
    if run.digest is not None and run.digest != result_files.digest_of(results):
        raise altered(record_id)
    return _checked(Stored(id=record_id, record=json.loads(run.record), document=document, results=results))


def _checked(found: Stored) -> Stored:
    """The same, unless it is another one than its id says; `CommandError` then."""
    value = read_bytes(found.document, found.id, "forecastset" if found.is_set else "forecast").value
    content = forecast_id(value) if isinstance(value, Forecast) else forecast_set_id(value)
    if not content == found.record["id"] == found.id:
        raise altered(found.id)
    return found


def _one(connection: Connection, table: Table, username: str, record_id: str) -> Row[Any] | None:
    query = select(table).where(table.c.username == username, table.columns[1] == record_id)
    return connection.execute(query).one_or_none()


def _rows(connection: Connection, table: Table, username: str, record_id: str) -> Sequence[Sequence[Any]]:
    """The rows of one forecast by their key, without the columns that say whose they are."""
    query = select(*table.columns[2:]).where(table.c.username == username, table.c.forecast_id == record_id)
    return connection.execute(query.order_by(*list(table.primary_key)[2:])).all()

"""The input tables of one user: read, emptied, and looked at.

Emptying deletes exactly the rows that were read, by their numbers. They were locked when they were read, so whoever
adds a row meanwhile finds it there afterwards, and whoever changes one waits.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, select, type_coerce
from sqlalchemy.types import NullType

from ef_engine.sources.database import schema, tables
from ef_engine.sources.database.connect import is_server, reading
from ef_engine.sources.database.datasets import DATASETS, Dataset
from ef_engine.sources.database.input_rows import Rows
from ef_engine.sources.database.target import Target

_AT_ONCE = 500
"""Rows deleted with one statement: SQLite takes only so many parameters."""


def datasets_of(kind: str | None) -> tuple[Dataset, ...]:
    """The datasets that make up a forecast, or a set (or who knows what)."""
    return tuple(dataset for dataset in DATASETS if kind != "forecast" or not dataset.of_sets)


def read(connection: Connection, username: str, kind: str | None = None, *, to_flush: bool = False) -> Rows:
    """The user's rows, in the order of `position` and then of their making; locked if they are `to_flush`."""
    found = {dataset.option: _read(connection, dataset, username, to_flush) for dataset in datasets_of(kind)}
    return Rows(found, {dataset.option: f"table {dataset.table}" for dataset in DATASETS})


def _read(connection: Connection, dataset: Dataset, username: str, to_flush: bool) -> Sequence[dict[str, Any]]:
    """The rows as the driver gives them: whatever type somebody gave a column, its values are checked like others."""
    table = tables.INPUTS[dataset.option]
    columns = [type_coerce(column, NullType()).label(column.key) for column in table.columns]
    query = select(*columns).where(table.c.username == username).order_by(table.c.row_id)
    if to_flush and is_server(connection):
        query = query.with_for_update()
    return [dict(row) for row in connection.execute(query).mappings()]


def delete_read(connection: Connection, rows: Rows) -> int:
    """Deletes the rows that were read, and no others; returns how many."""
    return sum(
        _delete(connection, tables.INPUTS[option], [row["row_id"] for row in found])
        for option, found in rows.by_dataset.items()
    )


def _delete(connection: Connection, table: Any, ids: Sequence[int]) -> int:
    parts = (ids[at : at + _AT_ONCE] for at in range(0, len(ids), _AT_ONCE))
    return sum(connection.execute(delete(table).where(table.c.row_id.in_(part))).rowcount for part in parts)


def look(target: Target, username: str) -> Rows:
    """The user's rows as they are now; raises NotFoundError where there are no tables."""
    with reading(target) as connection:
        schema.check(connection, target)
        return read(connection, username)

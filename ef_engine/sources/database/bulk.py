"""Many rows into a table at once: COPY on PostgreSQL, prepared inserts elsewhere.

Values are text as the database reads it, or None; a row has one for each column of the table. Rows come in groups,
whose first values are the same in every row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeAlias

from sqlalchemy import Connection, Table
from sqlalchemy.exc import DBAPIError

from ef_engine.sources.database.connect import is_server

Value: TypeAlias = str | int | None
Group: TypeAlias = tuple[tuple[Value, ...], Iterable[Sequence[Value]]]
"""The values in the first columns, and rows of the others."""

_AT_ONCE = 5000
"""Rows that are handed over together."""

_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def write_rows(connection: Connection, table: Table, groups: Iterable[Group]) -> None:
    """Adds the rows of the groups."""
    if is_server(connection):
        _copy(connection, table, groups)
        return
    columns = ", ".join(column.name for column in table.columns)
    marks = ", ".join("?" for _ in table.columns)
    statement = f"INSERT INTO {table.name} ({columns}) VALUES ({marks})"
    for first, rows in groups:
        for part in _parts(rows):
            connection.exec_driver_sql(statement, [(*first, *row) for row in part])


def _copy(connection: Connection, table: Table, groups: Iterable[Group]) -> None:
    columns = ", ".join(column.name for column in table.columns)
    statement, texts = f"COPY {table.name} ({columns}) FROM STDIN", _Copied()
    driver: Any = connection.connection.driver_connection
    dbapi: Any = connection.dialect.dbapi
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for first, rows in groups:
                begin = "".join(f"{texts[value]}\t" for value in first)
                for part in _parts(rows):
                    lines = ["\t".join(map(texts.__getitem__, row)) for row in part]
                    copy.write(begin + f"\n{begin}".join(lines) + "\n")
    except dbapi.Error as error:  # as SQLAlchemy does with what it sends itself
        raise DBAPIError(statement, None, error) from error


class _Copied(dict[Value, str]):
    """Value -> its text for COPY, made on the first look-up; most values come again and again."""

    def __missing__(self, value: Value) -> str:
        text = r"\N" if value is None else str(value).translate(_ESCAPES)
        if len(self) < _AT_ONCE:
            self[value] = text
        return text


def _parts(rows: Iterable[Sequence[Value]]) -> Iterator[list[Sequence[Value]]]:
    source = iter(rows)
    while part := list(islice(source, _AT_ONCE)):
        yield part

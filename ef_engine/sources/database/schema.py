"""The version of a database's tables: made, checked before each use, brought up to date, dropped.

A database of an older version is never used as if it were a newer one: `db migrate` is asked for by name. Steps are
never changed once they are released, since there are databases that took them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import Connection, delete, insert, inspect, select, text

from ef_engine.errors import CommandError, NotFoundError
from ef_engine.sources.database import tables
from ef_engine.sources.database.connect import is_server
from ef_engine.sources.database.failures import INIT
from ef_engine.sources.database.target import Target

VERSION = 3

_LOCK = 0x6566
"""The advisory lock of PostgreSQL under which tables are made, so that two who do it do not collide."""


def version_of(connection: Connection) -> int | None:
    """The version of the tables, None if there are none."""
    if not inspect(connection).has_table(tables.SCHEMA.name):
        return None
    found: int | None = connection.scalar(select(tables.SCHEMA.c.version))
    return found


def check(connection: Connection, target: Target) -> None:
    """Raises NotFoundError where there are no tables, CommandError where they are of another version."""
    found = version_of(connection)
    if found is None:
        raise NotFoundError(f"{target} has no tables of ef", INIT.replace("makes it", "makes them"))
    if found < VERSION:
        problem = f"the tables of {target} are of version {found}, and this ef needs {VERSION}"
        raise CommandError(problem, "`ef_cli db migrate` brings them up to date and keeps what they hold")
    _check_not_newer(found, target)


def _check_not_newer(found: int, target: Target) -> None:
    if found > VERSION:
        raise CommandError(f"the tables of {target} were made by a newer version ({found})", "upgrade ef")


def create(connection: Connection, target: Target) -> bool:
    """Makes the tables that are not there; whether there were any. Raises CommandError for another version."""
    _lock(connection)
    is_versioned = version_of(connection) is not None
    if is_versioned:
        check(connection, target)
    there = inspect(connection)
    if is_versioned and all(there.has_table(name) for name in tables.METADATA.tables):
        return False
    tables.METADATA.create_all(connection)
    if not is_versioned:
        connection.execute(insert(tables.SCHEMA).values(version=VERSION))
    return True


def migrate(connection: Connection, target: Target) -> int | None:
    """Brings the tables up to date and returns the version they had, None if that was the newest."""
    _lock(connection)
    found = version_of(connection)
    if found is None:
        check(connection, target)
    assert found is not None
    _check_not_newer(found, target)
    if found == VERSION:
        return None
    for version in range(found, VERSION):
        _STEPS[version](connection)
    connection.execute(delete(tables.SCHEMA))
    connection.execute(insert(tables.SCHEMA).values(version=VERSION))
    return found


def drop(connection: Connection) -> int:
    """Drops the tables with all they hold, everybody's, and nothing else; returns how many there were."""
    _lock(connection)
    names = set(inspect(connection).get_table_names()) & set(tables.METADATA.tables)
    tables.METADATA.drop_all(connection)
    return len(names)


def _lock(connection: Connection) -> None:
    if is_server(connection):
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def _from_1(connection: Connection) -> None:
    """Version 2 knows sets, and how much is owned at the end of a run."""
    for statement in (_SETS_ON_SERVER if is_server(connection) else _SETS_IN_FILE).split(";"):
        connection.execute(text(statement))


_SETS_IN_FILE = """
CREATE TABLE ef_optional_budget_item_set (
  row_id INTEGER NOT NULL PRIMARY KEY, username TEXT NOT NULL, position INTEGER, start_date TEXT, end_date TEXT,
  priority INTEGER, cadence TEXT, amount TEXT, memo TEXT, "deferrable" INTEGER, partial_payment_allowed INTEGER);
CREATE INDEX ef_optional_budget_item_set_of_user ON ef_optional_budget_item_set (username);
CREATE TABLE ef_choices (
  row_id INTEGER NOT NULL PRIMARY KEY, username TEXT NOT NULL, position INTEGER, choice_name TEXT, option_name TEXT,
  memo_regexes TEXT);
CREATE INDEX ef_choices_of_user ON ef_choices (username);
CREATE TABLE ef_forecast_sets (
  username TEXT NOT NULL, forecast_set_id TEXT NOT NULL, label TEXT NOT NULL, start_date TEXT NOT NULL,
  end_date TEXT NOT NULL, document TEXT NOT NULL, record TEXT NOT NULL, PRIMARY KEY (username, forecast_set_id));
CREATE TABLE ef_forecast_set_members (
  username TEXT NOT NULL, forecast_set_id TEXT NOT NULL, position INTEGER NOT NULL, forecast_id TEXT NOT NULL,
  scenario TEXT NOT NULL, PRIMARY KEY (username, forecast_set_id, position));
ALTER TABLE ef_runs ADD COLUMN net_worth TEXT;
UPDATE ef_runs SET net_worth = (SELECT net_worth FROM ef_forecast_days AS day WHERE day.username = ef_runs.username
  AND day.forecast_id = ef_runs.forecast_id ORDER BY date DESC LIMIT 1)
"""
_SETS_ON_SERVER = (
    _SETS_IN_FILE.replace("row_id INTEGER NOT NULL", "row_id BIGINT GENERATED BY DEFAULT AS IDENTITY")
    .replace("_date TEXT", "_date DATE")
    .replace("amount TEXT", "amount NUMERIC")
    .replace("net_worth TEXT", "net_worth NUMERIC")
    .replace('deferrable" INTEGER', 'deferrable" BOOLEAN')
    .replace("allowed INTEGER", "allowed BOOLEAN")
)


def _from_2(connection: Connection) -> None:
    """Version 3 knows what the files of a result were; of those stored before, nothing is known."""
    connection.execute(text("ALTER TABLE ef_runs ADD COLUMN digest TEXT"))


_STEPS: Mapping[int, Callable[[Connection], None]] = {1: _from_1, 2: _from_2}

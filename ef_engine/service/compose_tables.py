"""A source of a set-up that is a database: which one, and what its tables have no place for.

    [sources.shared]
    database_url = "postgresql://ann@db.example.org/house"
    currency = "EUR"

`database = true` means the one of the `--database_*` options. A password has no place in a document that is passed on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from ef_engine.secret import has_password
from ef_engine.service.compose_sources import TableSource

_NAMING = ("database_url", "database_hostname", "database_port", "database_name", "database_username")
_OPTIONS = ("all_loans_strategy", "currency")
_PASSWORD = "database_password"
KEYS = ("database", *_NAMING, *_OPTIONS)
"""What such a source may say; a password is told apart, since it is no misspelling."""

_Problem: TypeAlias = tuple[str, str, str]
"""Key, problem, remedy."""


def read_table_source(
    table: dict[str, Any], settings: Mapping[str, str | None], directory: Path
) -> tuple[TableSource | None, list[_Problem]]:
    """The source, None where it has mistakes; `table` loses a password. Raises CommandError for what is no database.

    `settings` are the `--database_*` options; file names start from `directory`.
    """
    problems = [*_passwords(table), *_wrong(table)]
    options = {key: table[key] for key in _OPTIONS if key in table}
    if problems:
        return None, problems
    named = {key: str(table[key]) for key in _NAMING if key in table}
    return TableSource(_settings(named, settings, directory) if named else dict(settings), options), []


def _passwords(table: dict[str, Any]) -> Iterator[_Problem]:
    """No problem says any of it."""
    text, remedy = (
        "a document may be read by others, so no password stands in it",
        "put it into ~/.pgpass or PGPASSWORD",
    )
    if table.pop(_PASSWORD, None) is not None:
        yield _PASSWORD, text, remedy
    url = table.get("database_url")
    if isinstance(url, str) and has_password(url):
        yield "database_url", text, remedy


def _wrong(table: Mapping[str, Any]) -> Iterator[_Problem]:
    for key in (*_NAMING, *_OPTIONS):
        value = table.get(key, "")
        is_number = key == "database_port" and isinstance(value, int) and not isinstance(value, bool)
        if not isinstance(value, str) and not is_number:
            yield key, "this is no text", "write it in quotes"
    if table.get("database", True) is not True:
        yield "database", "this may only be true", "write database = true, or name a database with database_url"
    elif "database" in table and any(key in table for key in _NAMING):
        yield "database", "this means the database of the options, and another is named", "leave one of them out"


def _settings(named: dict[str, str], settings: Mapping[str, str | None], directory: Path) -> dict[str, str | None]:
    """Those of a named database: a file's name made absolute, a server with the password of the options, if any."""
    from ef_engine.sources.database.target import target_of

    target = target_of(named, directory)
    if target.file is not None:
        return {"database_url": f"sqlite:///{directory / target.file}"}
    return {**named, _PASSWORD: settings.get(_PASSWORD)}

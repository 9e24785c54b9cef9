"""Which source an input comes from, and the one place where a kind of source meets the module that reads it.

A source of files reads a file or bytes and puts an id into what it read. A source without files, such as a database,
has no module here: its commands call it by themselves.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ef_engine.sources.loaded import Loaded

JSON, EXCEL, DATABASE = "json", "excel", "database"
_WORKBOOKS = frozenset((".xlsx", ".xlsm", ".xltx", ".xltm", ".xlsb", ".xls", ".ods"))


class FileSource(Protocol):
    """What a module that reads files offers."""

    def read_file(self, path: Path) -> Loaded:
        """The input in a file; raises InputError with every problem, NotFoundError."""

    def read_bytes(self, data: bytes, name: str) -> Loaded:
        """The input in the bytes of a file that problems call `name`."""

    def identified(self, read: Loaded, record_id: str) -> bytes:
        """The bytes of what was read with this id in them, and nothing else changed."""


def source_of(path: Path, asked: str | None = None) -> str:
    """The kind of source that was asked for, else that of the file's suffix, else json."""
    return asked or (EXCEL if path.suffix.lower() in _WORKBOOKS else JSON)


def file_source(kind: str) -> FileSource:
    """The module that reads files of a kind; imported only now, since most commands read none."""
    if kind == EXCEL:
        from ef_engine.sources import excel

        return excel
    from ef_engine.sources import json_file

    return json_file

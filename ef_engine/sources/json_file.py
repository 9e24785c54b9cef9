"""JSON files and streams -> a forecast or forecast set, or every problem at its place.

Reading never writes: the id a document should carry is put into its text by `with_id`, which the caller saves.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ef_engine.errors import InputError, NotFoundError, Problem
from ef_engine.model.document import read_forecast, read_forecast_set
from ef_engine.model.versions import looks_like_a_set
from ef_engine.model.wording import described
from ef_engine.sources.json_edit import with_id
from ef_engine.sources.json_text import parse, repeated_keys
from ef_engine.sources.loaded import DocumentKind, Loaded, problems

__all__ = ["LARGEST_FILE", "identified", "read_bytes", "read_file", "with_id"]

ID_KEYS = {"forecast": "forecast_id", "forecastset": "forecast_set_id"}

_ARCHIVE = b"PK\x03\x04"

LARGEST_FILE = 64 * 2**20
"""The largest document that is read, in bytes."""


def read_file(path: str | os.PathLike[str], expected: DocumentKind | None = None) -> Loaded:
    """The forecast or forecast set in a file (or a pipe); with `expected`, the other kind is a problem.

    Raises `NotFoundError` for a missing file and `InputError` for everything else that is wrong with it.
    """
    name = os.fspath(path)
    return read_bytes(file_bytes(Path(path), name), name, expected)


def read_bytes(data: bytes, name: str, expected: DocumentKind | None = None) -> Loaded:
    """The forecast or forecast set in the bytes of a JSON document that problems call `name`; else `InputError`."""
    if len(data) > LARGEST_FILE:
        raise _too_large(name)
    if data.startswith(_ARCHIVE):
        raise InputError([Problem(name, "is a workbook or another archive, not JSON", "add --source excel")])
    document = parse(data, name)
    if not isinstance(document, Mapping):
        problem = f"must hold an object, not {described(document)}"
        raise InputError([Problem(name, problem, "write the document in braces; `template json` makes one")])
    return _loaded(document, data, name, expected)


def identified(read: Loaded, record_id: str) -> bytes:
    """The text of a document that was read, with the id in it."""
    return with_id(read.data, ID_KEYS[read.kind], record_id)


def _loaded(document: Mapping[str, Any], data: bytes, name: str, expected: DocumentKind | None) -> Loaded:
    is_set = expected == "forecastset" if expected is not None else looks_like_a_set(document)
    value = read_forecast_set(document) if is_set else read_forecast(document)
    repeated = repeated_keys(document, name)
    if isinstance(value, list):
        raise InputError(repeated + problems(name, value))
    if repeated:
        raise InputError(repeated)
    return Loaded(name, value, document.get(ID_KEYS["forecastset" if is_set else "forecast"]), data)


def file_bytes(path: Path, name: str) -> bytes:
    """The bytes of a file of bearable size; a larger regular file is refused before it is read."""
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            if stat.S_ISREG(status.st_mode) and status.st_size > LARGEST_FILE:
                raise _too_large(name)
            return file.read(LARGEST_FILE + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise NotFoundError(f"there is no file {name}", "check the path") from None
    except OSError as error:
        raise InputError([_unreadable(name, error)]) from None
    except ValueError:
        raise InputError([Problem(ascii(name), "is no possible path", "check the path")]) from None


def _unreadable(name: str, error: OSError) -> Problem:
    if error.errno == errno.EISDIR:
        return Problem(name, "is a directory", "name a file in it")
    reason = (error.strerror or "unknown reason").lower()
    return Problem(name, f"cannot be read: {reason}", "check the path and its permissions")


def _too_large(name: str) -> InputError:
    problem = f"is larger than {LARGEST_FILE // 2**20} MB"
    return InputError([Problem(name, problem, "no forecast is that large; name another file")])

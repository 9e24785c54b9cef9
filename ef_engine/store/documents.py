"""JSON files of our own, each with a `schema` such as `ef/state/1`.

An older version is read for ever; a newer one is refused, because guessing at its meaning could destroy it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ef_engine.errors import CommandError


class DamagedError(CommandError):
    """A file of our own cannot be read as what it should be."""

    exit_code = 1


class NewerError(CommandError):
    """A file of our own was written by a newer version."""


def load(path: Path, schema: str) -> dict[str, Any]:
    """The document; raises FileNotFoundError, `DamagedError` or `NewerError`."""
    return parse(path.read_bytes(), path, schema)


def parse(data: bytes, path: Path, schema: str) -> dict[str, Any]:
    """The document in `data`, which came from `path`."""
    try:
        document = json.loads(data)
    except ValueError as error:
        raise damaged(path, str(error)) from error
    if not isinstance(document, dict):
        raise damaged(path, "it holds no object")
    _check_schema(document.get("schema"), path, schema)
    return document


def _check_schema(found: object, path: Path, schema: str) -> None:
    name, _, version = schema.rpartition("/")
    found_name, _, found_version = str(found).rpartition("/")
    if found_name != name or not found_version.isdecimal():
        raise damaged(path, f"its schema is {found!r} and not {schema!r}")
    if int(found_version) > int(version):
        raise NewerError(f"{path}: it was written by a newer version (schema {found})", "upgrade ef")


def damaged(path: Path, why: str) -> DamagedError:
    """The error for a file of our own that makes no sense."""
    return DamagedError(f"{path}: the file is damaged ({why})", "delete it and stage the input again")


def dump(document: Mapping[str, Any]) -> bytes:
    """The document as bytes, one line, as readable by `load`."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"

"""Flows that a set-up declares: `data/flows/<name>.json`, so that they can be run by name before they ever ran."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from ef_engine.errors import CommandError
from ef_engine.store import documents
from ef_engine.store.atomic import write_bytes
from ef_engine.store.clock import from_timestamp
from ef_engine.store.places import Places, make_directory

SCHEMA = "ef/declared-flow/1"


def declare(places: Places, name: str, source: Path) -> None:
    """Says in which file a flow is."""
    path = _path(places, name)
    make_directory(path.parent)
    write_bytes(path, documents.dump({"schema": SCHEMA, "name": name, "source": str(source)}))


def source_of(places: Places, name: str) -> Path | None:
    """The file of a flow that is declared; None where none is."""
    with suppress(FileNotFoundError, CommandError, KeyError):
        return Path(str(documents.load(_path(places, name), SCHEMA)["source"]))
    return None


def declared(places: Places) -> dict[str, str]:
    """The names of all flows that are declared, each with when it was (UTC)."""
    found = {}
    with suppress(FileNotFoundError):
        for entry in os.scandir(_path(places, "any").parent):
            name, suffix = os.path.splitext(entry.name)
            if suffix == ".json" and not name.startswith("."):
                found[name] = from_timestamp(entry.stat().st_mtime)
    return found


def forget(places: Places, name: str) -> None:
    """Takes a declaration back; one that is not there is no error."""
    _path(places, name).unlink(missing_ok=True)


def _path(places: Places, name: str) -> Path:
    return places.data / "flows" / f"{name}.json"

"""Locks people put on records, against restage, delete and kill: `data/locked/<name>.json`.

No lock of a process: it stands until somebody takes it away, and its file is the lock.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from ef_engine.errors import CommandError
from ef_engine.store import documents
from ef_engine.store.clock import now
from ef_engine.store.places import FILE_MODE, Places, id_of, make_directory, stem

SCHEMA = "ef/protection/1"


@dataclass(frozen=True, slots=True)
class Protection:
    """`owner` locked the record `id` at a moment (UTC, as of `clock`)."""

    id: str
    owner: str
    at: str


def path_of(places: Places, record_id: str) -> Path:
    """The file that is the lock."""
    return places.protections / f"{stem(record_id)}.json"


def add(places: Places, record_id: str, owner: str) -> Protection | None:
    """Locks a record; None where somebody else just did or had done."""
    protection = Protection(record_id, owner, now())
    data = documents.dump({"schema": SCHEMA, **asdict(protection)})
    make_directory(places.protections)
    path = path_of(places, record_id)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    try:
        os.write(descriptor, data)
        os.fsync(descriptor)
        os.link(temporary, path)  # and not a rename, which would take the place of another's lock
    except FileExistsError:
        return None
    finally:
        os.close(descriptor)
        temporary.unlink()
    return protection


def remove(places: Places, record_id: str) -> None:
    """Ends a lock; one that is not there is no error."""
    path_of(places, record_id).unlink(missing_ok=True)


def protection_of(places: Places, record_id: str) -> Protection | None:
    """Who locked the record itself; somebody unknown where the file is damaged, which protects all the same."""
    try:
        document = documents.load(path_of(places, record_id), SCHEMA)
        return Protection(record_id, str(document.get("owner") or ""), str(document.get("at") or ""))
    except FileNotFoundError:
        return None
    except CommandError:
        return Protection(record_id, "", "")


def protected_ids(places: Places) -> list[str]:
    """The ids of every record that somebody locked."""
    found: list[str] = []
    with suppress(FileNotFoundError), os.scandir(places.protections) as entries:
        for entry in entries:
            name, suffix = os.path.splitext(entry.name)
            if suffix == ".json" and (record_id := id_of(name)):
                found.append(record_id)
    return sorted(found)

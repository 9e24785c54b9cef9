"""What somebody asks of a run: `data/requests/<name>.json`. Whoever runs it obeys and removes the file.

A request is the only way across machines, and it stands for who looks later: one to a dead owner is seen as asked for.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from ef_engine.errors import CommandError
from ef_engine.store import documents
from ef_engine.store.atomic import write_bytes
from ef_engine.store.clock import now
from ef_engine.store.places import Places, id_of, make_directory, stem

SCHEMA = "ef/request/1"

Wanted: TypeAlias = Literal["killed"]


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody (`owner`) wants a status of a record, since `at`."""

    id: str
    wanted: Wanted
    owner: str
    at: str


def path_of(places: Places, record_id: str) -> Path:
    """The file of what is asked of one record."""
    return places.requests / f"{stem(record_id)}.json"


def ask(places: Places, record_id: str, wanted: Wanted, owner: str) -> None:
    """Asks; the latest request counts."""
    path = path_of(places, record_id)
    make_directory(path.parent)
    document = {"schema": SCHEMA, "id": record_id, "wanted": wanted, "owner": owner, "at": now()}
    write_bytes(path, documents.dump(document), durable=False)


def is_asked(places: Places, record_id: str) -> bool:
    """Whether anything is asked of it; cheap enough to ask often."""
    return path_of(places, record_id).exists()


def asked(places: Places, record_id: str) -> Request | None:
    """What is asked of it."""
    with suppress(OSError, CommandError, KeyError):
        document = documents.load(path_of(places, record_id), SCHEMA)
        return Request(document["id"], document["wanted"], document["owner"], document["at"])
    return None


def pending(places: Places) -> Iterator[str]:
    """The ids of which something is asked."""
    with suppress(FileNotFoundError), os.scandir(places.requests) as entries:
        for entry in entries:
            name, suffix = os.path.splitext(entry.name)
            if suffix == ".json" and (record_id := id_of(name)):
                yield record_id


def clear(places: Places, record_id: str) -> None:
    """Nothing is asked any more; for who obeyed."""
    path_of(places, record_id).unlink(missing_ok=True)

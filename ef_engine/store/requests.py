"""What somebody asks of a run: `data/requests/<name>.json`. Whoever runs it obeys and removes the file.

A request is the only way across machines, and it stands for who looks later: one to a dead owner is seen as asked for.
What a cluster computes is reached by no signal, so there are wishes beside: `<name>.hold` for as long as it shall be
held, `<name>.stack` until it has said where it is. They are of one attempt; a later one knows nothing of them.
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
from ef_engine.store.places import FILE_MODE, Places, id_of, make_directory, stem

SCHEMA = "ef/request/1"

Wanted: TypeAlias = Literal["killed"]
Wish: TypeAlias = Literal["hold", "stack"]
WISHES: tuple[Wish, ...] = ("hold", "stack")


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
    withdraw_all(places, record_id)


def wish(places: Places, record_id: str, what: Wish) -> None:
    """Asks whoever stands in for the worker of a cluster that runs it."""
    path = _wish_path(places, record_id, what)
    make_directory(path.parent)
    path.touch(mode=FILE_MODE)


def is_wished(places: Places, record_id: str, what: Wish) -> bool:
    """Whether that is asked of it; cheap enough to ask often."""
    return _wish_path(places, record_id, what).exists()


def withdraw(places: Places, record_id: str, what: Wish) -> None:
    """It shall be held no more, or has said where it is."""
    _wish_path(places, record_id, what).unlink(missing_ok=True)


def withdraw_all(places: Places, record_id: str) -> None:
    """Nothing is wished any more; what was is of an attempt that is over."""
    for each in WISHES:
        withdraw(places, record_id, each)


def _wish_path(places: Places, record_id: str, what: Wish) -> Path:
    return path_of(places, record_id).with_suffix(f".{what}")

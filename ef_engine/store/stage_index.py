"""`stage/ForecastSet.json`: the index of everything staged and not yet run.

Many processes change it, so each change reads, modifies and writes under one lock. Readers take no lock. A record that
has a state in the data directory is described there, whatever the index still says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, TypeAlias

from ef_engine.store import documents, records
from ef_engine.store.atomic import write_bytes
from ef_engine.store.locks import holding
from ef_engine.store.places import Places, make_directory
from ef_engine.store.records import Record
from ef_engine.store.unseen import unseen

SCHEMA = "ef/stage-index/1"
LOCK_SECONDS = 30.0
"""How long a change waits for others; each holds the lock for milliseconds."""


_Version: TypeAlias = tuple[str, int, int, int]
_latest: tuple[_Version, dict[str, Record]] | None = None
"""What was read last, and of which version: with a thousand entries a look takes 10 ms, and a run looks for each."""


def read(places: Places) -> dict[str, Record]:
    """The staged records by id, in the order they were staged; without those that nobody may see yet."""
    found = _latest_of(places)
    hidden = unseen(places).staged
    return {key: value for key, value in found.items() if key not in hidden} if hidden else found


def _latest_of(places: Places) -> dict[str, Record]:
    global _latest
    version = _version(places)
    if version is None:
        return {}
    latest = _latest
    if latest is None or latest[0] != version:
        # The version is older than the content, if they differ: then the next look reads anew.
        latest = _latest = version, _read(places)
    return dict(latest[1])


def _version(places: Places) -> _Version | None:
    """Changes with every change, since each is a new file; None if there is no file."""
    try:
        found = places.index.stat()
    except FileNotFoundError:
        return None
    return str(places.index), found.st_ino, found.st_mtime_ns, found.st_size


def _read(places: Places) -> dict[str, Record]:
    entries = _load(places).get("entries") or {}
    found = {}
    for key, entry in entries.items():
        with suppress(KeyError, TypeError, ValueError):
            found[key] = records.from_json(entry)
    return found


def add(places: Places, added: Iterable[Record]) -> None:
    """Adds the records, or replaces those of the same id."""
    new = {record.id: record.to_json() for record in added}
    _change(places, lambda entries: entries | new)


def remove(places: Places, ids: Iterable[str]) -> None:
    """Removes the records of these ids; one that is not there is no error."""
    gone = frozenset(ids)
    _change(places, lambda entries: {key: value for key, value in entries.items() if key not in gone})


def _change(places: Places, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    make_directory(places.stage)
    with holding(places.index_lock, LOCK_SECONDS):
        document = _load(places)
        entries = document.get("entries") or {}
        changed = change(entries)
        if changed != entries:
            write_bytes(places.index, documents.dump(document | {"entries": changed}))


def _load(places: Places) -> dict[str, Any]:
    try:
        return documents.load(places.index, SCHEMA)
    except FileNotFoundError:
        return {"schema": SCHEMA}

"""Markers of what runs: `data/active/<name>.json`, one small file for each attempt, there from before its state says
running until after its state says finished.

So `ps` and a supervisor look at what runs alone, however many results lie beside it. The marker's modification time is
the heartbeat: a thread of the runner touches it, which says that the process lives, not that it gets on.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from ef_engine.errors import CommandError
from ef_engine.store import documents, process
from ef_engine.store.atomic import write_bytes
from ef_engine.store.places import Places, make_directory, stem
from ef_engine.store.process import Process

SCHEMA = "ef/active/1"
BEAT_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Marker:
    """An attempt that runs, or whose runner died: `beaten` is the wall-clock time of its last heartbeat."""

    id: str
    process: Process
    attempt: int
    beaten: float


def path_of(places: Places, record_id: str) -> Path:
    """The marker of a forecast or set."""
    return places.active / f"{stem(record_id)}.json"


@contextmanager
def marked(
    places: Places,
    record_id: str,
    attempt: int,
    runner: Process | None = None,
    is_alive: Callable[[], bool] = lambda: True,
) -> Iterator[None]:
    """Marks an attempt as running, and beats its heart meanwhile, as long as its runner `is_alive`.

    The runner is this process, for None. For another one the marker stays if the block ends with an exception, because
    what was running then is not closed.
    """
    path = path_of(places, record_id)
    make_directory(path.parent)
    identity = (runner or process.current()).to_json()
    document = {"schema": SCHEMA, "id": record_id, "process": identity, "attempt": attempt}
    write_bytes(path, documents.dump(document), durable=False)
    stopped = threading.Event()
    name = f"heartbeat of {record_id}"
    threading.Thread(target=_beat, args=(path, stopped, is_alive), name=name, daemon=True).start()
    is_over = runner is None
    try:
        yield
        is_over = True
    finally:
        stopped.set()
        if is_over:
            path.unlink(missing_ok=True)


def _beat(path: Path, stopped: threading.Event, is_alive: Callable[[], bool]) -> None:
    while not stopped.wait(BEAT_SECONDS):
        with suppress(OSError):
            if is_alive():
                os.utime(path)


def markers(places: Places) -> list[Marker]:
    """Every marker that can be read."""
    found = []
    with suppress(FileNotFoundError), os.scandir(places.active) as entries:
        for entry in entries:
            if not entry.name.startswith(".") and (marker := _read(Path(entry.path))):
                found.append(marker)
    return found


def marker_of(places: Places, record_id: str) -> Marker | None:
    """The marker of one record; None if it does not run."""
    return _read(path_of(places, record_id))


def _read(path: Path) -> Marker | None:
    with suppress(OSError, CommandError, KeyError, ValueError):
        document = documents.load(path, SCHEMA)
        runner = process.from_json(document["process"])
        if runner:
            return Marker(document["id"], runner, int(document["attempt"]), path.stat().st_mtime)
    return None


def clear(places: Places, record_id: str) -> None:
    """Removes the marker a dead runner left; for who closed its attempt."""
    path_of(places, record_id).unlink(missing_ok=True)

"""`data/errands/<id>.json`: records of reports, and of what came into the workspace or left it.

Such a record is written twice within a moment, so without waiting for the disk: after a power cut the last may be
missing. Only so many are kept, whatever `clean` is told, so that looking at reports all day fills no disk.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from ef_engine.store import documents, forecasts
from ef_engine.store.atomic import write_bytes
from ef_engine.store.places import Places, is_errand_id, make_directory
from ef_engine.store.records import Record

REPORT, INGEST = "report", "ingest"

KEPT = 1000
"""So many records of errands are kept, the newest."""

SPARE = 100
"""So many more there may be before the oldest are deleted, all at once."""


def new_id(kind: str) -> str:
    """An id that tells a report from an ingest."""
    return f"{kind[0].upper()}{os.urandom(6).hex()}"


def kind_of(record_id: str) -> str:
    """What the id of an errand tells."""
    return REPORT if record_id.startswith("R") else INGEST


def write(places: Places, record: Record) -> None:
    """Replaces the record; a reader sees the old or the new one."""
    make_directory(places.errands)
    write_bytes(forecasts.record_path(places, record.id), documents.dump(record.to_json()), durable=False)


def ids(places: Places) -> list[str]:
    """Every id, in no order."""
    with suppress(FileNotFoundError, NotADirectoryError):
        names = (name.removesuffix(".json") for name in os.listdir(places.errands) if name.endswith(".json"))
        return [name for name in names if is_errand_id(name)]
    return []


def records(places: Places) -> list[Record | forecasts.Unreadable]:
    """Every record, in no order."""
    return [found for each in ids(places) if (found := forecasts.read_run(places, each))]


def delete(places: Places, record_id: str) -> None:
    """Deletes one record; that it is gone already is no error."""
    forecasts.record_path(places, record_id).unlink(missing_ok=True)


def forget_oldest(places: Places, kept: int = KEPT, spare: int = SPARE) -> None:
    """Deletes the oldest, once there are `spare` more than are `kept`."""
    found = ids(places)
    if len(found) <= kept + spare:
        return
    paths = sorted((forecasts.record_path(places, each) for each in found), key=_changed)
    for path in paths[:-kept]:
        path.unlink(missing_ok=True)


def _changed(path: Path) -> float:
    with suppress(FileNotFoundError):
        return path.stat().st_mtime
    return 0.0

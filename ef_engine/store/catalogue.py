"""`data/catalogue.json`: the rows of what is finished, so that a list of ten thousand need not read ten thousand files.

Never the truth: a row counts only as long as its record's file is the very file it was made of. Whoever finds too many
that are not, or no catalogue that makes sense, writes a new one; the last one to do so wins, and nobody locks.
"""

from __future__ import annotations

import gc
import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TypeAlias

from ef_engine.store.places import Places, stem
from ef_engine.store.rows import Row
from ef_engine.store.unseen import settled, unseen

SCHEMA = "ef/catalogue/1"

LEAST = 100
"""With fewer records than that there is no catalogue: reading them all takes a few milliseconds."""

STALE_SHARE = 16
"""A new catalogue is written when more than one in so many rows is missing or gone: reading one record takes about as
long as writing that many rows."""

YOUNG_NANOSECONDS = 2_000_000_000
"""What changed so short a time ago is not kept: the next file in its place could get its time, size and inode."""

Mark: TypeAlias = tuple[int, int, int]
"""Which file a record is in: time of modification in nanoseconds, size, inode."""

_MARK = ("mtime_ns", "size", "inode")
_OBSERVED = frozenset({"running", "paused", "lost", "unreadable"})
"""States that depend on more than the record's file."""

_FORECAST, _SET = stem(""), stem("S")[:-1]


Known: TypeAlias = dict[str, tuple[Mark, Row]]
"""Rows by id, each with the mark of the file it was made of."""


def read_rows(places: Places, memory: Known | None = None) -> list[Row]:
    """A row for everything that has a record in the data directory, in no order.

    Who looks again and again keeps a `memory`, empty at first, and pays only for what changed in between.
    """
    begin = time.time_ns()
    with _nothing_collected():
        marks = settled(places, lambda: _marks(places))
        known = memory or (_load(path_of(places)) if len(marks) >= LEAST else {})
        current = {key: row for key, (mark, row) in known.items() if marks.get(key) == mark}
    missing = [key for key in marks if key not in current]
    read = _read(places, missing) if missing else {}
    fresh = {key: row for key, row in read.items() if _is_lasting(key, row, begin - marks[key][0])}
    stale = max(len(fresh), len(known) - len(current))
    if len(marks) >= LEAST and stale * STALE_SHARE > len(marks):
        _write(places, current | fresh, marks)
    if memory is not None:
        memory.clear()
        memory.update((key, (marks[key], row)) for key, row in (current | fresh).items())
    return [*current.values(), *read.values()]


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """The collector would look through thousands of new rows again and again, and find nothing."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _is_lasting(record_id: str, row: Row, age: int) -> bool:
    return age > YOUNG_NANOSECONDS and row.state not in _OBSERVED and row.id == record_id


def path_of(places: Places) -> Path:
    """Where the catalogue lies."""
    return places.data / "catalogue.json"


def _marks(places: Places) -> dict[str, Mark]:
    """The mark of each record's file by id, but for what nobody may see yet."""
    found = _all_marks(places)
    for record_id in unseen(places).runs:
        found.pop(record_id, None)
    return found


def _all_marks(places: Places) -> dict[str, Mark]:
    """One look at each, nothing is opened."""
    found: dict[str, Mark] = {}
    try:
        descriptor = os.open(places.data, os.O_RDONLY)
    except FileNotFoundError:
        return found
    try:
        for name in os.listdir(descriptor):
            if name.startswith(_FORECAST):
                record_id, file = name[len(_FORECAST) :], name + "/state.json"
            elif name.startswith(_SET):
                record_id, file = name[len(_SET) :], name + "/set.json"
            else:
                continue
            try:  # and not `suppress`, which would take a tenth of the time of it all
                status = os.stat(file, dir_fd=descriptor)
                found[record_id] = (status.st_mtime_ns, status.st_size, status.st_ino)  # `mark_of`, without the call
            except (FileNotFoundError, NotADirectoryError):
                pass
    finally:
        os.close(descriptor)
    return found


def mark_of(status: os.stat_result) -> Mark:
    """The mark of a file."""
    return status.st_mtime_ns, status.st_size, status.st_ino


def _load(path: Path) -> Known:
    """The rows of the catalogue by id; nothing if it is missing, damaged or of another version."""
    try:
        document = json.loads(path.read_bytes())
        if document["schema"] != SCHEMA:
            return {}
        marks = zip(*(document[name] for name in _MARK), strict=True)
        values = zip(*(document[name] for name in Row._fields), strict=True)
        rows: map[Row] = map(partial(tuple.__new__, Row), values)  # half the time of `Row._make`, which counts them
        return dict(zip(document["id"], zip(marks, rows, strict=True), strict=True))
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return {}


def _read(places: Places, ids: Iterable[str]) -> dict[str, Row]:
    from ef_engine.store.forecasts import read_run  # what these import costs 10 ms, for nothing if nothing has changed
    from ef_engine.store.record_rows import row_of

    return {key: row_of(places, record) for key in ids if (record := read_run(places, key))}


def _write(places: Places, rows: Mapping[str, Row], marks: Mapping[str, Mark]) -> None:
    """Writes the catalogue by column, which makes it quick to read; where that is not allowed there is none."""
    from ef_engine.store.atomic import remove_stale_temporaries, write_bytes

    columns = zip(*((*marks[key], *row) for key, row in rows.items()), strict=True)
    document = {"schema": SCHEMA, **dict(zip((*_MARK, *Row._fields), columns, strict=False))}
    with suppress(OSError):
        remove_stale_temporaries(places.data)
        write_bytes(path_of(places), json.dumps(document, separators=(",", ":")).encode(), durable=False)

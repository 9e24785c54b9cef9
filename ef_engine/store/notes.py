"""Remarks of people on records: `data/notes/<name>.jsonl`, a line a remark, only ever added to.

They are apart from the record, whose file only the holder of its claim may write, and outlive it: what is deleted and
staged again has its notes.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass

from ef_engine.store.clock import now
from ef_engine.store.places import FILE_MODE, Places, make_directory, stem

SCHEMA = "ef/note/1"


@dataclass(frozen=True, slots=True)
class Note:
    """A remark: when (UTC, as of `clock`), whose, and what."""

    at: str
    owner: str
    text: str


def add(places: Places, record_id: str, owner: str, text: str) -> Note:
    """Adds a remark; it is on disk when this returns."""
    note = Note(now(), owner, text)
    line = json.dumps({"schema": SCHEMA, **asdict(note)}).encode("ascii") + b"\n"
    make_directory(places.notes)
    path = places.notes / f"{stem(record_id)}.jsonl"
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, FILE_MODE)
    try:
        size = os.fstat(descriptor).st_size
        is_torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        os.write(descriptor, b"\n" * is_torn + line)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return note


def read(places: Places, record_id: str) -> list[Note]:
    """The remarks on a record, the oldest first; a line torn by a power cut is passed over."""
    found = []
    with suppress(FileNotFoundError):
        for line in (places.notes / f"{stem(record_id)}.jsonl").read_bytes().splitlines():
            with suppress(ValueError, KeyError, TypeError):
                document = json.loads(line)
                found.append(Note(str(document["at"]), str(document["owner"]), str(document["text"])))
    return found

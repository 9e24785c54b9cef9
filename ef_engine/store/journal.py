"""`log/journal.jsonl`: what happened to every record of the workspace, one line of JSON an event, in order.

A whole group of events is one write under a lock, so lines never mix. At a size the file moves to
`journal.000001.jsonl` and on; such a file never changes its name again, which is what lets readers do without a lock.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from ef_engine.store import process as processes
from ef_engine.store.clock import now
from ef_engine.store.events import Event, Kind, event_of, line_of
from ef_engine.store.places import FILE_MODE, Places, make_directory
from ef_engine.store.process import Process

LARGEST = 8_000_000
"""Bytes after which the journal moves on to a new file."""

KEPT = 4
"""So many full files are kept beside the one that is written."""

LONGEST = 512
"""About as many bytes as an event takes."""

LOCK_SECONDS = 5.0
"""How long an event waits for others; each holds the lock for microseconds, unless it is stopped in between."""

POLL_SECONDS = 0.25

_NAME = "journal.jsonl"
_FULL = re.compile(r"journal\.(\d{6,})\.jsonl", re.ASCII)


class Reading(Iterator[Event]):
    """Events in the order they were written; `skipped` counts the lines so far that were no event.

    Such a line was torn by a power cut or a full disk, or comes from a later version.
    """

    def __init__(self, lines: Iterator[bytes], since: str | None) -> None:
        self.skipped = 0
        self._lines, self._since = lines, since or ""

    def __next__(self) -> Event:
        for line in self._lines:
            event = event_of(line)
            if event is None:
                self.skipped += 1
            elif event.at >= self._since:
                return event
        raise StopIteration


def append(
    places: Places, event: Kind, record_id: str, *, at: str | None = None, process: Process | None = None, **fields: Any
) -> None:
    """Writes one event, by default of now and of this process; raises OSError where that fails."""
    append_many(places, [Event(event, record_id, at or now(), process or processes.current(), fields)])


def append_many(places: Places, events: Iterable[Event]) -> None:
    """Writes the events one after the other, with none of others in between; all or none of them."""
    data = b"".join(map(line_of, events))
    if not data:
        return
    make_directory(places.log)
    with _locked(places):
        _rotate(places, len(data))
        _write(places.log / _NAME, data)


def note(
    places: Places, event: Kind, record_id: str, *, at: str | None = None, process: Process | None = None, **fields: Any
) -> None:
    """As `append`, for those whose work is more important than the journal: a failure is only logged."""
    note_many(places, [Event(event, record_id, at or now(), process or processes.current(), fields)])


def note_many(places: Places, events: Sequence[Event]) -> None:
    """As `append_many`; a failure is only logged."""
    try:
        append_many(places, events)
    except OSError as error:
        import logging  # costs 10 ms, which only this case should pay

        missing = ", ".join(f"{event.kind} of {event.id}" for event in events)
        logging.getLogger(__name__).warning("the journal misses %s: %s", missing, error)


def read(places: Places, since: str | None = None) -> Reading:
    """Everything written up to now, or what happened at `since` (a moment of `clock`) and later."""
    return Reading(_past_lines(places), since)


def latest(places: Places, count: int) -> list[Event]:
    """The last events of the newest file, at most so many, without reading more of it than they can take up."""
    with suppress(FileNotFoundError), (places.log / _NAME).open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - count * LONGEST))
        lines = file.read().splitlines()[-count:]
        return [event for line in lines if (event := event_of(line))]
    return []


def follow(
    places: Places,
    since: str | None = None,
    *,
    stop: Callable[[], bool] = lambda: False,
    seconds: float | None = None,
    poll_seconds: float = POLL_SECONDS,
    rest: Callable[[float], None] = time.sleep,
) -> Reading:
    """As `read`, then what comes; ends when `stop` says so, or after so many `seconds` from now.

    Whenever there is nothing new it calls `rest`, which may do something else meanwhile.
    """
    end = None if seconds is None else time.monotonic() + seconds

    def is_over() -> bool:
        return stop() or (end is not None and time.monotonic() >= end)

    return Reading(_coming_lines(places, is_over, partial(rest, poll_seconds)), since)


@contextmanager
def _locked(places: Places) -> Iterator[None]:
    """Raises TimeoutError, an OSError. Unlocks by hand: closing alone would leave the lock to a child just forked."""
    import fcntl

    make_directory(places.lock)
    descriptor = os.open(places.lock / f"{_NAME}.lock", os.O_RDWR | os.O_CREAT, FILE_MODE)
    try:
        deadline = time.monotonic() + LOCK_SECONDS
        while not _try_lock(descriptor):
            if time.monotonic() > deadline:
                raise TimeoutError(f"another process holds the journal for more than {LOCK_SECONDS:g} seconds")
            time.sleep(0.0005)
        try:
            yield
        finally:
            fcntl.flock(descriptor, fcntl.LOCK_UN)
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int) -> bool:
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _write(path: Path, data: bytes) -> None:
    """Appends with a single write; a torn line before it is ended first, and a write that is cut short is undone."""
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, FILE_MODE)
    try:
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            data = b"\n" + data
        if os.write(descriptor, data) != len(data):
            os.ftruncate(descriptor, size)
            raise OSError(f"{path}: only a part could be written")
    finally:
        os.close(descriptor)


def _rotate(places: Places, coming: int) -> None:
    """Makes room for so many bytes: renames a full journal to the next number, and deletes the oldest."""
    path = places.log / _NAME
    if not path.exists() or path.stat().st_size + coming <= LARGEST:
        return
    numbers = _numbers(places)
    path.rename(_numbered(places, max(numbers, default=0) + 1))
    for number in numbers[: max(0, len(numbers) + 1 - KEPT)]:
        _numbered(places, number).unlink(missing_ok=True)


def _numbered(places: Places, number: int) -> Path:
    return places.log / f"journal.{number:06}.jsonl"


def _numbers(places: Places) -> list[int]:
    """The numbers of the full files, the oldest first."""
    try:
        names = os.listdir(places.log)
    except FileNotFoundError:
        return []
    return sorted(int(full[1]) for full in map(_FULL.fullmatch, names) if full)


def _opened(places: Places) -> list[BinaryIO]:
    """The files, the oldest first. The last one is opened before the others are looked for, so that none is missed
    that gets its number in between; it is then found twice."""
    found = {_inode(file): file for file in _open(places.log / _NAME)}
    full = [file for number in _numbers(places) for file in _open(_numbered(places, number))]
    for file in full:
        if newest := found.pop(_inode(file), None):
            newest.close()
    return [*full, *found.values()]


def _open(path: Path) -> list[BinaryIO]:
    try:
        return [path.open("rb")]
    except FileNotFoundError:
        return []


def _inode(file: BinaryIO) -> tuple[int, int]:
    """What no other file has as long as this one is open."""
    status = os.fstat(file.fileno())
    return status.st_dev, status.st_ino


def _past_lines(places: Places) -> Iterator[bytes]:
    files = _opened(places)
    try:
        for file in files:
            yield from file
    finally:
        for file in files:
            file.close()


def _coming_lines(places: Places, is_over: Callable[[], bool], rest: Callable[[], None]) -> Iterator[bytes]:
    """Every line, and then each new one. A file that has a successor is written no more, so its end is its end."""
    file: BinaryIO | None = None
    try:
        while True:
            is_last_look = is_over()
            successor = _successor(places, file)
            if file is not None:
                yield from _lines_so_far(file, is_ended=successor is not None)
            if successor is not None:
                if file is not None:
                    file.close()
                file = successor
            elif is_last_look:
                return
            else:
                rest()
    finally:
        if file is not None:
            file.close()


def _successor(places: Places, file: BinaryIO | None) -> BinaryIO | None:
    """The file after this one, of none the first; the oldest there is where this one is gone; None for the newest."""
    if file is not None and _is_current(places, file):
        return None
    files = _opened(places)
    inodes = [_inode(each) for each in files]
    position = inodes.index(_inode(file)) + 1 if file is not None and _inode(file) in inodes else 0
    for each in files[:position] + files[position + 1 :]:
        each.close()
    return files[position] if position < len(files) else None


def _is_current(places: Places, file: BinaryIO) -> bool:
    try:
        status = os.stat(places.log / _NAME)
    except FileNotFoundError:
        return False
    return (status.st_dev, status.st_ino) == _inode(file)


def _lines_so_far(file: BinaryIO, is_ended: bool) -> Iterator[bytes]:
    """The lines from here on; one that is half written waits for its rest."""
    while line := file.readline():
        if not line.endswith(b"\n") and not is_ended:
            file.seek(-len(line), os.SEEK_CUR)
            return
        yield line

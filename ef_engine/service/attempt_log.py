"""`log`: what an attempt wrote down, whole or as it grows."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from ef_engine.errors import NotFoundError
from ef_engine.service.standing import look_at_queue
from ef_engine.store.forecasts import known
from ef_engine.store.places import Places, is_set_id

POLL_SECONDS = 0.1


def read_log(places: Places, record_id: str, attempt: int | None = None) -> bytes:
    """The log of an attempt, by default of the latest; NotFoundError if there is none."""
    try:
        return _path(places, record_id, attempt or _latest(places, record_id)).read_bytes()
    except FileNotFoundError as error:
        raise _no_log(places, record_id, attempt) from error


def follow_log(places: Places, record_id: str, attempt: int | None = None) -> Iterator[bytes]:
    """The log of an attempt as it grows, until the attempt ends, if only because its process died.

    By default of the latest attempt, or of the next one if the forecast waits in the queue.
    """
    if is_set_id(record_id):
        raise _no_log(places, record_id, attempt)
    number = attempt or _awaited(places, record_id)
    path, position = _path(places, record_id, number), 0
    while True:
        has_ended = _has_ended(places, record_id, number)  # before reading, so that nothing written last is missed
        with suppress(FileNotFoundError), path.open("rb") as file:
            file.seek(position)
            added = file.read()
            position += len(added)
            yield added
        if has_ended:
            break
        time.sleep(POLL_SECONDS)
    if not path.exists():
        raise _no_log(places, record_id, attempt)


def _latest(places: Places, record_id: str) -> int:
    return known(places, record_id).attempt


def _awaited(places: Places, record_id: str) -> int:
    """The attempt that runs or ran last, or the one that is still to begin."""
    queue = look_at_queue(places)
    record = known(places, record_id)
    return record.attempt + (queue.standing(record) == "queued")


def _has_ended(places: Places, record_id: str, attempt: int) -> bool:
    queue = look_at_queue(places)
    record = known(places, record_id)
    standing = queue.standing(record)
    if record.attempt != attempt:
        return record.attempt > attempt or standing != "queued"
    return standing not in ("running", "paused")


def _path(places: Places, record_id: str, attempt: int) -> Path:
    return places.run(record_id) / f"attempt-{attempt}.log"


def _no_log(places: Places, record_id: str, attempt: int | None) -> NotFoundError:
    if is_set_id(record_id):
        return NotFoundError(f"{record_id} is a forecast set and has no log", "its forecasts have; see `ef_cli show`")
    if known(places, record_id).kind == "flow":
        return NotFoundError(f"{record_id} is a flow and has no log", "its steps have; see `ef_cli show`")
    if attempt:
        return NotFoundError(
            f"{record_id} has no log of attempt {attempt}", f"its latest is {_latest(places, record_id)}"
        )
    return NotFoundError(f"{record_id} has no log", "only a forecast that ran has one")

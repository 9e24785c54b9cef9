"""Running one forecast of a workspace here: claim it, see whether there is anything to do, do it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ef_engine.errors import NotFoundError
from ef_engine.jobs.attempt import Conduct, run_attempt
from ef_engine.jobs.outcomes import member_ids
from ef_engine.store import forecasts
from ef_engine.store.claims import claimed
from ef_engine.store.forecasts import known as known
from ef_engine.store.places import Places
from ef_engine.store.records import Record
from ef_engine.store.states import Finished


def run_one(
    places: Places, record_id: str, conduct: Conduct, *, force: bool, begun: Callable[[Record], None]
) -> tuple[Record, bool]:
    """The record of the forecast as it ended, and whether it had a result before; HeldError if somebody else runs it.

    `begun` is called with the record as it was, right before the attempt begins.
    """
    with ready(places, record_id, force=force) as (record, document):
        if document is None:
            return record, True
        begun(record)
        return run_attempt(places, record, conduct), False


@contextmanager
def ready(places: Places, record_id: str, *, force: bool) -> Iterator[tuple[Record, bytes | None]]:
    """The record of a forecast, claimed, and the document to run; None where it has a result, unless by `force`.

    HeldError if somebody else runs it, NotFoundError if its document is gone.
    """
    with claimed(places, record_id):
        record = known(places, record_id)
        is_to_run = force or not has_result(record)
        yield record, prepare(places, record) if is_to_run else None


def has_result(record: Record) -> bool:
    """Whether there is an answer."""
    return isinstance(record.state, Finished) and record.state.outcome.has_result


def is_done(places: Places, record: Record) -> bool:
    """Whether there is an answer, for a set one of every member; one whose member was deleted is not done."""
    if not has_result(record):
        return False
    members = forecasts.read_some(places, member_ids(record)) if record.members else {}
    return all(isinstance(found := members.get(member), Record) and has_result(found) for member in member_ids(record))


def prepare(places: Places, record: Record) -> bytes:
    """Puts the staged document where its run is, and returns it; it stays staged until the run's state is written."""
    stored = forecasts.read_document(places, record.id)
    if stored is None:
        raise NotFoundError(f"the document of {record.id} is gone", "stage its file again")
    data, path = stored
    if path.parent == places.stage:
        forecasts.write_document(places, record.id, data)
    return data

"""The right to run a forecast: a native lock its runner holds for as long as it runs (architecture.md 4.3).

A claimant tries for a second, because a reader's probe takes the lock for a moment.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from ef_engine.errors import HeldError
from ef_engine.store.forecasts import Unreadable, read_record
from ef_engine.store.locks import holding, is_held
from ef_engine.store.places import Places, is_errand_id
from ef_engine.store.process import Liveness, liveness
from ef_engine.store.records import Record
from ef_engine.store.states import Paused, Running, word_of

CLAIM_SECONDS = 1.0


@contextmanager
def claimed(places: Places, record_id: str, timeout: float = CLAIM_SECONDS) -> Iterator[None]:
    """Holds the claim of a forecast or set; `HeldError` names who has it."""
    with ExitStack() as stack:
        try:
            stack.enter_context(holding(places.claim(record_id), timeout))
        except HeldError as error:
            raise HeldError(f"{record_id} is run by {_holder(places, record_id)}", "wait for it, or stop it") from error
        yield


def _holder(places: Places, record_id: str) -> str:
    record = read_record(places, record_id)
    if isinstance(record, Record) and isinstance(record.state, Running | Paused):
        return f"{record.owner or 'somebody'} (process {record.state.process}, since {record.state.started})"
    return "another process"


def is_lost(places: Places, record: Record) -> bool:
    """Whether it stands as running although nobody runs it; the claim decides only where identity cannot."""
    if not isinstance(record.state, Running | Paused):
        return False
    match liveness(record.state.process):
        case Liveness.ALIVE:
            return False
        case Liveness.DEAD:
            return True
    if is_errand_id(record.id):  # has no claim: what cannot be proven dead is not lost
        return False
    return not is_held(places.claim(record.id)) and read_record(places, record.id) == record


def observed(places: Places, record: Record | Unreadable) -> str:
    """The word a reader sees: the status, the outcome of what is finished, `lost` or `unreadable`."""
    if isinstance(record, Unreadable):
        return "unreadable"
    return "lost" if is_lost(places, record) else word_of(record.state)

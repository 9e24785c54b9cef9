"""A forecast set runs its members one after another; one that fails, or is held elsewhere, stops none of the others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ef_engine.errors import EfError, HeldError
from ef_engine.jobs.attempt import begun, note_end, sentence
from ef_engine.jobs.outcomes import member_ids, set_outcome
from ef_engine.jobs.run_one import is_done, known, prepare
from ef_engine.service.run_forecast import Ran, Wishes, note_known, note_lost, ran, run_forecast
from ef_engine.store import active, flow_calls, forecasts, journal, requests
from ef_engine.store.claims import claimed
from ef_engine.store.clock import now
from ef_engine.store.events import Kind
from ef_engine.store.places import Places
from ef_engine.store.records import Record
from ef_engine.store.states import Outcome
from ef_engine.store.transitions import Finish, after
from ef_engine.version import VERSION


def run_set(places: Places, set_id: str, wishes: Wishes) -> Iterator[Ran]:
    """Yields each member as it ends, then the set; members that were evaluated before are not run again."""
    with claimed(places, set_id):
        record = known(places, set_id)
        if not wishes.force and is_done(places, record):
            note_known(ran(record), wishes)
            forecasts.unstage_begun(places, [*member_ids(record), set_id])  # who ran it may have died before that
            yield from (ran(known(places, member)) for member in member_ids(record))
            yield ran(record)
            return
        requests.clear(places, set_id)
        prepare(places, record)
        note_lost(record, wishes)
        journal.note(places, Kind.RECEIVED, set_id, owner=record.owner)
        flow_calls.note(places, [record])
        results: list[Ran] = []
        try:
            with _running(places, record, results):
                for result in _run_members(places, record, wishes):
                    results.append(result)
                    yield result
        except KeyboardInterrupt:
            yield ran(known(places, set_id))
            raise
        yield ran(known(places, set_id))


@contextmanager
def _running(places: Places, record: Record, results: list[Ran]) -> Iterator[None]:
    """The set stands as running meanwhile, and as finished afterwards, whatever happens."""
    with active.marked(places, record.id, record.attempt + 1):
        running = begun(places, record, VERSION)
        try:
            yield
        except Exception as error:
            _end(places, running, Outcome.FAILED, sentence(error))
            raise
        except BaseException:
            _end(places, running, Outcome.KILLED, "interrupted")
            raise
        _end(places, running, set_outcome(result.outcome for result in results), _message(results))


def _end(places: Places, running: Record, outcome: Outcome, message: str) -> None:
    finished = after(running, Finish(outcome, now(), message))
    forecasts.write_record(places, finished)
    note_end(places, finished)
    forecasts.unstage_begun(places, [*member_ids(running), running.id])


def _message(results: list[Ran]) -> str:
    """How many members have no answer, where some have none."""
    missing = [result for result in results if not (result.outcome and result.outcome.has_result)]
    return f"{len(missing)} of {len(results)} forecasts have no result" if missing else ""


def _run_members(places: Places, record: Record, wishes: Wishes) -> Iterator[Ran]:
    members = member_ids(record)
    for position, member in enumerate(members, 1):
        try:
            yield run_forecast(places, member, wishes, position, len(members))[0]
        except HeldError as error:
            yield Ran(member, None, str(error))
        except EfError as error:
            yield Ran(member, Outcome.FAILED, str(error))
        except KeyboardInterrupt:
            yield ran(known(places, member))
            raise

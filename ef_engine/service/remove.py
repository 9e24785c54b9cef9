"""`rm`: unstages what is staged and deletes what ran, with its results. What runs or waits is held and stays."""

from __future__ import annotations

from ef_engine.errors import CommandError, HeldError
from ef_engine.jobs.outcomes import member_ids
from ef_engine.service.protect import check_unlocked
from ef_engine.service.standing import Queue, look_at_queue
from ef_engine.store import active, errands, forecasts, journal, requests, tickets
from ef_engine.store.claims import claimed, observed
from ef_engine.store.events import Kind
from ef_engine.store.places import Places, is_errand_id, is_flow_id, is_set_id
from ef_engine.store.process import Liveness, liveness
from ef_engine.store.records import Record
from ef_engine.store.states import Finished


def remove(places: Places, record_id: str, expected: Record | None = None) -> bool:
    """Deletes everything under a full id; whether it did: what is no longer as `expected` (None: anything) stays.

    Raises HeldError while it runs, or is still to be run, or is locked.
    """
    if "." in record_id and is_flow_id(record_id):
        raise CommandError(f"{record_id} is a step of {record_id.partition('.')[0]}", "delete that")
    check_unlocked(places, record_id)
    if is_errand_id(record_id):
        return _remove_errand(places, record_id, expected)
    with claimed(places, record_id):
        queue = look_at_queue(places)
        found = forecasts.read_record(places, record_id)
        if expected not in (None, found):
            return False
        if isinstance(found, Record):
            _check_not_wanted(queue, found)
        forecasts.delete_run(places, record_id)
        forecasts.unstage(places, [record_id])
        active.clear(places, record_id)
        requests.clear(places, record_id)
        journal.note(places, Kind.DELETED, record_id)
    for ticket in queue.tickets:
        if ticket.record_id == record_id and queue.is_lost(ticket):
            tickets.remove(places, ticket.name)
    return True


def _remove_errand(places: Places, record_id: str, expected: Record | None) -> bool:
    """Its record alone: the page or the forecast it made stays."""
    found = forecasts.read_run(places, record_id)
    if expected not in (None, found):
        return False
    if isinstance(found, Record) and observed(places, found) == "running":
        raise HeldError(f"{record_id} is under way", "wait for it")
    errands.delete(places, record_id)
    journal.note(places, Kind.DELETED, record_id)
    return True


def _check_not_wanted(queue: Queue, record: Record) -> None:
    for ticket in queue.open_tickets(record):
        if not queue.is_lost(ticket):
            whose = "" if ticket.record_id == record.id else f" with {ticket.record_id}"
            who = f"{ticket.owner or 'somebody'} since {ticket.at}"
            remedy = f"wait for it, or take it out with `ef_cli kill {ticket.record_id}`"
            raise HeldError(f"{record.id} is queued{whose} by {who}", remedy)
    if not isinstance(record.state, Finished) and (set_id := _running_set(queue.places, record.id)):
        raise HeldError(f"{record.id} belongs to {set_id}, which runs", f"wait for it, or `ef_cli kill {set_id}`")


def _running_set(places: Places, record_id: str) -> str | None:
    """The set that is run in somebody's terminal and will come to the forecast."""
    living = [each.id for each in active.markers(places) if liveness(each.process) is not Liveness.DEAD]
    sets = forecasts.read_some(places, filter(is_set_id, living)).values()
    return next((each.id for each in sets if isinstance(each, Record) and record_id in member_ids(each)), None)

"""`restart`: a new attempt at what failed, was stopped or got lost. The logs of earlier attempts stay."""

from __future__ import annotations

from collections.abc import Iterable

from ef_engine.errors import CommandError, HeldError
from ef_engine.jobs.burial import bury
from ef_engine.jobs.outcomes import member_ids
from ef_engine.service.ids import kind_of
from ef_engine.service.in_progress import in_progress
from ef_engine.service.standing import Queue, look_at_queue
from ef_engine.store import forecasts, tickets
from ef_engine.store.claims import observed
from ef_engine.store.places import Places, is_flow_id, is_set_id
from ef_engine.store.records import Record
from ef_engine.store.states import Finished, Outcome, Paused, Running

WENT_WRONG = frozenset({Outcome.FAILED, Outcome.CRASHED, Outcome.TIMED_OUT, Outcome.UPSTREAM_FAILED})
"""What nobody wanted; `killed` and `incomplete` are what somebody asked for."""


def failed_ids(places: Places) -> list[str]:
    """Everything that went wrong, without the forecasts of sets that did."""
    records = {each.id: each for each in forecasts.read_records(places) if isinstance(each, Record)}
    wrong = [
        record.id for record in records.values()
        if isinstance(record.state, Finished) and record.state.outcome in WENT_WRONG and not is_flow_id(record.id)
    ]  # fmt: skip
    return _without_members(places, wrong)


def lost_ids(places: Places) -> list[str]:
    """Everything that is lost, without the forecasts of sets that are."""
    lost = [row.record.id for row in in_progress(places) if row.word == "lost"]
    return _without_members(places, [each for each in lost if not is_flow_id(each)])


def _without_members(places: Places, ids: list[str]) -> list[str]:
    sets = forecasts.read_some(places, filter(is_set_id, ids)).values()
    covered = {member for each in sets if isinstance(each, Record) for member in member_ids(each)}
    return [record_id for record_id in ids if record_id not in covered]


def make_ready(places: Places, ids: Iterable[str]) -> list[str]:
    """The ids, each ready to be queued again: what is lost is closed as crashed first.

    Raises CommandError for what needs no restart, and HeldError for what runs or waits; nothing is closed then.
    """
    queue = look_at_queue(places)
    records = [forecasts.known(places, record_id) for record_id in dict.fromkeys(ids)]
    for record in records:
        _check(queue, record)
    for record in records:
        _close(queue, record)
    return [record.id for record in records]


def _check(queue: Queue, record: Record) -> None:
    word = queue.standing(record)
    if word in ("running", "paused"):
        assert isinstance(record.state, Running | Paused)
        raise HeldError(f"{record.id} is run by process {record.state.process}", "wait for it, or stop it")
    if word == "queued":
        raise HeldError(f"{record.id} is queued already", f"`ef_cli wait {record.id}` waits for it")
    kind = kind_of(record.id)
    if word in ("evaluated", "infeasible"):
        raise CommandError(f"{record.id} is {word}", f"`ef_cli run {kind} {record.id} --force` runs it again")
    if word == "staged":
        raise CommandError(f"{record.id} was never run", f"`ef_cli run {kind} {record.id}` does")


def _close(queue: Queue, record: Record) -> None:
    """Closes what its process left standing, of a set its forecasts too, and drops the tickets nobody works on."""
    members = forecasts.read_some(queue.places, member_ids(record)).values()
    for each in (record, *members):
        if isinstance(each, Record) and isinstance(each.state, Running | Paused) and _died(queue.places, each):
            bury(
                queue.places, each.id, each.state.process, Outcome.CRASHED, f"its process {each.state.process} is gone"
            )
    for ticket in queue.tickets:
        if ticket.record_id == record.id and queue.is_lost(ticket):
            tickets.remove(queue.places, ticket.name)


def _died(places: Places, record: Record) -> bool:
    return observed(places, record) == "lost"

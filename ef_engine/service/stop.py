"""Stopping what runs, wherever it runs (architecture.md 5, Kill)."""

from __future__ import annotations

import signal
from collections.abc import Iterable
from functools import partial

from ef_engine.errors import NotFoundError
from ef_engine.jobs.burial import bury, withdraw
from ef_engine.jobs.run_one import known
from ef_engine.jobs.signals import signal_group
from ef_engine.jobs.supervise import is_supervised
from ef_engine.service.flow_stop import kill_in_flow
from ef_engine.service.patience import until
from ef_engine.service.protect import check_unlocked
from ef_engine.service.standing import look_at_queue
from ef_engine.store import journal, requests, tickets
from ef_engine.store.claims import is_lost
from ef_engine.store.events import Kind
from ef_engine.store.places import Places, is_flow_id
from ef_engine.store.process import Liveness, Process, liveness
from ef_engine.store.records import Record
from ef_engine.store.states import Outcome, Paused, Running

ASK_SECONDS = 2.0
TERM_SECONDS = 3.0
SUPERVISED_SECONDS = 10.0
MEMBER_SECONDS = 0.05


def kill(places: Places, record_id: str, owner: str) -> Record:
    """Asks it to stop, then makes it; returns its record as it ended. NotFoundError for what neither runs nor waits,
    HeldError for what is locked.

    A supervisor does this for what it runs; a run in somebody's terminal is ended from here.
    """
    if is_flow_id(record_id):
        check_unlocked(places, record_id)
        return kill_in_flow(places, record_id, owner)
    record = known(places, record_id)
    waiting = _waiting_tickets(places, record_id)
    if not isinstance(record.state, Running | Paused) and not waiting:
        raise NotFoundError(f"{record_id} does not run", "see `ef_cli ps`")
    check_unlocked(places, record_id)
    if isinstance(record.state, Running | Paused) and is_lost(places, record):
        return _closed(places, record_id, Outcome.CRASHED, f"its process {record.state.process} is gone")
    if not isinstance(record.state, Running | Paused) and _is_forsaken(places, record):
        return _dropped(places, record_id, owner)
    _ask(places, record, owner)
    if is_supervised(places) and until(partial(_has_ended, places, record, waiting, owner), _patience(record)):
        return known(places, record_id)
    return _end_here(places, record_id, owner)


def ask_to_stop(places: Places, record_ids: Iterable[str], owner: str) -> None:
    """Asks for what is still in the queue of these to be stopped, and waits for nothing."""
    queued = {ticket.record_id for ticket in tickets.all_tickets(places)}
    for record_id in queued.intersection(record_ids):
        _ask(places, known(places, record_id), owner)


def _ask(places: Places, record: Record, owner: str) -> None:
    requests.ask(places, record.id, "killed", owner)
    journal.note(places, Kind.KILL_REQUESTED, record.id, attempt=record.attempt, owner=owner)
    _wake(record)


def _patience(record: Record) -> float:
    """How long its supervisor may take, which closes every forecast of a set."""
    return SUPERVISED_SECONDS + MEMBER_SECONDS * len(record.members)


def _waiting_tickets(places: Places, record_id: str) -> list[str]:
    """The names of the tickets that ask for it, alone or as a member of a set, and do not know its end yet."""
    queue = look_at_queue(places)
    return [
        ticket.name
        for ticket in queue.tickets
        if (record_id == ticket.record_id or record_id in queue.members.get(ticket.record_id, ()))
        and record_id not in queue.ended[ticket.name]
    ]


def _is_forsaken(places: Places, record: Record) -> bool:
    """Whether it waits in the queue of a supervisor that died."""
    return look_at_queue(places).standing(record) == "lost"


def _dropped(places: Places, record_id: str, owner: str) -> Record:
    """Takes it out of that queue; a set that is waited for with it stays."""
    queue = look_at_queue(places)
    for ticket in queue.tickets:
        if ticket.record_id == record_id and queue.is_lost(ticket):
            tickets.remove(places, ticket.name)
    withdraw(places, record_id, f"stopped by {owner or 'somebody'} before it ran")
    return known(places, record_id)


def _wake(record: Record) -> None:
    """A stopped process hears nothing until it goes on."""
    if isinstance(record.state, Paused):
        signal_group(record.state.process, signal.SIGCONT)


def _has_ended(places: Places, before: Record, waiting: list[str], owner: str) -> bool:
    """Whether neither it nor one of the tickets that waited for it is under way any more.

    Its runner drops the request when it obeys; where another ticket still asks for it, the request is made again.
    """
    record = known(places, before.id)
    if isinstance(record.state, Running | Paused):
        return False
    is_asked = requests.is_asked(places, record.id)
    if any(_still_waits(places, name, record.id) for name in waiting):
        if not is_asked:
            requests.ask(places, record.id, "killed", owner)
        return False
    return not is_asked or record.attempt > before.attempt


def _still_waits(places: Places, name: str, record_id: str) -> bool:
    return tickets.exists(places, name) and record_id not in tickets.ended(places, name)


def _end_here(places: Places, record_id: str, owner: str) -> Record:
    """Waits for it to stop by itself, then signals its process, whose identity is checked right before each signal."""
    if until(lambda: not _runs(places, record_id), ASK_SECONDS):
        return known(places, record_id)
    for number in (signal.SIGTERM, signal.SIGKILL):
        state = known(places, record_id).state
        if isinstance(state, Running | Paused):
            signal_group(state.process, number)
            if until(partial(_is_gone, state.process), TERM_SECONDS):
                break
    return _closed(places, record_id, Outcome.KILLED, f"stopped by {owner or 'somebody'}")


def _is_gone(process: Process) -> bool:
    return liveness(process) is not Liveness.ALIVE


def _runs(places: Places, record_id: str) -> bool:
    return isinstance(known(places, record_id).state, Running | Paused)


def _closed(places: Places, record_id: str, outcome: Outcome, message: str) -> Record:
    record = bury(places, record_id, None, outcome, message)
    assert record is not None
    return record

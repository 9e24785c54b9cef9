"""Stopping, holding and looking into what runs, wherever it runs (architecture.md 5, Kill)."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path

from ef_engine.errors import CommandError, HeldError, NotFoundError
from ef_engine.jobs.burial import bury, withdraw
from ef_engine.jobs.run_one import known
from ef_engine.jobs.signals import process_state, signal_group
from ef_engine.jobs.supervise import is_supervised
from ef_engine.service.flow_stop import kill_in_flow, steps_in
from ef_engine.service.protect import check_unlocked
from ef_engine.service.standing import look_at_queue
from ef_engine.store import active, forecasts, journal, requests, tickets
from ef_engine.store.claims import is_lost
from ef_engine.store.clock import now
from ef_engine.store.events import Kind
from ef_engine.store.places import Places, is_flow_id
from ef_engine.store.process import Liveness, Process, is_remote, liveness
from ef_engine.store.records import Record
from ef_engine.store.states import Outcome, Paused, Running
from ef_engine.store.transitions import Pause, Resume, after

ASK_SECONDS = 2.0
TERM_SECONDS = 3.0
SUPERVISED_SECONDS = 10.0
MEMBER_SECONDS = 0.05
POLL_SECONDS = 0.02

_OUTERMOST = ("in <module>", "in _run_module_as_main")
"""How the last line of a whole stack ends."""

_STACK = re.compile(r"^(?=(?:Current thread|Thread) 0x)", re.MULTILINE)


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
    if is_supervised(places) and _until(partial(_has_ended, places, record, waiting, owner), _patience(record)):
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
    if _until(lambda: not _runs(places, record_id), ASK_SECONDS):
        return known(places, record_id)
    for number in (signal.SIGTERM, signal.SIGKILL):
        state = known(places, record_id).state
        if isinstance(state, Running | Paused):
            signal_group(state.process, number)
            if _until(partial(_is_gone, state.process), TERM_SECONDS):
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


def pause(places: Places, record_id: str) -> Record:
    """Stops the process of a running forecast or step in its tracks; it keeps its claim, and nobody calls it stuck.

    A flow is held first, so that it begins nothing more, and then each of its steps that run; HeldError where one of
    them cannot be, and nothing is held.
    """
    for step in steps_in(places, record_id, Running):
        with suppress(NotFoundError):  # it has ended just now
            _running(places, step.id)
    paused = _held(places, record_id)
    for step in steps_in(places, record_id, Running):
        with suppress(NotFoundError):
            _held(places, step.id)
    return paused


def _held(places: Places, record_id: str) -> Record:
    record, process = _running(places, record_id)
    if isinstance(record.state, Paused):
        raise CommandError(f"{record_id} is paused already", f"`ef_cli resume {record_id}` lets it go on")
    signal_group(process, signal.SIGSTOP)
    if not _until(lambda: process_state(process) in ("T", "t", ""), TERM_SECONDS):
        raise HeldError(f"{record_id} does not stop", "see `ef_cli ps`")
    record = known(places, record_id)
    if not isinstance(record.state, Running) or record.state.process != process:
        signal_group(process, signal.SIGCONT)
        raise NotFoundError(f"{record_id} does not run any more", "see `ef_cli list`")
    # Its process stands still, so this is the only writer.
    paused = after(record, Pause(now()))
    forecasts.write_record(places, paused)
    journal.note(places, Kind.PAUSED, record_id, attempt=paused.attempt)
    return paused


def resume(places: Places, record_id: str) -> Record:
    """Lets a paused forecast or step go on, or a flow with its steps."""
    going = _let_go(places, record_id)
    for step in steps_in(places, record_id, Paused):
        with suppress(NotFoundError):  # its process has died
            _let_go(places, step.id)
    return going


def _let_go(places: Places, record_id: str) -> Record:
    record, process = _running(places, record_id)
    if not isinstance(record.state, Paused):
        raise CommandError(f"{record_id} is not paused", "see `ef_cli ps`")
    going = after(record, Resume(now()))
    forecasts.write_record(places, going)
    journal.note(places, Kind.RESUMED, record_id, attempt=going.attempt)
    with suppress(FileNotFoundError):
        os.utime(active.path_of(places, record_id))  # so that nobody takes the pause for a heart that stopped
    signal_group(process, signal.SIGCONT)
    return going


def _running(places: Places, record_id: str) -> tuple[Record, Process]:
    """What runs, and the process that does it on this machine."""
    record = known(places, record_id)
    if not isinstance(record.state, Running | Paused):
        raise NotFoundError(f"{record_id} does not run", "see `ef_cli ps`")
    if record.members:
        raise CommandError(f"{record_id} is a forecast set", "name one of its forecasts, or pause the queue")
    process = record.state.process
    match liveness(process):
        case Liveness.DEAD:
            raise NotFoundError(f"{record_id} is lost", f"`ef_cli restart {record_id}` runs it again")
        case Liveness.UNKNOWN if is_remote(process):
            raise HeldError(
                f"{record_id} runs on {process}, which can neither be held nor looked into from here",
                f"`ef_cli kill {record_id}` stops it",
            )
        case Liveness.UNKNOWN:
            raise HeldError(f"{record_id} runs on {process}", "do it there")
    return record, process


def stack(places: Places, record_id: str) -> str:
    """Where the process of a running forecast is, even if it is busy in C code or stopped: its Python stacks.

    The thread that simulates comes first, then those that keep it company.
    """
    record, process = _running(places, record_id)
    if active.marker_of(places, record_id) is None:
        raise NotFoundError(f"{record_id} does not run any more", "see `ef_cli list`")
    log = places.run(record_id) / f"attempt-{record.attempt}.log"
    before = log.stat().st_size
    is_stopped = process_state(process) in ("T", "t")
    _signal_one(process, signal.SIGUSR1)
    if is_stopped:
        # The signal waits until the process goes on; its handler runs before anything else does.
        _signal_one(process, signal.SIGCONT)
    dump = _new_dump(log, before)
    if is_stopped:
        _signal_one(process, signal.SIGSTOP)
    if dump is None:
        raise CommandError(f"process {process} of {record_id} does not answer", "see its log with `ef_cli log`")
    return _work_first(dump)


def _work_first(dump: str) -> str:
    """The stacks of a dump, the main thread's first; it is the one that begins in a module."""
    stacks = [stack.rstrip() for stack in _STACK.split(dump) if "most recent call first" in stack]
    return "\n\n".join(sorted(stacks, key=lambda stack: not stack.endswith(_OUTERMOST))) + "\n"


def _signal_one(process: Process, number: int) -> None:
    if liveness(process) is Liveness.ALIVE:
        os.kill(process.pid, number)


def _new_dump(log: Path, before: int) -> str | None:
    """What was added to a log, once it holds a whole stack."""

    def added() -> str:
        with log.open("rb") as file:
            file.seek(before)
            return file.read().decode(errors="replace")

    _until(lambda: added().rstrip().endswith(_OUTERMOST), TERM_SECONDS)
    found = added()
    return found if "most recent call first" in found else None


def _until(is_true: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() >= deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True

"""Holding what runs in the middle, and letting it go on.

A process of this machine is stopped by a signal, and its record written here. For what a worker of a cluster runs, who
stands in for it is asked to do both: the worker itself has to live on, or its scheduler would take it for dead.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress

from ef_engine.errors import CommandError, HeldError, NotFoundError
from ef_engine.jobs.holding import write_paused, write_resumed
from ef_engine.jobs.run_one import known
from ef_engine.jobs.signals import process_state, signal_group
from ef_engine.service.flow_stop import steps_in
from ef_engine.service.patience import until
from ef_engine.store import active, requests
from ef_engine.store.claims import is_lost
from ef_engine.store.places import Places
from ef_engine.store.process import Liveness, Process, is_remote, liveness
from ef_engine.store.records import Record
from ef_engine.store.states import Paused, Running

STOP_SECONDS = 3.0
AFAR_SECONDS = 10.0


def pause(places: Places, record_id: str) -> Record:
    """Stops a running forecast or step in its tracks; it keeps its claim, and nobody calls it stuck.

    A flow is held before its steps, so that it begins nothing more, but after those at workers of a cluster, which its
    process has to tell. HeldError where one of them cannot be held, and nothing is.
    """
    steps = [step for step in steps_in(places, record_id, Running) if _reachable(places, step.id)]
    for step in steps:
        if is_remote(_process(step)):
            _held(places, step.id)
    paused = _held(places, record_id)
    for step in steps_in(places, record_id, Running):
        if not is_remote(_process(step)):
            with suppress(NotFoundError):  # it has ended just now
                _held(places, step.id)
    return paused


def _reachable(places: Places, record_id: str) -> bool:
    """Whether it still runs; HeldError if nobody here can reach its process."""
    with suppress(NotFoundError):
        running(places, record_id)
        return True
    return False


def _process(record: Record) -> Process:
    assert isinstance(record.state, Running)
    return record.state.process


def _held(places: Places, record_id: str) -> Record:
    record, process = running(places, record_id)
    if isinstance(record.state, Paused):
        raise CommandError(f"{record_id} is paused already", f"`ef_cli resume {record_id}` lets it go on")
    return _pause_afar(places, record) if is_remote(process) else _pause_here(places, record_id, process)


def _pause_here(places: Places, record_id: str, process: Process) -> Record:
    signal_group(process, signal.SIGSTOP)
    if not until(lambda: process_state(process) in ("T", "t", ""), STOP_SECONDS):
        raise HeldError(f"{record_id} does not stop", "see `ef_cli ps`")
    record = known(places, record_id)
    if not isinstance(record.state, Running) or record.state.process != process:
        signal_group(process, signal.SIGCONT)
        raise _over(record_id)
    return write_paused(places, record)  # its process stands still, so this is the only writer


def _pause_afar(places: Places, record: Record) -> Record:
    requests.wish(places, record.id, "hold")
    is_settled = until(lambda: not isinstance(known(places, record.id).state, Running), AFAR_SECONDS)
    found = known(places, record.id)
    if isinstance(found.state, Paused):
        return found
    requests.withdraw(places, record.id, "hold")
    if is_settled:
        raise _over(record.id)
    raise HeldError(f"{record.id} takes no step at which it could be held", "see `ef_cli ps`, or try again")


def resume(places: Places, record_id: str) -> Record:
    """Lets a paused forecast or step go on, or a flow with its steps."""
    going = _let_go(places, record_id)
    for step in steps_in(places, record_id, Paused):
        with suppress(NotFoundError):  # its process has died
            _let_go(places, step.id)
    return going


def _let_go(places: Places, record_id: str) -> Record:
    record, process = running(places, record_id)
    if not isinstance(record.state, Paused):
        raise CommandError(f"{record_id} is not paused", "see `ef_cli ps`")
    return _resume_afar(places, record_id) if is_remote(process) else _resume_here(places, record, process)


def _resume_here(places: Places, record: Record, process: Process) -> Record:
    going = write_resumed(places, record)
    with suppress(FileNotFoundError):
        os.utime(active.path_of(places, record.id))  # so that nobody takes the pause for a heart that stopped
    signal_group(process, signal.SIGCONT)
    return going


def _resume_afar(places: Places, record_id: str) -> Record:
    requests.withdraw(places, record_id, "hold")
    if not until(lambda: not isinstance(known(places, record_id).state, Paused), AFAR_SECONDS):
        raise HeldError(f"{record_id} does not go on", "see `ef_cli ps`")
    return known(places, record_id)


def running(places: Places, record_id: str) -> tuple[Record, Process]:
    """What runs or is paused, and the process that does it, on this machine or at a worker of a cluster.

    Raises NotFoundError for what does not run, CommandError for a set, HeldError for a process nobody here can reach.
    """
    record = known(places, record_id)
    if not isinstance(record.state, Running | Paused):
        raise NotFoundError(f"{record_id} does not run", "see `ef_cli ps`")
    if record.members:
        raise CommandError(f"{record_id} is a forecast set", "name one of its forecasts, or pause the queue")
    if is_lost(places, record):
        raise NotFoundError(f"{record_id} is lost", f"`ef_cli restart {record_id}` runs it again")
    process = record.state.process
    if liveness(process) is Liveness.UNKNOWN and not is_remote(process):
        raise HeldError(f"{record_id} runs on {process}", "do it there")
    return record, process


def _over(record_id: str) -> NotFoundError:
    return NotFoundError(f"{record_id} does not run any more", "see `ef_cli list`")

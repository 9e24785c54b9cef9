"""Where the process of a running forecast is right now, even if it is busy in C code or stopped: its Python stacks.

A process of this machine writes them into the attempt's log at a signal. Those of a worker of a cluster are fetched by
whoever stands in for it, and come into the same log.
"""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

from ef_engine.errors import CommandError, NotFoundError
from ef_engine.jobs.signals import process_state
from ef_engine.service.hold import running
from ef_engine.service.patience import until
from ef_engine.store import active, requests
from ef_engine.store.places import Places
from ef_engine.store.process import Liveness, Process, is_remote, liveness

ANSWER_SECONDS = 3.0
AFAR_SECONDS = 10.0

_OUTERMOST = ("in <module>", "in _run_module_as_main")
"""How the last line of a whole dump ends."""

_STACK = re.compile(r"^(?=(?:Current thread|Thread) 0x)", re.MULTILINE)


def stack(places: Places, record_id: str) -> str:
    """The stack of the thread that simulates, then of those that keep it company."""
    record, process = running(places, record_id)
    if active.marker_of(places, record_id) is None:
        raise NotFoundError(f"{record_id} does not run any more", "see `ef_cli list`")
    log = places.run(record_id) / f"attempt-{record.attempt}.log"
    is_own_process = record.kind == "step" or not is_remote(process)
    dump = _dump_from_afar(places, record_id, log) if is_remote(process) else _dump_here(process, log)
    stacks = [each.rstrip() for each in _STACK.split(dump) if "most recent call first" in each]
    if not stacks:
        raise CommandError(f"process {process} of {record_id} does not answer", "see its log with `ef_cli log`")
    if is_own_process:
        stacks.sort(key=lambda each: not each.endswith(_OUTERMOST))  # the main thread begins in a module
    return "\n\n".join(stacks) + "\n"


def _dump_here(process: Process, log: Path) -> str:
    before = log.stat().st_size
    is_stopped = process_state(process) in ("T", "t")
    _signal_one(process, signal.SIGUSR1)
    if is_stopped:
        # The signal waits until the process goes on; its handler runs before anything else does.
        _signal_one(process, signal.SIGCONT)
    until(lambda: _added(log, before).rstrip().endswith(_OUTERMOST), ANSWER_SECONDS)
    if is_stopped:
        _signal_one(process, signal.SIGSTOP)
    return _added(log, before)


def _signal_one(process: Process, number: int) -> None:
    if liveness(process) is Liveness.ALIVE:
        os.kill(process.pid, number)


def _dump_from_afar(places: Places, record_id: str, log: Path) -> str:
    before = log.stat().st_size
    requests.wish(places, record_id, "stack")
    until(lambda: not requests.is_wished(places, record_id, "stack"), AFAR_SECONDS)
    requests.withdraw(places, record_id, "stack")
    until(lambda: "most recent call first" in _added(log, before), ANSWER_SECONDS)
    return _added(log, before)


def _added(log: Path, before: int) -> str:
    with log.open("rb") as file:
        file.seek(before)
        return file.read().decode(errors="replace")

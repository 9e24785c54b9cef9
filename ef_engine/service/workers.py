"""`ls workers` and `kill worker`: the processes that work for a workspace, on what, and ending a single one."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ef_engine.errors import CommandError, HeldError, NotFoundError
from ef_engine.jobs.burial import bury
from ef_engine.jobs.signals import signal_group
from ef_engine.jobs.supervise import is_command_line_of_supervisor
from ef_engine.service.protect import check_unlocked
from ef_engine.service.stop import TERM_SECONDS, kill
from ef_engine.store import active, forecasts, journal, process, process_table, requests
from ef_engine.store.active import Marker
from ef_engine.store.clock import from_timestamp
from ef_engine.store.events import Kind
from ef_engine.store.locks import is_held
from ef_engine.store.places import Places, is_flow_id, is_set_id
from ef_engine.store.process import Liveness, Process, is_remote, liveness
from ef_engine.store.process_table import Entry
from ef_engine.store.records import Record
from ef_engine.store.states import Outcome, Paused, Running

COLUMNS = ("PID", "Role", "Runs", "Label", "CPU", "Memory", "Heartbeat", "Process")

SAMPLE_SECONDS = 0.25
"""How long a look takes: computing is measured meanwhile, and the kernel counts it in hundredths of a second."""

POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """A process that works for the workspace.

    `role` is `supervisor`, `worker`, `flow` for who runs one, or `terminal` for a command that runs something itself.
    It runs `record_id`, None for nothing just now. `cpu` is in percent of one core, `memory` in bytes, `beaten` the
    wall-clock time of its last heartbeat; None where that is not known, as on another machine.
    """

    process: Process
    role: str
    record_id: str | None = None
    label: str = ""
    cpu: float | None = None
    memory: int | None = None
    beaten: float | None = None

    @property
    def cells(self) -> tuple[object, ...]:
        """The values in the order of `COLUMNS`; memory in megabytes, the heartbeat in UTC."""
        memory = None if self.memory is None else round(self.memory / 1e6, 1)
        beaten = None if self.beaten is None else from_timestamp(self.beaten)
        return (
            self.process.pid, self.role, self.record_id, self.label, self.cpu, memory, beaten, str(self.process),
        )  # fmt: skip


def workers(places: Places, sample_seconds: float = SAMPLE_SECONDS) -> list[Worker]:
    """Supervisors first, then what works, then what waits for work."""
    before, begin = process_table.table(), time.monotonic()
    time.sleep(sample_seconds)
    entries, seconds = process_table.table(), time.monotonic() - begin
    roles = {process.of_pid(pid): role for pid, role in _roles(places, entries).items()}
    markers = _markers(places)
    found = []
    for runner in {*markers, *roles}:
        marker = markers.get(runner)
        worker = _worker_of(places, runner, roles.get(runner) or _role_by(marker), marker)
        if runner == process.of_pid(runner.pid) and (entry := entries.get(runner.pid)):
            worker = replace(worker, cpu=_share(before.get(runner.pid), entry, seconds), memory=entry.memory)
        found.append(worker)
    return sorted(found, key=lambda each: (each.role != "supervisor", each.record_id is None, each.process.pid))


def _role_by(marker: Marker | None) -> str:
    """What a process is that is no supervisor's: who runs a flow, who works on a step of it, or a terminal."""
    if marker is not None and is_remote(marker.process):
        return "worker"
    if marker is None or not is_flow_id(marker.id):
        return "terminal"
    return "worker" if "." in marker.id else "flow"


def _worker_of(places: Places, runner: Process, role: str, marker: Marker | None) -> Worker:
    if marker is None:
        return Worker(process=runner, role=role)
    record = forecasts.read_record(places, marker.id)
    label = record.label if isinstance(record, Record) else ""
    return Worker(process=runner, role=role, record_id=marker.id, label=label, beaten=marker.beaten)


def _share(before: Entry | None, after: Entry, seconds: float) -> float | None:
    """How much of one core a process used, in percent."""
    return round(100 * (after.computed - before.computed) / seconds, 1) if before and seconds > 0 else None


def _roles(places: Places, entries: dict[int, Entry]) -> dict[int, str]:
    """The supervisors of the workspace and their workers, by pid. Each worker leads a group of its own."""
    roles: dict[int, str] = {}
    for pid in entries:
        if is_command_line_of_supervisor(places, process_table.command_line(pid)):
            below = process_table.descendants(entries, pid)
            roles |= {each.pid: "worker" for each in below if each.group == each.pid} | {pid: "supervisor"}
    return roles


def _markers(places: Places) -> dict[Process, Marker]:
    """What each living process runs; a set only where it is not one of its forecasts that runs there too."""
    alive = [each for each in active.markers(places) if _is_there(places, each)]
    return {each.process: each for each in sorted(alive, key=lambda each: not is_set_id(each.id))}


def _is_there(places: Places, marker: Marker) -> bool:
    """Whether its runner may be alive; one on a cluster is, for us, while somebody speaks for it."""
    if is_remote(marker.process):
        return is_held(places.claim(marker.id)) or is_flow_id(marker.id)
    return liveness(marker.process) is not Liveness.DEAD


def kill_worker(places: Places, pid: int, owner: str) -> Record | None:
    """Ends one process of `workers`; the record of what it ran, which is then killed, or None if that was nothing.

    Its identity is checked right before each signal. What else waits in the queue goes on in another process.
    """
    worker = _worker(workers(places, 0.0), pid)
    if worker.role == "supervisor":
        raise CommandError(
            f"{pid} is the supervisor", "it leaves by itself when nothing is left to do; end its workers"
        )
    if is_remote(worker.process) and worker.record_id:
        return kill(places, worker.record_id, owner)  # who speaks for it ends the process
    if worker.process.host != process.current().host:
        raise HeldError(f"{pid} works on {worker.process.host}", "do it there")
    if worker.record_id is None:
        _end(worker.process)
        return None
    if worker.role == "terminal":
        return kill(places, _whole(places, worker), owner)
    if is_flow_id(worker.record_id):
        record = kill(places, worker.record_id, owner)  # its owner ends the process, and knows why it ends
        _end(worker.process)
        return record
    check_unlocked(places, worker.record_id)
    requests.ask(places, worker.record_id, "killed", owner)
    journal.note(places, Kind.KILL_REQUESTED, worker.record_id, owner=owner)
    _end(worker.process)
    return _closed(places, worker.record_id, worker.process, owner)


def _worker(found: Iterable[Worker], pid: int) -> Worker:
    matching = [each for each in found if each.process.pid == pid]
    if len(matching) > 1:
        problem = f"{pid} is a process of {len(matching)} machines"
        raise CommandError(problem, f"stop what it runs, such as {matching[0].record_id}, with `ef_cli kill`")
    if matching:
        return matching[0]
    raise NotFoundError(f"no process {pid} works for this workspace", "see `ef_cli ls workers`")


def _whole(places: Places, worker: Worker) -> str:
    """The set a command in a terminal is at, or else the forecast."""
    ids = [each.id for each in active.markers(places) if each.process == worker.process]
    return next(filter(is_set_id, ids), ids[0] if ids else str(worker.record_id))


def _end(runner: Process) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        signal_group(runner, signal.SIGCONT)  # a stopped process hears nothing until it goes on
        signal_group(runner, number)
        deadline = time.monotonic() + TERM_SECONDS
        while liveness(runner) is Liveness.ALIVE:
            if time.monotonic() >= deadline:
                break
            time.sleep(POLL_SECONDS)
        else:
            return


def _closed(places: Places, record_id: str, runner: Process, owner: str) -> Record:
    """The record once its supervisor has closed it, or closed from here where that does not come to it."""
    deadline = time.monotonic() + TERM_SECONDS
    while time.monotonic() < deadline:
        record = forecasts.known(places, record_id)
        if not isinstance(record.state, Running | Paused) or record.state.process != runner:
            return record
        time.sleep(POLL_SECONDS)
    record = bury(places, record_id, runner, Outcome.KILLED, f"stopped by {owner or 'somebody'}") or record
    return record

"""Closing attempts whose process is gone: whoever does it claims the forecast first, so that it is done once."""

from __future__ import annotations

from pathlib import Path

from ef_engine.jobs.attempt import note_end
from ef_engine.store import active, forecasts, requests
from ef_engine.store.claims import claimed
from ef_engine.store.clock import now
from ef_engine.store.places import Places
from ef_engine.store.process import Process
from ef_engine.store.records import Record
from ef_engine.store.states import Finished, Outcome, Paused, Running
from ef_engine.store.transitions import Finish, after

OOM_COUNTER = Path("/sys/fs/cgroup/memory.events")


def bury(places: Places, record_id: str, worker: Process | None, outcome: Outcome, message: str) -> Record | None:
    """The record, finished with the outcome if it stands as running by `worker` (or by anybody, for None).

    Raises HeldError if somebody runs it.
    """
    with claimed(places, record_id):
        record = forecasts.read_record(places, record_id)
        if not isinstance(record, Record):
            return None
        if isinstance(record.state, Running | Paused) and worker in (None, record.state.process):
            record = after(record, Finish(outcome, now(), message))
            forecasts.write_record(places, record)
            note_end(places, record)
        active.clear(places, record_id)
        requests.clear(places, record_id)
        return record


def withdraw(places: Places, record_id: str, message: str) -> Record | None:
    """The record of something that waited and shall not run, as killed; what has a result keeps it."""
    with claimed(places, record_id):
        requests.clear(places, record_id)
        record = forecasts.read_record(places, record_id)
        if not isinstance(record, Record) or (isinstance(record.state, Finished) and record.state.outcome.has_result):
            return None
        if not isinstance(record.state, Finished | Running | Paused):
            record = after(record, Finish(Outcome.KILLED, now(), message))
            forecasts.write_record(places, record)
            note_end(places, record)
        return record


def out_of_memory_kills() -> int:
    """How often the kernel ended a process of this control group for want of memory; 0 where it does not tell."""
    try:
        lines = OOM_COUNTER.read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))

"""The workspaces the dashboard is tested on, made by the real engine: empty, typical and failing.

Ids follow from the content; every moment in the files is then replaced by a fixed one, so that the same workspace shows
the same text on every machine at any time (`frozen` stops the clock for what is counted from now).
"""

from __future__ import annotations

import atexit
import json
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from ef_engine.service import in_progress
from ef_engine.service.inputs import Changes
from ef_engine.service.restage import restage
from ef_engine.service.run import Wishes, run
from ef_engine.service.sample import init
from ef_engine.service.stage import stage_file
from ef_engine.service.workspace import Workspace
from ef_engine.store import active, documents, forecasts, process
from ef_engine.store.atomic import write_bytes
from ef_engine.store.clock import to_text
from ef_engine.store.places import Places, places_under
from ef_engine.store.process import Process
from ef_engine.store.records import Record
from ef_engine.store.states import Finished, Outcome, Running
from tests.service.documents import SMALL, plans, small, write

NOW = datetime.fromisoformat("2026-01-31T08:20:00+00:00")
KINDS = ("empty", "typical", "failing")


@cache
def _idle() -> subprocess.Popen[bytes]:
    """A process that does nothing, to be said to run forecasts; it ends with this one."""
    idle = subprocess.Popen(["sleep", "3600"], start_new_session=True)
    atexit.register(idle.kill)
    return idle


def idle_process() -> Process:
    """A process that lives as long as the tests and does nothing."""
    return identity_of(_idle().pid)


def identity_of(pid: int) -> Process:
    """The identity of a process of this machine."""
    started = process._start_time(pid)
    assert started is not None
    return replace(process.current(), pid=pid, start_time=started)


def moment(seconds: float) -> str:
    """So many seconds before `NOW`, as the state files hold it."""
    return to_text(NOW - timedelta(seconds=seconds))


@contextmanager
def frozen() -> Iterator[None]:
    """Stops the clocks that elapsed times and heartbeats are counted by."""
    clock = SimpleNamespace(time=NOW.timestamp, monotonic=lambda: 1000.0)
    with patch.object(in_progress, "now", lambda: to_text(NOW)), patch.object(in_progress, "time", clock):
        yield


def make(kind: str, home: Path) -> Workspace:
    """One of `KINDS` under `home`."""
    workspace = Workspace(places_under(home), "ann")
    {"empty": lambda _: None, "typical": _typical, "failing": _failing}[kind](workspace)
    _freeze(workspace.places)
    return workspace


def _typical(workspace: Workspace) -> None:
    """A household forecast and its set, evaluated; two things staged, one running, one queued set; a loose file."""
    files = workspace.places.data.parent / "files"
    init(files)
    _run(workspace, stage_file(workspace, files / "household.json").id)
    _run(workspace, stage_file(workspace, files / "household-set.json").id)
    household = stage_file(workspace, files / "household.json").id
    restage(workspace, household, Changes(end_date="2028-12-31", label="a year longer"))
    restage(workspace, household, Changes(end_date="2026-06-30", label="half a year"))
    for done, (label, end) in enumerate((("next ten years", "2035-12-31"), ("next thirty years", "2055-12-31")), 1):
        long = restage(workspace, household, Changes(end_date=end, label=label)).id
        pretend_running(workspace.places, long, done=done * 1460, seconds=40 * done)
    write(workspace.places.stage / "holiday.json", small(label="holiday fund"))


def _failing(workspace: Workspace) -> None:
    """One of everything that can go wrong."""
    files = workspace.places.data.parent / "files"
    init(files)
    _run(workspace, stage_file(workspace, write(files / "plans.json", plans())).id)
    household = stage_file(workspace, files / "household.json").id
    for number, outcome in enumerate((Outcome.FAILED, Outcome.KILLED, Outcome.TIMED_OUT, Outcome.CRASHED)):
        changes = Changes(end_date=f"2027-0{number + 1}-28", label=f"ended {outcome.value}")
        _pretend_ended(workspace.places, restage(workspace, household, changes).id, outcome)
    for number, (label, beaten) in enumerate((("stands still", 1.0), ("gives no sign of life", 95.0)), 1):
        long = restage(workspace, household, Changes(end_date=f"203{number}-12-31", label=label)).id
        pretend_running(workspace.places, long, done=700, seconds=400, beaten=beaten, changed=310.0)
    gone = restage(workspace, household, Changes(end_date="2039-12-31", label="lost its process")).id
    pretend_running(workspace.places, gone, done=300, seconds=900, runner=dead_process())
    write(workspace.places.stage / "broken.json", SMALL.replace('"monthly"', '"sometimes"'))
    newer = restage(workspace, household, Changes(end_date="2029-06-30", label="from the future")).id
    _pretend_ended(workspace.places, newer, Outcome.EVALUATED)
    path = forecasts.record_path(workspace.places, newer)
    path.write_text(path.read_text().replace("ef/state/1", "ef/state/9"))


def _run(workspace: Workspace, record_id: str) -> None:
    for _ in run(workspace.places, record_id, Wishes()):
        pass


def _begin(places: Places, record_id: str) -> Record:
    """The staged record, its document where runs have it."""
    record = forecasts.known(places, record_id)
    stored = forecasts.read_document(places, record_id)
    assert stored is not None
    forecasts.write_document(places, record_id, stored[0])
    return replace(record, attempt=1)


def pretend_running(
    places: Places,
    record_id: str,
    *,
    done: int,
    seconds: float,
    beaten: float = 1.0,
    changed: float = 0.4,
    runner: Process | None = None,
) -> None:
    """What a run leaves on disk that began so many `seconds` ago; its last heartbeat was `beaten` seconds ago."""
    runner = runner or identity_of(_idle().pid)
    record = _begin(places, record_id)
    forecasts.write_record(places, replace(record, state=Running(runner, moment(seconds))))
    forecasts.unstage_begun(places, [record_id])
    progress = {
        "schema": "ef/progress/1", "attempt": 1, "phase": "choosing", "done": done, "total": 3652,
        "rate": round(done / seconds, 3), "at": moment(changed), "longest_step": 0.5,
    }  # fmt: skip
    _write_at(places.run(record_id) / "progress.json", progress, changed)
    marker = {"schema": active.SCHEMA, "id": record_id, "process": runner.to_json(), "attempt": 1}
    _write_at(active.path_of(places, record_id), marker, beaten)


def _pretend_ended(places: Places, record_id: str, outcome: Outcome) -> None:
    message = {Outcome.FAILED: "ValueError: no such day", Outcome.CRASHED: "its process is gone"}.get(outcome, "")
    state = Finished(outcome, moment(60), moment(90), message or "stopped by ann")
    forecasts.write_record(places, replace(_begin(places, record_id), state=state))
    forecasts.unstage_begun(places, [record_id])
    log = places.run(record_id) / "attempt-1.log"
    log.write_text(f"{moment(90)} attempt 1 of {record_id}\n{moment(60)} {outcome.value} {state.message}\n")


def dead_process() -> Process:
    """A process of this machine that ended long ago."""
    return replace(process.current(), start_time="1")


def _write_at(path: Path, document: dict[str, Any], seconds: float) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(path, documents.dump(document))
    os.utime(path, (NOW.timestamp() - seconds,) * 2)


def _freeze(places: Places) -> None:
    """Replaces every moment of what is finished or staged: a minute apart, in the order of the ids."""
    states = sorted((*places.data.glob("*/state.json"), *places.data.glob("*/set.json")))
    for number, path in enumerate(states):
        document = json.loads(path.read_text())
        document |= {"received": moment(7200 + 60 * number)}
        if document["status"] == "finished":
            document |= {"started": moment(3612 + 60 * number), "finished": moment(3600 + 60 * number)}
        path.write_bytes(documents.dump(document))
    if places.index.exists():
        index = json.loads(places.index.read_text())
        for number, key in enumerate(sorted(index["entries"])):
            index["entries"][key]["received"] = moment(5400 + 60 * number)
        places.index.write_bytes(documents.dump(index))
    for journal in places.log.glob("journal.jsonl"):
        events = map(json.loads, journal.read_text().splitlines())
        told = (json.dumps(event | {"at": moment(7200 - 60 * number)}) for number, event in enumerate(events))
        write(journal, "".join(f"{line}\n" for line in told))
    for log in places.data.glob("*/attempt-*.log"):
        text = re.sub(r"^\S+Z ", f"{moment(3600)} ", log.read_text(), flags=re.MULTILINE)
        log.write_text(re.sub(r" by \S+:\d+$", " by host:1234", text, flags=re.MULTILINE))

"""`run flow`: a flow of a file, or one that ran here by its name; a process of its own runs it, which is followed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ef_engine.errors import CommandError, EfError, HeldError, InputError, NotFoundError, Problem
from ef_engine.flows.outcome import closing_line
from ef_engine.jobs.engines import check_engine
from ef_engine.jobs.flow_owner import holder
from ef_engine.jobs.flow_plan import OUTCOMES as OUTCOMES
from ef_engine.jobs.flow_plan import Plan, find_run, make_plan, read_outline, status_word
from ef_engine.jobs.flow_plan import Request as Request
from ef_engine.jobs.plain_values import shown
from ef_engine.jobs.signals import signal_group
from ef_engine.secret import without_secrets
from ef_engine.service.workspace import Workspace
from ef_engine.store import declared_flows, flow_runs, forecasts, requests
from ef_engine.store.claims import is_lost
from ef_engine.store.places import FILE_MODE, Places, make_directory
from ef_engine.store.process import Process
from ef_engine.store.records import Record
from ef_engine.store.states import Finished, Outcome, Paused, Running

POLL_SECONDS = 0.05

_ENDS = {outcome: end for end, outcome in OUTCOMES.items()}
_ERRORS: Mapping[int, type[CommandError]] = {each.exit_code: each for each in (HeldError, NotFoundError)}


@dataclass(frozen=True, slots=True)
class StepEnd:
    """How one time of a step ended: `status` in the words of flows, `result` what it returned or printed."""

    id: str
    name: str
    sequence: str
    status: str
    outcome: str
    result: Any = None
    message: str = ""

    def __str__(self) -> str:
        return f"{self.name}@{self.sequence} {self.status}"


@dataclass(frozen=True, slots=True)
class FlowResult:
    """How a run of a flow ended: `outcome` is success, failure, incomplete or killed; `steps` in the order they began.

    `handled` failures were waited for by another step, which went well.
    """

    id: str
    outcome: str
    steps: tuple[StepEnd, ...]
    handled: int = 0
    message: str = ""

    def __str__(self) -> str:
        return closing_line(self.outcome, self.handled)

    def __getitem__(self, name: str) -> StepEnd:
        """The last time of the step of that name, or of `name@1.2`; KeyError if it never had its turn."""
        found = [each for each in self.steps if name in (each.name, f"{each.name}@{each.sequence}")]
        if not found:
            raise KeyError(name)
        return found[-1]


@dataclass(frozen=True, slots=True)
class Started:
    """A run that began; `notes` are sentences about what was found."""

    id: str
    notes: tuple[str, ...]


def request_of_file(path: Path, name: str | None = None) -> Request:
    """The flow in a JSON or TOML file; raises NotFoundError, InputError, or CommandError for a script."""
    from ef_engine.sources.json_file import file_bytes
    from ef_engine.sources.plain_text import parse_document

    shown_name = name or str(path)
    if path.suffix == ".py":
        raise CommandError(f"{shown_name} is a script", "run it with Python; its flow is then known by its name")
    document = parse_document(file_bytes(path, shown_name), path.suffix, shown_name)
    directory = str(path.absolute().parent)
    return Request(flow=document, directory=directory, path=(directory,), source=str(path.absolute()))


def request_of_name(places: Places, name: str) -> Request:
    """The flow that ran last under the name, or as the run of that id; of its file, if that is still there."""
    found = flow_runs.runs(places, name) or [
        each for each in flow_runs.runs(places) if len(name) > 1 and each.id.startswith(name)
    ]  # fmt: skip
    if not found and len(Path(name).parts) == 1 and (source := declared_flows.source_of(places, name)):
        return request_of_file(source)
    if not found:
        raise NotFoundError(f"{name!r} is no file, and no flow of that name ran here", "name its file")
    run = flow_runs.read_run(places, found[0].id)
    if run.source and Path(run.source).is_file() and Path(run.source).suffix != ".py":
        return request_of_file(Path(run.source))
    return Request(flow=run.flow, directory=run.directory, path=run.path, source=run.source)


def as_of(workspace: Workspace, request: Request) -> Request:
    """The request as made by the user of a workspace, to be run where and by the profile they chose."""
    return replace(
        request,
        owner=workspace.owner,
        engine=workspace.engine,
        scheduler=workspace.scheduler,
        environment=workspace.environment,
    )


def dry_run(places: Places, request: Request) -> Plan:
    """What a run would do with every step, and why; nothing is written."""
    return make_plan(places, request)


def start(places: Places, request: Request) -> Started:
    """Has a process of its own run the flow; returns as soon as it does.

    Raises InputError for a flow with findings, HeldError where another process runs it.
    """
    make_plan(places, request)  # so that what is wrong with it is told without a process
    note = check_engine(request.engine, request.scheduler)
    owner = _launch(places)
    assert owner.stdin
    assert owner.stdout
    wanted = asdict(request) | {"places": [str(each.absolute()) for each in _directories(places)]}
    with suppress(BrokenPipeError), owner.stdin:
        owner.stdin.write(json.dumps(wanted).encode())
    with owner.stdout:
        line = owner.stdout.readline()
    if not line:
        log = places.log / "flows.log"
        raise CommandError("the process that was to run the flow ended at once", f"see {log}")
    answer = json.loads(line)
    if "error" in answer:
        raise _error_of(answer)
    return Started(answer["id"], (*([note] if note else []), *answer["notes"]))


def _directories(places: Places) -> tuple[Path, ...]:
    return places.stage, places.data, places.lock, places.log


def _launch(places: Places) -> subprocess.Popen[bytes]:
    make_directory(places.log)
    log = os.open(places.log / "flows.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, FILE_MODE)
    try:
        owner = subprocess.Popen(
            [sys.executable, "-m", "ef_engine.jobs.own_flow"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
            cwd="/",
            env=without_secrets(os.environ),
        )
        # It may outlive this process; if not, somebody has to take note of its end.
        threading.Thread(target=owner.wait, name="waits for the owner of a flow", daemon=True).start()
        return owner
    finally:
        os.close(log)


def _error_of(answer: Mapping[str, Any]) -> EfError:
    if answer["problems"]:
        return InputError([Problem(**each) for each in answer["problems"]])
    return _ERRORS.get(answer["code"], CommandError)(**answer["error"])


def follow(places: Places, run_id: str, looked: Callable[[], None] = lambda: None) -> Iterator[StepEnd]:
    """Every step as it ends, until the run is over or its owner is dead; `looked` is called at every look."""
    told: set[str] = set()
    retries = _retries(places, run_id)
    while True:
        is_last = not is_running(places, run_id)  # before looking, so that nothing that ended last is missed
        for record in flow_runs.steps(places, run_id, told):
            is_final = is_last or record.attempt > retries.get(record.label, 0)
            if isinstance(record.state, Finished) and (is_final or not _may_be_tried_again(record.state)):
                told.add(record.id)
                yield step_end(places, record)
        if is_last:
            return
        looked()
        time.sleep(POLL_SECONDS)


def _retries(places: Places, run_id: str) -> dict[str, int]:
    """How often each step is tried again."""
    run = flow_runs.read_run(places, run_id)
    nodes = read_outline(run.flow, run.name).nodes
    return {name: node.step.retries for name, node in nodes.items()}


def _may_be_tried_again(state: Finished) -> bool:
    return state.outcome not in (Outcome.EVALUATED, Outcome.SKIPPED, Outcome.UPSTREAM_FAILED)


def held_by(places: Places, name: str) -> str:
    """Who runs a flow just now, as a sentence; empty for nobody."""
    is_held = any(is_running(places, record.id) for record in flow_runs.unfinished(places, name))
    return f"Flow {name} is run by {holder(places, name)}; a run has to wait for that." if is_held else ""


def is_running(places: Places, run_id: str) -> bool:
    """Whether a run is under way."""
    record = forecasts.known(places, run_id)
    return isinstance(record.state, Running | Paused) and not is_lost(places, record)


def step_end(places: Places, record: Record) -> StepEnd:
    """How a step ended."""
    state = record.state
    status = "skipped" if isinstance(state, Finished) and state.outcome is Outcome.SKIPPED else status_word(record)
    outcome, message = (state.outcome.value, state.message) if isinstance(state, Finished) else ("", "")
    result = shown(flow_runs.read_result(places, record.id))
    return StepEnd(record.id, record.label, record.sequence, status, outcome, result, message)


def result(places: Places, run_id: str) -> FlowResult:
    """What became of a run; of one whose owner died, that it is incomplete."""
    record = forecasts.known(places, run_id)
    steps = tuple(step_end(places, each) for each in flow_runs.steps(places, run_id))
    if not isinstance(record.state, Finished):
        return FlowResult(run_id, "incomplete", steps, message="the process that ran the flow is gone")
    end = _ENDS.get(record.state.outcome, "failure")
    return FlowResult(run_id, end, steps, int(record.summary.get("handled") or 0), record.state.message)


def name_of(places: Places, run_id: str) -> str:
    """The name of the flow a run is of."""
    return forecasts.known(places, run_id).label


def press(places: Places, run_id: str, count: int, owner: str) -> str:
    """What Ctrl-C does to a run: the first time nothing new begins, the second time what runs is stopped."""
    if count > 1:
        requests.ask(places, run_id, "killed", owner)
        return "Stopping what runs; Ctrl-C again leaves it alone."
    if process := _owner_of(places, run_id):
        signal_group(process, signal.SIGINT)
    return "Waiting for what runs, nothing more begins; Ctrl-C again stops it too."


def _owner_of(places: Places, run_id: str) -> Process | None:
    state = forecasts.known(places, run_id).state
    return state.process if isinstance(state, Running | Paused) else None


def with_recovery(places: Places, request: Request, text: str) -> Request:
    """The request as a recovery of the run whose id begins so, or of the latest."""
    name = str(request.flow.get("name"))
    return replace(request, recover=find_run(places, name, text).id)

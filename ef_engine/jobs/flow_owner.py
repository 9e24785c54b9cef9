"""What the process does that owns a run of a flow: takes over from the dead, plans, runs it to its end.

It answers with one line as soon as it is known whether it may: the run's id, or who holds the flow.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from ef_engine.errors import CommandError, EfError, HeldError
from ef_engine.flows.outcome import Verdict
from ef_engine.flows.recovery import kept_of
from ef_engine.jobs.attempt import note_end, print_to, sentence
from ef_engine.jobs.engines import LOCAL
from ef_engine.jobs.flow_plan import INTERRUPTED, OUTCOMES, Plan, Request, key_text, make_plan
from ef_engine.jobs.flow_runner import FlowRunner
from ef_engine.jobs.signals import signal_group
from ef_engine.jobs.step_records import StepRecords
from ef_engine.store import active, flow_calls, flow_runs, forecasts, journal, requests
from ef_engine.store.claims import claimed
from ef_engine.store.clock import now
from ef_engine.store.events import Kind
from ef_engine.store.flow_runs import FlowRun
from ef_engine.store.locks import holding
from ef_engine.store.places import DIRECTORY_MODE, Places, make_directory
from ef_engine.store.process import current
from ef_engine.store.records import Record
from ef_engine.store.states import Finished, Outcome, Paused, Running, Staged
from ef_engine.store.transitions import Finish, Start, after

CLAIM_SECONDS = 1.0
END_SECONDS = 5.0
PRELOADED = ("ef_engine.jobs.local_worker", "ef_engine.jobs.step")
"""A step imports what it needs itself; most need nothing of forecasts."""


def main() -> int:
    """Owns one run from the request on its standard input to its end."""
    os.umask(0o777 & ~DIRECTORY_MODE)
    document = json.load(sys.stdin)
    places = Places(*map(Path, document.pop("places")))
    request = Request(**document | {"path": tuple(document["path"])})
    try:
        with _owned(places, str(request.flow.get("name"))):
            notes = take_over(places, str(request.flow.get("name")))
            plan = make_plan(places, request)
            run = _written(places, request, plan)
            notes += _reasons(plan)
            with claimed(places, run.id):
                _answer({"id": run.id, "notes": notes})
                print_to(places.run(run.id) / "owner.log")  # closes the client's pipe, which need not wait
                _run(places, run, plan, request)
    except EfError as error:
        return _refused(error)
    except OSError as error:
        problem = f"the run cannot be written down ({error.strerror or error})"
        return _refused(CommandError(problem, "make room in the workspace, and see that you may write there"))
    return 0


def _refused(error: EfError) -> int:
    _answer(_told(error))
    return error.exit_code


def _told(error: EfError) -> dict[str, Any]:
    problems = [asdict(each) for each in getattr(error, "problems", ())]
    parts = {"problem": getattr(error, "problem", str(error)), "remedy": getattr(error, "remedy", "")}
    return {"error": parts, "problems": problems, "code": error.exit_code}


def _answer(document: dict[str, Any]) -> None:
    print(json.dumps(document), flush=True)


def _reasons(plan: Plan) -> list[str]:
    """Why a recovery repeats what it does."""
    if plan.recovers is None:
        return []
    runs = [each for each in plan.decisions if each.action == "run"]
    told = [f"{plan.outline.label(each.key)} runs: {each.reason}." for each in runs]
    return told or [f"Nothing of {plan.recovers.id} has to be run again."]


@contextmanager
def _owned(places: Places, name: str) -> Iterator[None]:
    """Holds the right to run flows of a name; HeldError tells who has it."""
    make_directory(places.lock)
    with ExitStack() as stack:
        try:
            stack.enter_context(holding(flow_runs.owner_lock(places, name), CLAIM_SECONDS))
        except HeldError as error:
            raise HeldError(f"flow {name} is run by {holder(places, name)}", "wait for it, or stop it") from error
        yield


def holder(places: Places, name: str) -> str:
    """Who runs a flow, for people."""
    for record in flow_runs.unfinished(places, name):
        if isinstance(record.state, Running | Paused):
            who, since = record.owner or "somebody", record.state.started
            return f"{who} as {record.id} (process {record.state.process}, since {since})"
    return "another process"


def take_over(places: Places, name: str) -> list[str]:
    """Closes the runs of a name whose owner is dead, and says so; for who holds the right to run it.

    Workers end with their owner, but one that is held, or busy in C code, does not notice: it must not go on beside
    the recovery.
    """
    notes = []
    for record in flow_runs.unfinished(places, name):
        state = record.state
        who = state.process if isinstance(state, Running | Paused) else "its owner"
        for step in flow_runs.steps(places, record.id):
            if not isinstance(step.state, Finished):
                _end_worker(step)
                _close(places, step)
        _close(places, record)
        notes.append(f"{record.id}: its owner {who} is gone; it is closed as crashed.")
        journal.note(places, Kind.RECOVERED, record.id, tracking=record.id)
    return notes


def _end_worker(step: Record) -> None:
    if not isinstance(step.state, Running | Paused):
        return
    deadline = time.monotonic() + END_SECONDS
    while signal_group(step.state.process, signal.SIGKILL) and time.monotonic() < deadline:
        time.sleep(0.01)


def _close(places: Places, record: Record) -> None:
    summary = {**record.summary, INTERRUPTED: True}
    closed = after(replace(record, summary=summary), Finish(Outcome.CRASHED, now(), "the owner of the flow died"))
    forecasts.write_record(places, closed)
    note_end(places, closed)
    active.clear(places, record.id)
    requests.clear(places, record.id)


def _written(places: Places, request: Request, plan: Plan) -> FlowRun:
    """The run on disk, as running: what it is first, then that it is."""
    recovers = plan.recovers
    kept = {key_text(key): each.id for key, each in kept_of(plan.decisions, plan.earlier).items()}
    run = FlowRun(
        id=flow_runs.new_id(), name=plan.outline.flow.name, flow=request.flow, directory=request.directory,
        path=request.path, source=request.source, owner=request.owner, keep_going=request.keep_going, jobs=request.jobs,
        recovers=recovers.id if recovers else None, kept=kept,
        recovery=flow_runs.read_run(places, recovers.id).recovery + 1 if recovers else 0,
    )  # fmt: skip
    flow_runs.write_run(places, run)
    record = Record(
        id=run.id, kind="flow", label=run.name, owner=run.owner, state=Staged(), received=now(), tracking=run.id,
        parent=run.recovers, recovers=run.recovers,
    )  # fmt: skip
    flow_calls.note(places, [record])
    record = after(record, Start(current(), now()))
    forecasts.write_record(places, record)
    journal.note(places, Kind.RECEIVED, run.id, owner=run.owner, tracking=run.id)
    journal.note(places, Kind.PRERUN, run.id, attempt=record.attempt, owner=run.owner, tracking=run.id)
    return run


def _run(places: Places, run: FlowRun, plan: Plan, request: Request) -> None:
    from ef_engine.jobs.slots import start_forkserver
    from ef_engine.jobs.step_engines import StepEngines

    os.environ |= request.environment
    if request.engine != LOCAL:  # what commands of steps run goes there too
        os.environ |= {"EF_ENGINE": request.engine, "EF_SCHEDULER": request.scheduler}
    if any(each.action != "skip" for each in plan.decisions):
        start_forkserver(PRELOADED)
    kept = kept_of(plan.decisions, plan.earlier)
    reasons = {each.key: each.reason for each in plan.decisions}
    with active.marked(places, run.id, 1):

        async def go() -> Verdict:
            async with StepEngines(request.engine, request.scheduler) as engines:
                return await FlowRunner(StepRecords(places, run, plan.outline, reasons), engines).go(kept)

        try:
            end = asyncio.run(go())
            finish = Finish(OUTCOMES[end.end.value], now())
            handled = end.handled
        except Exception as error:  # a full disk, say: the run must not stand as running for ever
            finish, handled = Finish(Outcome.FAILED, now(), sentence(error)), 0
        record = forecasts.known(places, run.id)
        finished = after(replace(record, summary={**record.summary, "handled": handled}), finish)
        forecasts.write_record(places, finished)
        requests.clear(places, run.id)
        note_end(places, finished)

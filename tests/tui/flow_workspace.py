"""Flows and schedules with fixed ids and moments, so that they show the same text at any time; by kind of workspace."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from ef_engine.jobs.flow_inputs import inputs_of
from ef_engine.jobs.flow_plan import key_of, read_outline
from ef_engine.service.workspace import Workspace
from ef_engine.store import declared_flows, flow_runs, forecasts, schedules
from ef_engine.store.clock import to_text
from ef_engine.store.flow_runs import FlowRun
from ef_engine.store.places import Places, places_under
from ef_engine.store.records import Record
from ef_engine.store.schedules import Run, Schedule
from ef_engine.store.states import Finished, Outcome, Running, State
from tests.flows.test_examples import FORK_DOCUMENT, LOOPS_DOCUMENT
from tests.tui.workspaces import NOW, dead_process, idle_process, moment

FAILED, RECOVERED, GOING = "F0000000000a1", "F0000000000b2", "F0000000000c3"
LOST, DAMAGED = "F0000000000d4", "F0000000000e5"
ORDER = (
    *("s111@1.1.1", "s112@1.1.1", "s111@1.1.2", "s112@1.1.2", "s12@1.1"),
    *("s111@1.2.1", "s112@1.2.1", "s111@1.2.2", "s112@1.2.2", "s12@1.2", "s2@1"),
)
BROKEN = 7
"""The place in `ORDER` of what failed."""


@contextmanager
def stopped_clock() -> Iterator[None]:
    """Stops the clocks of flows and schedules at `NOW`."""
    with (
        patch("ef_engine.service.flow_tree_rows.now", lambda: to_text(NOW)),
        patch("ef_tui.flow_look.present", lambda: NOW),
    ):
        yield


def make(home: Path, *, is_over: bool = False) -> Workspace:
    """One run that failed and its recovery; if not all `is_over`, also one under way, a declared flow and schedules."""
    places = places_under(home)
    _run(places, FAILED, "loops", LOOPS_DOCUMENT, 7200, _ended(Outcome.FAILED, 7200, 7080))
    for place, label in enumerate(ORDER):
        _step(places, FAILED, place, label, _failed(place))
    _run(places, RECOVERED, "loops", LOOPS_DOCUMENT, 3600, _ended(Outcome.EVALUATED, 3600, 3540), recovers=FAILED)
    for place, label in enumerate(ORDER):
        is_kept = place < BROKEN
        state = _ended(Outcome.SKIPPED, None, 3599, f"succeeded as {FAILED}.{place + 1}") if is_kept else None
        _step(
            places, RECOVERED, place, label, state or _ended(Outcome.EVALUATED, 3600 - place, 3590 - place),
            recovers=f"{FAILED}.{place + 1}" if is_kept else None,
        )  # fmt: skip
    if not is_over:
        go_on(home, places)
    return Workspace(places, "ann")


def add(kind: str, home: Path) -> None:
    """Adds to a workspace of that kind what flows and schedules there are in it; to an empty one none."""
    if kind == "typical":
        make(home)
    elif kind == "failing":
        _add_failing(home, places_under(home))


def _add_failing(home: Path, places: Places) -> None:
    """A run that failed, one whose process is gone, one that is damaged, a wrong file, and unlucky schedules."""
    _run(places, FAILED, "loops", LOOPS_DOCUMENT, 7200, _ended(Outcome.FAILED, 7200, 7080))
    for place, label in enumerate(ORDER):
        _step(places, FAILED, place, label, _failed(place))
    gone = dead_process()
    _run(places, LOST, "nightly", FORK_DOCUMENT, 600, Running(gone, moment(600)))
    _step(places, LOST, 0, "a1@1", _ended(Outcome.EVALUATED, 600, 590))
    _step(places, LOST, 1, "a2@1", Running(gone, moment(599)))
    _run(places, DAMAGED, "weekly", FORK_DOCUMENT, 9000, _ended(Outcome.CRASHED, 9000, 8990, "its process is gone"))
    (places.run(DAMAGED) / "run.json").write_text("{")
    _declared(places, home.parent / "monthly.json", [{"name": "a", "run": "steps:a", "after": ["nobody"]}])
    for schedule in _schedules()[1:]:
        schedules.write(places, schedule)


def go_on(home: Path, places: Places) -> None:
    """Adds what is under way, declared and scheduled."""
    idle = idle_process()
    _run(places, GOING, "nightly", FORK_DOCUMENT, 95, Running(idle, moment(95)))
    _step(places, GOING, 0, "a1@1", _ended(Outcome.EVALUATED, 90, 50))
    _step(places, GOING, 1, "a2@1", Running(idle, moment(90)))
    _declared(places, home.parent / "monthly.json")
    for schedule in _schedules():
        schedules.write(places, schedule)


def _run(
    places: Places, run_id: str, name: str, steps: list[dict[str, Any]], seconds: float, state: State, **more: Any
) -> None:
    document = {"schema": "ef/flow/1", "name": name, "steps": steps}
    flow_runs.write_run(places, FlowRun(id=run_id, name=name, flow=document, directory="/srv/flows", **more))
    record = Record(
        id=run_id, kind="flow", label=name, owner="ann", state=state, received=moment(seconds), tracking=run_id,
        attempt=1, **more,
    )  # fmt: skip
    forecasts.write_record(places, record)


def _step(places: Places, run_id: str, place: int, label: str, state: State, recovers: str | None = None) -> None:
    name, _, sequence = label.partition("@")
    key = key_of(label)
    run = flow_runs.read_run(places, run_id)
    outline = read_outline(run.flow, run.name)
    inputs = inputs_of(outline, key, {}, lambda _: None, Path(run.directory))
    record = Record(
        id=flow_runs.step_id(run_id, place + 1), kind="step", label=name, owner="ann", state=state, tracking=run_id,
        received=moment(7000), parent=run_id, sequence=sequence, summary={"inputs": inputs}, recovers=recovers,
        attempt=2 if isinstance(state, Finished) and state.outcome is Outcome.FAILED else 1,
    )  # fmt: skip
    forecasts.write_record(places, record)


def _failed(place: int) -> State:
    if place == BROKEN:
        return _ended(Outcome.FAILED, 7100, 7085, "ValueError: p1@1.2.2 is bad")
    if place > BROKEN:
        return _ended(Outcome.UPSTREAM_FAILED, None, 7081, "what it waits for failed")
    return _ended(Outcome.EVALUATED, 7200 - 12 * place, 7190 - 12 * place)


def _ended(outcome: Outcome, started: float | None, finished: float, message: str = "") -> Finished:
    return Finished(outcome, moment(finished), None if started is None else moment(started), message)


def _declared(places: Places, file: Path, steps: list[dict[str, Any]] = FORK_DOCUMENT) -> None:
    file.write_text(json.dumps({"schema": "ef/flow/1", "name": "monthly", "steps": steps}))
    declared_flows.declare(places, "monthly", file)
    os.utime(places.data / "flows" / "monthly.json", (NOW.timestamp() - 10_000,) * 2)


def _schedules() -> list[Schedule]:
    at, due = moment(90_000), moment(1200)
    done = Run(due=due, started=due, finished=moment(1190), code=0)
    failed = Run(due=due, started=due, finished=moment(1190), code=4)
    skipped = Run(due=due, note="the run before still goes on")
    common: dict[str, Any] = {"owner": "ann", "directory": "/srv/flows", "created": at, "handled": moment(0)}
    return [
        Schedule(name="monthly", command=("ef_cli", "run", "flow", "monthly"), cron="0 6 1 * *",
                 zone="Europe/Berlin", runs=(done,), **common),
        Schedule(name="reports", command=("ef_cli", "report", "forecast", "house"), interval=86_400.0,
                 runs=(failed,), **common),
        Schedule(name="tidy", command=("ef_cli", "clean", "--yes"), interval=3600.0, runs=(skipped,), **common),
    ]  # fmt: skip

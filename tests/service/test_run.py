"""Running: results on disk, states on the way, and what happens when something goes wrong."""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

import ef_engine.simulation
from ef_engine.errors import HeldError
from ef_engine.jobs.outcomes import set_outcome
from ef_engine.model.forecast import Forecast
from ef_engine.service.results import result_bytes, result_document
from ef_engine.service.run import Ran, RunWatcher, Wishes, run
from ef_engine.service.stage import stage_data, stage_file
from ef_engine.service.workspace import Workspace
from ef_engine.simulation import Observer
from ef_engine.simulation.result import Simulation
from ef_engine.store import forecasts, stage_index
from ef_engine.store.claims import claimed
from ef_engine.store.clock import now
from ef_engine.store.process import current
from ef_engine.store.records import Record
from ef_engine.store.states import Finished, Outcome, Running
from tests.service.documents import SMALL, small

simulate = ef_engine.simulation.simulate


class Notes(RunWatcher):
    """Remembers what a run told."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.phases: list[str] = []

    def noted(self, text: str) -> None:
        self.notes.append(text)

    def phase_begun(self, name: str, total: int) -> None:
        self.phases.append(name)


def staged(workspace: Workspace) -> str:
    return stage_data(workspace, SMALL.encode(), "text").id


def record_of(workspace: Workspace, record_id: str) -> Record:
    found = forecasts.read_record(workspace.places, record_id)
    assert isinstance(found, Record)
    return found


def break_simulation(monkeypatch: pytest.MonkeyPatch, error: BaseException, only_for: str = "") -> None:
    """Simulating (a forecast whose label contains `only_for`) raises the error."""

    def broken(forecast: Forecast, observer: Observer) -> Simulation:
        if only_for in forecast.label:
            raise error
        return simulate(forecast, observer)

    monkeypatch.setattr(ef_engine.simulation, "simulate", broken)


def test_a_run_leaves_its_result_and_clears_the_stage(workspace: Workspace) -> None:
    record_id, watcher = staged(workspace), Notes()
    assert list(run(workspace.places, record_id, Wishes(watcher=watcher))) == [Ran(record_id, Outcome.EVALUATED)]
    record = record_of(workspace, record_id)
    assert isinstance(record.state, Finished)
    assert record.summary == {"net_worth": "1300.00", "milestones": {"rich": "2026-02-02"}, "trend": "02244777"}
    assert stage_index.read(workspace.places) == {}
    assert sorted(path.name for path in workspace.places.run(record_id).iterdir() if path.name != "progress.json") == [
        "attempt-1.log", "daily.csv", "decisions.csv", "forecast.json", "postings.csv", "result.json", "state.json",
    ]  # fmt: skip
    assert watcher.phases[-2:] == ["evaluate", "write"]


def test_what_was_evaluated_is_left_alone_unless_forced(workspace: Workspace) -> None:
    record_id, watcher = staged(workspace), Notes()
    list(run(workspace.places, record_id, Wishes()))
    before = record_of(workspace, record_id)
    assert list(run(workspace.places, record_id, Wishes(watcher=watcher))) == [Ran(record_id, Outcome.EVALUATED)]
    assert watcher.notes == [f"{record_id} is evaluated already; --force runs it again."]
    assert record_of(workspace, record_id) == before
    result = result_bytes(workspace.places, before)
    list(run(workspace.places, record_id, Wishes(force=True)))
    after = record_of(workspace, record_id)
    assert after.attempt == 2
    assert result_bytes(workspace.places, after) == result


def test_an_infeasible_forecast_is_a_result(workspace: Workspace) -> None:
    bill = {
        "start_date": "2026-02-10", "end_date": "2026-02-10", "priority": 1, "cadence": "once", "amount": 5000,
        "memo": "bill",
    }  # fmt: skip
    rule = {"memo_regex": "bill", "account_from": "Checking", "account_to": None, "priority": 1}
    document = small()
    document["budget_items"].append(bill)
    document["memo_rules"].append(rule)
    record_id = stage_data(workspace, json.dumps(document).encode(), "text").id
    [ran] = run(workspace.places, record_id, Wishes())
    assert ran.outcome is Outcome.INFEASIBLE
    assert ran.message == "2026-02-10: Checking would be 3800.00 below its minimum on 2026-02-10"
    assert result_document(workspace.places, record_of(workspace, record_id))["status"] == "infeasible"


def test_a_failure_is_an_outcome_with_its_traceback_in_the_log(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_simulation(monkeypatch, ZeroDivisionError("by nothing"))
    record_id = staged(workspace)
    assert list(run(workspace.places, record_id, Wishes())) == [
        Ran(record_id, Outcome.FAILED, "ZeroDivisionError: by nothing")
    ]
    log = workspace.places.run(record_id) / "attempt-1.log"
    assert "Traceback (most recent call last)" in log.read_text()


def test_a_failed_one_runs_again_without_force_and_keeps_the_old_log(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_id = staged(workspace)
    with monkeypatch.context() as patch:
        break_simulation(patch, ZeroDivisionError())
        list(run(workspace.places, record_id, Wishes()))
    assert list(run(workspace.places, record_id, Wishes())) == [Ran(record_id, Outcome.EVALUATED)]
    assert {"attempt-1.log", "attempt-2.log"} <= {path.name for path in workspace.places.run(record_id).iterdir()}


def test_an_interrupted_run_is_killed_and_goes_on_interrupting(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_simulation(monkeypatch, KeyboardInterrupt())
    record_id = staged(workspace)
    running = run(workspace.places, record_id, Wishes())
    assert next(running) == Ran(record_id, Outcome.KILLED, "interrupted")
    with pytest.raises(KeyboardInterrupt):
        next(running)
    with claimed(workspace.places, record_id, timeout=0.1):
        pass


def test_a_run_that_takes_too_long_is_timed_out(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(forecast: Forecast, observer: Observer) -> Simulation:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            observer.advanced(0)
        return simulate(forecast, observer)

    monkeypatch.setattr(ef_engine.simulation, "simulate", slow)
    [ran] = run(workspace.places, staged(workspace), Wishes(timeout=0.05))
    assert (ran.outcome, ran.message) == (Outcome.TIMED_OUT, "stopped after 0.05 s")


def test_what_another_process_runs_is_held(workspace: Workspace) -> None:
    record_id = staged(workspace)
    child = os.fork()
    if child == 0:
        with claimed(workspace.places, record_id):
            forecasts.write_record(
                workspace.places, replace(record_of(workspace, record_id), state=Running(current(), now()))
            )
            time.sleep(60)
        os._exit(0)
    try:
        deadline = time.monotonic() + 20
        while not forecasts.record_path(workspace.places, record_id).exists():
            assert time.monotonic() < deadline
        with pytest.raises(HeldError, match=rf"{record_id} is run by ann \(process .*:{child}, since"):
            list(run(workspace.places, record_id, Wishes()))
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)
    watcher = Notes()
    assert [ran.outcome for ran in run(workspace.places, record_id, Wishes(watcher=watcher))] == [Outcome.EVALUATED]
    assert watcher.notes[0].startswith(f"{record_id}: its process ")


def test_a_set_yields_its_members_and_then_itself(workspace: Workspace, plans_file: Path) -> None:
    set_id = stage_file(workspace, plans_file).id
    results = list(run(workspace.places, set_id, Wishes()))
    members = [member.id for member in record_of(workspace, set_id).members]
    assert [ran.id for ran in results] == [*members, set_id]
    assert [ran.outcome for ran in results] == [Outcome.EVALUATED] * 3 + [Outcome.INFEASIBLE, Outcome.EVALUATED]
    assert stage_index.read(workspace.places) == {}
    assert list(run(workspace.places, set_id, Wishes())) == results


def test_one_member_that_fails_stops_none_of_the_others(
    workspace: Workspace, plans_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_simulation(monkeypatch, ZeroDivisionError(), only_for="dear | rent")
    results = list(run(workspace.places, stage_file(workspace, plans_file).id, Wishes()))
    assert [ran.outcome for ran in results] == [
        Outcome.EVALUATED, Outcome.FAILED, Outcome.EVALUATED, Outcome.INFEASIBLE, Outcome.FAILED,
    ]  # fmt: skip
    assert results[-1].message == "1 of 4 forecasts have no result"


def test_an_interrupted_set_leaves_the_rest_staged_and_can_go_on(
    workspace: Workspace, plans_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_id = stage_file(workspace, plans_file).id
    with monkeypatch.context() as patch:
        break_simulation(patch, KeyboardInterrupt(), only_for="cheap | buy")
        running, outcomes = run(workspace.places, set_id, Wishes()), []
        with pytest.raises(KeyboardInterrupt):
            outcomes += [ran.outcome for ran in running]
    assert record_of(workspace, set_id).state.outcome is Outcome.KILLED  # type: ignore[union-attr]  # it is finished
    assert len(stage_index.read(workspace.places)) == 1
    assert [ran.outcome for ran in run(workspace.places, set_id, Wishes())][-1] is Outcome.EVALUATED


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ([Outcome.EVALUATED, Outcome.INFEASIBLE], Outcome.EVALUATED),
        ([Outcome.INFEASIBLE, Outcome.INFEASIBLE], Outcome.INFEASIBLE),
        ([Outcome.EVALUATED, Outcome.TIMED_OUT], Outcome.FAILED),
        ([Outcome.FAILED, None], Outcome.INCOMPLETE),
        ([Outcome.FAILED, None, Outcome.KILLED], Outcome.KILLED),
    ],
)
def test_the_outcome_of_a_set_follows_from_its_members(members: list[Outcome | None], expected: Outcome) -> None:
    assert set_outcome(members) is expected


class Impatient(RunWatcher):
    """Presses Ctrl-C right before a run begins."""

    def run_begun(self, record: Record, position: int, count: int) -> None:
        """Too early for anything to be written down."""
        raise KeyboardInterrupt


def test_an_interruption_before_anything_began_is_told_as_that(workspace: Workspace, plans_file: Path) -> None:
    set_id = stage_file(workspace, plans_file).id
    member = record_of(workspace, set_id).members[0].id
    told: list[Ran] = []

    with pytest.raises(KeyboardInterrupt):
        told.extend(run(workspace.places, set_id, Wishes(watcher=Impatient())))

    assert [(each.id, each.outcome) for each in told] == [(member, None), (set_id, Outcome.KILLED)]
    assert told[0].message == f"it was not begun; `ef_cli run {member}` runs it"

"""Steps of flows on a Dask cluster: called on its workers, with the code that lies beside them."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from benchmarks.households import household
from ef_engine.model.document import to_document
from ef_engine.sources.json_text import dumps
from ef_engine.store import active, flow_runs, forecasts
from ef_engine.store.process import Liveness, liveness, of_pid
from ef_engine.store.records import Record
from ef_engine.store.states import Finished
from tests.jobs.clusters import DaskCluster, on
from tests.jobs.conftest import Shop, until

STEPS = """
import os, time
from pathlib import Path

from figures import total

def where(value):
    print("counting", value)
    return {"total": total(value), "parent": os.getppid(), "name": os.environ["EF_STEP_NAME"]}

def wait(file):
    Path(file).write_text(str(os.getpid()))
    time.sleep(60)

def count(file):
    for number in range(1200):
        Path(file).write_text(str(number))
        time.sleep(0.05)

def shout():
    print("é" * 1_500_000)

def leave():
    os._exit(3)

def fail():
    raise ValueError("no figures today")
"""


def flow(directory: Path, *steps: dict[str, object]) -> str:
    """A flow's file, with the module its steps call beside it; the module imports another one there."""
    (directory / "steps.py").write_text(STEPS)
    (directory / "figures.py").write_text("def total(value):\n    return sum(range(value + 1))\n")
    file = directory / "flow.json"
    file.write_text(json.dumps({"schema": "ef/flow/1", "name": "nightly", "steps": list(steps)}))
    return str(file)


def call(name: str, function: object, **more: object) -> dict[str, object]:
    return {"name": name, "run": function, **more}


def step_of(printed: str, name: str) -> str:
    """The id of a step in what a run of a flow printed."""
    return next(line.split()[0] for line in printed.splitlines() if f" {name}@" in line)


@pytest.mark.parametrize("target", ["steps:where", "steps.py:where"])
def test_steps_of_a_flow_run_on_the_workers_with_the_code_that_lies_beside_it(
    shop: Shop, cluster: DaskCluster, tmp_path: Path, target: str
) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(dumps(to_document(household(years=1, checking=1, cards=1, loans=1, items=5))))
    command = call("b", ["run", "forecast", str(plan)], requires=["a"])
    file = flow(tmp_path, call("a", target, args=[4]), command)

    ran = shop.cli("run", "flow", file, *on(cluster))

    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.endswith("Processing finished with: success\n")
    step = step_of(ran.stdout, "a")
    result = forecasts_result(shop, step)
    assert "counting 4" in shop.cli("log", step).stdout
    assert (result["total"], result["name"]) == (10, "a")
    assert result["parent"] in cluster.worker_pids()
    (ran_there,) = [
        each for each in forecasts.read_records(shop.places) if isinstance(each, Record) and each.kind == "forecast"
    ]
    assert isinstance(ran_there.state, Finished)
    log = shop.places.run(ran_there.id) / "attempt-1.log"
    assert "tcp://" in log.read_text()


def forecasts_result(shop: Shop, step: str) -> dict[str, object]:
    found = flow_runs.read_result(shop.places, step)
    assert isinstance(found, dict)
    return found


@pytest.mark.slow
def test_a_step_that_ends_its_process_is_crashed_and_a_recovery_runs_it_again(
    shop: Shop, cluster: DaskCluster, tmp_path: Path
) -> None:
    file = flow(tmp_path, call("a", "steps:where", args=[1]), call("b", "steps:leave", requires=["a"]))

    workers = cluster.worker_pids()
    ran = shop.cli("run", "flow", file, *on(cluster))
    again = shop.cli("run", "flow", file, "--recover", *on(cluster))

    assert ran.returncode == again.returncode == 1
    assert " crashed b@" in ran.stdout
    assert "its process died" in ran.stderr
    assert cluster.worker_pids() == workers
    assert " skipped a@" in again.stdout
    assert " crashed b@" in again.stdout


def test_all_that_a_step_prints_comes_back(shop: Shop, cluster: DaskCluster, tmp_path: Path) -> None:
    ran = shop.cli("run", "flow", flow(tmp_path, call("a", "steps:shout")), *on(cluster))

    assert "é" * 1_500_000 in shop.cli("log", step_of(ran.stdout, "a")).stdout


def test_a_step_that_fails_there_has_its_traceback_here(shop: Shop, cluster: DaskCluster, tmp_path: Path) -> None:
    ran = shop.cli("run", "flow", flow(tmp_path, call("a", "steps:fail")), *on(cluster))

    assert ran.returncode == 1
    assert "ValueError: no figures today" in ran.stderr
    assert 'raise ValueError("no figures today")' in shop.cli("log", step_of(ran.stdout, "a")).stdout


@pytest.mark.slow
def test_a_step_is_stopped_there_by_kill_and_by_its_time_out(shop: Shop, cluster: DaskCluster, tmp_path: Path) -> None:
    began = tmp_path / "began"
    file = flow(tmp_path, call("a", "steps:wait", args=[str(began)]))
    client = shop.start("run", "flow", file, *on(cluster))
    until(began.exists)
    row = json.loads(shop.cli("ps", "--format", "json").stdout)
    step = next(each["id"] for each in row if each["phase"] == "step a@1")

    assert shop.cli("kill", step).returncode == 0

    printed, _ = client.communicate(timeout=30)
    assert f"{step} killed a@" in printed
    timed = flow(tmp_path, call("a", "steps:wait", args=[str(began)], timeout=1))
    assert " timed_out a@" in shop.cli("run", "flow", timed, *on(cluster)).stdout


@pytest.mark.slow
def test_calls_end_with_the_flow_that_made_them(shop: Shop, cluster: DaskCluster, tmp_path: Path) -> None:
    began = tmp_path / "began"
    client = shop.start("run", "flow", flow(tmp_path, call("a", "steps:wait", args=[str(began)])), *on(cluster))
    until(lambda: began.exists() and bool(began.read_text()))
    called = of_pid(int(began.read_text()))
    owner = next(each for each in active.markers(shop.places) if "." not in each.id)

    os.kill(owner.process.pid, signal.SIGKILL)

    until(lambda: liveness(called) is Liveness.DEAD)
    client.communicate(timeout=30)
    assert "lost" in shop.cli("ps").stdout

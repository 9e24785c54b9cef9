"""Forecasts on a Dask cluster: the same results and files as on this machine, and honest words when something dies."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.households import household
from ef_engine.flows.model import Call
from ef_engine.jobs import remote
from ef_engine.jobs.dask_cluster import Cluster
from ef_engine.jobs.order import StepOrder
from ef_engine.model.document import to_document
from ef_engine.sources.json_text import dumps
from ef_engine.store import active, flow_runs, forecasts, journal, tickets
from ef_engine.store.events import Kind
from ef_engine.store.places import places_under
from ef_engine.store.process import of_pid
from ef_engine.store.records import Record
from ef_engine.store.states import Finished, Running
from tests.jobs.clusters import DaskCluster, running_cluster
from tests.jobs.conftest import Shop, end, until

CHOICES = 3


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    with running_cluster(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[DaskCluster]:
    """A cluster of one test, which may do to it what it wants."""
    (directory := tmp_path / "cluster").mkdir()
    with running_cluster(directory) as cluster:
        yield cluster


def on(cluster: DaskCluster) -> tuple[str, ...]:
    return "--engine", "dask", "--scheduler", cluster.address


def members(shop: Shop, set_id: str) -> list[str]:
    return sorted({member.id for member in shop.record(set_id).members})


def outcomes(shop: Shop, ids: list[str]) -> Counter[str]:
    """How forecasts stand: their outcome, or their status."""
    return Counter(
        record.state.outcome.value if isinstance(record.state, Finished) else type(record.state).__name__.lower()
        for record in map(shop.record, ids)
    )


def begun_twice(shop: Shop) -> list[str]:
    """What began more often than once, by the journal."""
    count = Counter(event.id for event in journal.read(shop.places) if event.kind is Kind.PRERUN)
    return [record_id for record_id, times in count.items() if times > 1]


def test_a_set_on_a_cluster_gives_the_same_bytes_as_on_this_machine(
    shop: Shop, cluster: DaskCluster, tmp_path: Path
) -> None:
    set_id = shop.stage_set(CHOICES)
    (home := tmp_path / "here").mkdir()
    here = Shop(home, places_under(home))
    here.cli("stage", "forecastset", str(shop.home / "set.json"))

    ran = shop.cli("run", set_id, *on(cluster))
    there = here.cli("run", set_id, "--in_process")

    assert ran.returncode == there.returncode == 0, ran.stderr
    assert sorted(ran.stdout.splitlines()) == sorted(there.stdout.splitlines())
    for member in members(shop, set_id):
        for name in forecasts.RESULTS:
            assert (shop.places.run(member) / name).read_bytes() == (here.places.run(member) / name).read_bytes()
        assert shop.record(member).summary == here.record(member).summary
        assert shop.record(member).fingerprint == here.record(member).fingerprint
    assert not begun_twice(shop)
    until(lambda: not shop.supervisor_pids())


@pytest.mark.slow
def test_what_runs_there_shows_host_worker_and_progress(shop: Shop, cluster: DaskCluster) -> None:
    record_id = shop.stage_long()
    client = shop.start("run", record_id, *on(cluster))
    marker = shop.marker(record_id)
    until(lambda: "priority" in shop.cli("ps", "--format", "json").stdout)

    row = shop.cli("ps", "--no_header").stdout

    assert f"{marker.process.host}:{marker.process.pid} (tcp://" in row
    assert "lost" not in row
    assert "frozen" not in row
    assert client.poll() is None
    held = shop.cli("pause", record_id)
    assert held.returncode == 3
    assert "can neither be held nor looked into from here; `ef_cli kill" in held.stderr
    listed = shop.cli("ls", "workers").stdout
    assert f"{marker.process.pid}" in listed
    ended = shop.cli("kill", "worker", str(marker.process.pid))
    assert ended.returncode == 0, ended.stderr
    client.communicate()


def test_kill_stops_the_work_and_leaves_the_other_worker_alone(shop: Shop, cluster: DaskCluster) -> None:
    first, second = shop.stage_long("a", 40), shop.stage_long("b", 60)
    clients = [shop.start("run", each, *on(cluster)) for each in (first, second)]
    markers = [shop.marker(each) for each in (first, second)]

    killed = shop.cli("kill", first)

    assert killed.returncode == 0, killed.stderr
    state = shop.record(first).state
    assert isinstance(state, Finished)
    assert (state.outcome.value, state.message) == ("killed", "stopped by ann")
    assert isinstance(shop.record(second).state, Running)
    assert of_pid(markers[1].process.pid).start_time == markers[1].process.start_time
    shop.cli("kill", second)
    for client in clients:
        client.communicate()


@pytest.mark.slow
def test_a_worker_that_stands_still_is_frozen_and_can_be_killed_all_the_same(shop: Shop, cluster: DaskCluster) -> None:
    record_id = shop.stage_long()
    client = shop.start("run", record_id, *on(cluster))
    os.kill(shop.marker(record_id).process.pid, signal.SIGSTOP)
    until(lambda: "frozen" in shop.cli("ps").stdout)

    killed = shop.cli("kill", record_id)

    assert killed.returncode == 0, killed.stderr
    assert outcomes(shop, [record_id]) == {"killed": 1}
    client.communicate(timeout=30)


def test_a_worker_that_dies_leaves_what_it_was_at_lost_until_somebody_restarts_it(
    shop: Shop, cluster: DaskCluster
) -> None:
    record_id = shop.stage_long(items=20)
    client = shop.start("run", record_id, *on(cluster))
    os.kill(shop.marker(record_id).process.pid, signal.SIGKILL)
    _, errors = client.communicate(timeout=30)

    listed = shop.cli("list", "--format", "csv", "--no_header").stdout

    until(lambda: cluster.task_count() == 0)  # the scheduler was told to forget it
    assert client.returncode == 3
    assert "is gone, and it is lost; `ef_cli restart" in errors
    assert f"{record_id},forecast,lost" in listed
    assert "lost" in shop.cli("ps").stdout
    shop.cli("restart", "--lost", "--detach", *on(cluster))
    until(lambda: shop.record(record_id).attempt == 2)
    closed = [each for each in journal.read(shop.places) if each.kind is Kind.POSTRUN]
    assert closed[0].fields["outcome"] == "crashed"
    shop.cli("kill", record_id)


@pytest.mark.slow
def test_a_time_out_ends_it_there_too(shop: Shop, cluster: DaskCluster) -> None:
    record_id = shop.stage_long()

    ran = shop.cli("run", record_id, "--timeout", "2", *on(cluster))

    assert ran.stdout == f"{record_id} timed_out\n"
    assert "stopped after 2 s" in ran.stderr


def test_what_fails_there_fails_here_with_its_traceback_in_the_log(shop: Shop, cluster: DaskCluster) -> None:
    record_id = shop.stage(1)
    document = shop.places.stage / f"{record_id}.json"
    found = document if document.exists() else next(shop.places.stage.glob(f"*{record_id}*"))
    found.write_text(found.read_text().replace('"daily"', '"hourly"').replace('"monthly"', '"minutely"'))

    ran = shop.cli("run", record_id, *on(cluster))

    assert ran.returncode == 1
    assert ran.stdout == f"{record_id} failed\n"
    assert "Traceback" in shop.cli("log", record_id).stdout


@pytest.mark.slow
def test_a_cluster_of_ones_own_needs_no_scheduler(shop: Shop) -> None:
    set_id = shop.stage_set(2)

    ran = shop.cli("run", set_id, "--engine", "dask")

    assert ran.returncode == 0, ran.stderr
    assert outcomes(shop, members(shop, set_id)) == {"evaluated": 4}
    until(lambda: not shop.supervisor_pids())


def test_no_scheduler_is_one_sentence_and_nothing_is_queued(shop: Shop) -> None:
    record_id = shop.stage(1)

    ran = shop.cli("run", record_id, "--engine", "dask", "--scheduler", "tcp://127.0.0.1:9")

    assert ran.returncode == 4
    assert ran.stderr == "no Dask scheduler answers at tcp://127.0.0.1:9; start one there with `dask scheduler`.\n"
    assert shop.cli("ps", "--no_header").stdout == ""


@pytest.mark.slow
def test_a_scheduler_that_goes_away_is_said_at_once_and_its_work_is_lost(shop: Shop, mortal: DaskCluster) -> None:
    record_id, waiting = (
        shop.stage_long(items=30),
        [shop.stage_long(name, items) for name, items in (("b", 40), ("c", 50))],
    )
    client = shop.start("run", "--all", *on(mortal))
    shop.marker(record_id)

    assert mortal.scheduler
    mortal.scheduler.kill()
    _, errors = client.communicate(timeout=30)

    assert f"the scheduler at {mortal.address} is gone" in errors
    words = outcomes(shop, [record_id, *waiting])
    assert words == {"running": 2, "staged": 1}
    rows = shop.cli("list", "--format", "csv", "--no_header").stdout
    assert rows.count(",lost,") == 2
    assert not begun_twice(shop)
    ran = shop.cli("restart", "--lost", "--timeout", "0.1")
    assert ran.stdout.count("timed_out") == 2
    end(shop)


async def test_a_worker_takes_tasks_up_in_the_order_they_were_sent(cluster: DaskCluster) -> None:
    """Else the first without an answer would not be the one it is at."""
    connection = Cluster(cluster.address)
    await connection.open()
    (worker, *_) = await connection.introduced((await connection.workers()).values())
    assert worker.process
    call = Call("time:monotonic_ns")
    order = StepOrder(places=places_under(Path("/nowhere")), record_id="x", owner="", work=call)
    tasks = [
        remote.Task(token=f"t{n}", topic="t", runner=worker.process, work=remote.CallWork(order, call, {}))
        for n in range(8)
    ]

    answers = [await connection.answer(each) for each in [connection.submit(task, worker.address) for task in tasks]]
    await connection.close()

    moments = [each.value for each in answers if isinstance(each, remote.Returned)]
    assert len(moments) == 8
    assert moments == sorted(moments)


@pytest.mark.slow
def test_a_worker_that_stands_still_holds_nobody_up(shop: Shop, mortal: DaskCluster) -> None:
    record_id = shop.stage(1)
    frozen = min(mortal.worker_pids())
    os.kill(frozen, signal.SIGSTOP)

    ran = shop.cli("run", record_id, *on(mortal))

    os.kill(frozen, signal.SIGCONT)
    assert ran.stdout == f"{record_id} evaluated\n"


@pytest.mark.slow
def test_a_worker_of_another_version_that_comes_late_is_told_too(shop: Shop, tmp_path: Path) -> None:
    (directory := tmp_path / "cluster").mkdir()
    record_id = shop.stage(1)
    with running_cluster(directory, workers=0) as cluster:
        client = shop.start("run", record_id, *on(cluster))
        until(lambda: bool(tickets.all_tickets(shop.places)))
        cluster.start_worker(environment=versions(tmp_path, "import ef_engine.version as v; v.VERSION = '0.0.9'"))
        until(lambda: bool(tickets.said(shop.places, tickets.all_tickets(shop.places)[0].name)))
        cluster.start_worker()
        printed, errors = client.communicate(timeout=60)

    assert printed == f"{record_id} evaluated\n"
    assert "has no worker yet; waiting for one." in errors
    assert "has ef 0.0.9, but this is" in errors


@pytest.mark.slow
def test_a_worker_that_nobody_would_restart_is_refused(shop: Shop, tmp_path: Path) -> None:
    (directory := tmp_path / "cluster").mkdir()
    record_id = shop.stage(1)
    with running_cluster(directory, workers=0) as cluster:
        cluster.start_worker("--nthreads", "1", "--no-nanny")
        cluster.wait_for_workers(1)

        ran = shop.cli("run", record_id, *on(cluster))

    assert ran.returncode == 2
    assert "has no nanny, so nobody would restart it after a kill; start it without --no-nanny." in ran.stderr


def versions(directory: Path, words: str) -> dict[str, str]:
    """An environment in which Python starts with a change of ours."""
    (directory / "sitecustomize.py").write_text(words)
    return {"PYTHONPATH": str(directory)}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("import ef_engine.version as v; v.VERSION = '0.0.9'", "has ef 0.0.9, but this is"),
        ("import platform; platform.python_version = lambda: '3.9.1'", "has Python 3.9.1, but this is"),
    ],
)
def test_another_version_there_is_refused(shop: Shop, tmp_path: Path, change: str, sentence: str) -> None:
    (directory := tmp_path / "cluster").mkdir()
    record_id = shop.stage(1)
    with running_cluster(directory, workers=0) as cluster:
        cluster.start_worker(environment=versions(tmp_path, change))
        cluster.wait_for_workers(1)

        ran = shop.cli("run", record_id, *on(cluster))

    assert ran.returncode == 2
    assert sentence in ran.stderr
    assert shop.cli("ps", "--no_header").stdout == ""


@pytest.mark.slow
def test_workers_of_several_threads_are_refused(shop: Shop, tmp_path: Path) -> None:
    (directory := tmp_path / "cluster").mkdir()
    record_id = shop.stage(1)
    with running_cluster(directory, workers=0) as cluster:
        cluster.start_worker("--nthreads", "2")
        cluster.wait_for_workers(1)

        ran = shop.cli("run", record_id, *on(cluster))

    assert ran.returncode == 2
    assert "start it with --nthreads 1" in ran.stderr


STEPS = """
import os, time
from pathlib import Path

from figures import total

def where(value):
    print("counting", value)
    return {"total": total(value), "pid": os.getpid(), "name": os.environ["EF_STEP_NAME"]}

def wait(file):
    Path(file).touch()
    time.sleep(60)

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
    assert result["pid"] in cluster.worker_pids()
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
def test_a_step_that_ends_its_worker_is_crashed_and_a_recovery_runs_it_again(
    shop: Shop, cluster: DaskCluster, tmp_path: Path
) -> None:
    file = flow(tmp_path, call("a", "steps:where", args=[1]), call("b", "steps:leave", requires=["a"]))

    ran = shop.cli("run", "flow", file, *on(cluster))
    again = shop.cli("run", "flow", file, "--recover", *on(cluster))

    assert ran.returncode == again.returncode == 1
    assert " crashed b@" in ran.stdout
    assert "is gone" in ran.stderr
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
    until(began.exists)
    step = next(each for each in active.markers(shop.places) if "." in each.id)
    owner = next(each for each in active.markers(shop.places) if "." not in each.id)

    os.kill(owner.process.pid, signal.SIGKILL)

    until(lambda: of_pid(step.process.pid).start_time != step.process.start_time)
    client.communicate(timeout=30)
    assert "lost" in shop.cli("ps").stdout


@pytest.mark.slow
@pytest.mark.parametrize("victim", ["worker", "scheduler", "supervisor"])
def test_a_death_in_the_middle_of_500_forecasts_loses_none_and_runs_none_twice(
    shop: Shop, mortal: DaskCluster, victim: str
) -> None:
    set_id = shop.stage_set(9)
    ids = members(shop, set_id)
    client = shop.start("run", set_id, *on(mortal))
    until(lambda: outcomes(shop, ids)["evaluated"] > 60)

    if victim == "worker":
        os.kill(running(shop, ids), signal.SIGKILL)
    elif victim == "scheduler":
        assert mortal.scheduler
        mortal.scheduler.kill()
    else:
        os.kill(shop.supervisor_pids()[0], signal.SIGKILL)
    client.communicate(timeout=240)

    before = outcomes(shop, ids)
    assert sum(before.values()) == len(ids) == 512
    assert set(before) <= {"evaluated", "running", "staged"}
    assert before["running"] <= 2
    assert not begun_twice(shop)
    if before["evaluated"] < len(ids):  # a worker may die between two forecasts, and then nothing is lost
        again = shop.cli("restart", set_id, *(on(mortal) if victim != "scheduler" else ()), timeout=240)
        assert again.returncode == 0, again.stderr
    assert outcomes(shop, ids) == {"evaluated": 512}
    assert len(begun_twice(shop)) <= before["running"] + 1  # the set itself is one of them


def running(shop: Shop, ids: list[str]) -> int:
    """The pid of a worker that runs one of them."""
    while True:
        for record in map(shop.record, ids):
            if isinstance(record.state, Running):
                return record.state.process.pid


def test_nothing_of_a_cluster_is_imported_where_none_is_asked_for(shop: Shop) -> None:
    code = "import sys; from ef_engine.cli import main; main(['ps']); sys.exit('distributed' in sys.modules)"
    ran = subprocess.run(["python", "-c", code], check=False, env=os.environ | {"EF_HOME": str(shop.home)})
    assert ran.returncode == 0

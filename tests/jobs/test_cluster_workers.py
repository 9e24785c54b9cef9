"""Which workers get something to do: of the right versions, one thread, a nanny; nobody waits for the frozen."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import pytest

from ef_engine.flows.model import Call
from ef_engine.jobs import messages
from ef_engine.jobs.crew import Turn
from ef_engine.jobs.dask_cluster import Cluster
from ef_engine.jobs.order import StepOrder
from ef_engine.store import active, tickets
from ef_engine.store.clock import now, seconds_between
from ef_engine.store.places import places_under
from ef_engine.store.states import Finished, Running
from tests.jobs.clusters import DOZING, DaskCluster, on, running_cluster
from tests.jobs.conftest import Shop, end, until


async def test_a_worker_takes_tasks_up_in_the_order_they_were_sent(cluster: DaskCluster) -> None:
    """Else the first without an answer would not be the one it is at."""
    connection = Cluster(cluster.address)
    await connection.open()
    (worker, *_) = await connection.introduced((await connection.workers()).values())
    assert worker.process
    call = Call("time:monotonic_ns")
    order = StepOrder(places=places_under(Path("/nowhere")), record_id="x", owner="", work=call)
    tasks = [
        messages.Task(token=f"t{n}", topic="t", runner=worker.process, work=messages.CallWork(order, call, {}))
        for n in range(8)
    ]

    answers = [await connection.answer(each) for each in [connection.submit(task, worker.address) for task in tasks]]
    await connection.close()

    moments = [each.value for each in answers if isinstance(each, messages.Returned)]
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


@pytest.mark.slow
def test_stopping_what_waits_behind_anothers_work_leaves_that_alone(shop: Shop, tmp_path: Path) -> None:
    (directory := tmp_path / "cluster").mkdir()
    (home := tmp_path / "other").mkdir()
    other = Shop(home, places_under(home))
    with running_cluster(directory, workers=1, environment=DOZING) as cluster:
        theirs, ours = other.stage_long("theirs", 40), shop.stage_long("ours", 60)
        clients = [other.start("run", theirs, *on(cluster))]
        worker = other.marker(theirs).process
        clients.append(shop.start("run", ours, *on(cluster)))
        until(lambda: active.marker_of(shop.places, ours) is not None)

        killed = shop.cli("kill", ours)

        assert killed.returncode == 0, killed.stderr
        assert cluster.worker_pids() == {worker.pid}
        assert isinstance(other.record(theirs).state, Running)
        other.cli("kill", theirs)
        for client in clients:
            client.communicate(timeout=30)
    end(other)


@pytest.mark.slow
def test_what_waits_behind_anothers_work_has_all_its_time_when_it_begins(shop: Shop, tmp_path: Path) -> None:
    (directory := tmp_path / "cluster").mkdir()
    (home := tmp_path / "other").mkdir()
    other = Shop(home, places_under(home))
    with running_cluster(directory, workers=1, environment=DOZING) as cluster:
        theirs, ours = other.stage_long("theirs", 40), shop.stage_long("ours", 60)
        clients = [other.start("run", theirs, *on(cluster))]
        other.marker(theirs)
        clients.append(shop.start("run", ours, "--timeout", "1", *on(cluster)))
        until(lambda: isinstance(shop.record(ours).state, Running))
        waiting = shop.record(ours).state
        assert isinstance(waiting, Running)
        until(lambda: seconds_between(waiting.started, now()) > 5)  # also the supervisor's patience is over
        assert shop.record(ours).state == waiting

        other.cli("kill", theirs)
        freed = now()

        for client in clients:
            client.communicate(timeout=30)
        ended = shop.record(ours).state
        assert isinstance(ended, Finished)
        assert (ended.outcome.value, ended.message) == ("timed_out", "stopped after 1 s")
        assert json.loads((shop.places.run(ours) / "progress.json").read_bytes())["phase"] == "dozing"
        assert seconds_between(freed, ended.finished) < 5
    end(other)


def test_a_turn_begins_with_what_is_known_of_it_first() -> None:
    turn, before = Turn(), time.monotonic()
    assert before <= turn.begun <= time.monotonic()

    turn.begin(before - 2.0)
    turn.begin(before)

    assert turn.begun == before - 2.0

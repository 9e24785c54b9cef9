"""Forecasts on a Dask cluster: the same results and files as on this machine, and honest words when something dies."""

from __future__ import annotations

import os
import signal
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from ef_engine.store import forecasts, journal
from ef_engine.store.events import Kind
from ef_engine.store.places import places_under
from ef_engine.store.process import of_pid
from ef_engine.store.states import Finished, Running
from tests.jobs.clusters import DaskCluster, on
from tests.jobs.conftest import Shop, end, until

CHOICES = 3


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
    until(lambda: "dozing" in shop.cli("ps", "--format", "json").stdout)

    row = shop.cli("ps", "--no_header").stdout

    assert f"{marker.process.host}:{marker.process.pid} (tcp://" in row
    assert "lost" not in row
    assert "frozen" not in row
    assert client.poll() is None
    listed = shop.cli("ls", "workers").stdout
    assert f"{marker.process.pid}" in listed
    ended = shop.cli("kill", "worker", str(marker.process.pid))
    assert ended.returncode == 0, ended.stderr
    client.communicate()


@pytest.mark.slow
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
    record_id = shop.stage_long()
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
        shop.stage_long(items=60),
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

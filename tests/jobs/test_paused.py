"""What runs is held, let go on and looked into alike, in a slot of this machine and at a worker of a cluster."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from ef_engine.errors import CommandError, NotFoundError
from ef_engine.service import hold
from ef_engine.service.in_progress import in_progress
from ef_engine.service.stack import stack
from ef_engine.service.stop import kill
from ef_engine.store import journal
from ef_engine.store.clock import now, seconds_between
from ef_engine.store.events import Kind
from ef_engine.store.process import Liveness, liveness, of_pid
from ef_engine.store.states import Finished, Outcome, Paused, Running
from tests.jobs.clusters import DaskCluster, on
from tests.jobs.conftest import Shop, until
from tests.jobs.test_cluster_flows import call, flow
from tests.jobs.test_seam import lives

TIMEOUT = 2.0


@pytest.fixture(params=["slots", "dask"])
def engine(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """The options that name it."""
    return () if request.param == "slots" else on(request.getfixturevalue("cluster"))


def begun(shop: Shop, *words: str) -> str:
    """Something that runs for long."""
    record_id = shop.stage_long()
    shop.cli("run", "--detach", record_id, *words)
    file = shop.places.run(record_id) / "progress.json"
    until(lambda: file.exists() and bool(json.loads(file.read_bytes())["phase"]))
    return record_id


def done(shop: Shop, record_id: str) -> int:
    found: int = json.loads((shop.places.run(record_id) / "progress.json").read_bytes())["done"]
    return found


def test_what_is_paused_stands_still_until_it_is_resumed_and_that_time_does_not_count(
    shop: Shop, engine: tuple[str, ...]
) -> None:
    record_id = begun(shop, "--timeout", str(TIMEOUT), *engine)

    hold.pause(shop.places, record_id)

    state = shop.record(record_id).state
    assert isinstance(state, Paused)
    assert [(row.word, row.flags) for row in in_progress(shop.places)] == [("paused", ())]
    until(lambda: seconds_between(state.since, now()) > TIMEOUT)
    far = done(shop, record_id)
    until(lambda: seconds_between(state.since, now()) > 2 * TIMEOUT)
    assert (shop.record(record_id).state, done(shop, record_id)) == (state, far)

    hold.resume(shop.places, record_id)

    going = shop.record(record_id).state
    assert isinstance(going, Running)
    assert going.held > 2 * TIMEOUT
    until(lambda: isinstance(shop.record(record_id).state, Finished))
    ended = shop.record(record_id).state
    assert isinstance(ended, Finished)
    assert (ended.outcome, ended.message) == (Outcome.TIMED_OUT, f"stopped after {TIMEOUT:g} s")
    assert seconds_between(going.started, ended.finished) >= going.held + TIMEOUT - 0.01
    assert done(shop, record_id) > far
    kinds = [each.kind for each in journal.read(shop.places) if each.id == record_id]
    assert kinds.index(Kind.PAUSED) < kinds.index(Kind.RESUMED)


def test_a_stack_begins_with_the_thread_that_works_and_what_is_paused_can_be_killed(
    shop: Shop, engine: tuple[str, ...]
) -> None:
    record_id = begun(shop, *engine)

    running = stack(shop.places, record_id)
    hold.pause(shop.places, record_id)
    held, worker = stack(shop.places, record_id), shop.marker(record_id).process
    with pytest.raises(CommandError, match=f"{record_id} is paused already"):
        hold.pause(shop.places, record_id)
    kill(shop.places, record_id, "ann")

    for text in (running, held):
        first, *others = text.split("\n\n")
        assert "in doze" in first
        assert others
        assert not any("in doze" in other for other in others)
    state = shop.record(record_id).state
    assert isinstance(state, Finished)
    assert (state.outcome, state.message) == (Outcome.KILLED, "stopped by ann")
    for ask in (hold.pause, hold.resume, stack):
        with pytest.raises(NotFoundError, match=f"{record_id} does not run"):
            ask(shop.places, record_id)
    until(lambda: not shop.supervisor_pids())
    assert not list(shop.places.requests.iterdir())
    assert lives(worker) == bool(engine)  # a worker of a cluster was stopped, and not ended


@pytest.mark.slow
def test_a_worker_that_dies_while_it_holds_a_forecast_leaves_it_lost(shop: Shop, cluster: DaskCluster) -> None:
    record_id = begun(shop, *on(cluster))
    hold.pause(shop.places, record_id)
    held = shop.record(record_id).state
    assert isinstance(held, Paused)

    os.kill(held.process.pid, signal.SIGKILL)

    until(lambda: not shop.supervisor_pids())
    assert shop.record(record_id).state == held
    assert [(row.word, row.flags) for row in in_progress(shop.places)] == [("lost", ("lost",))]
    with pytest.raises(NotFoundError, match=f"{record_id} is lost"):
        hold.resume(shop.places, record_id)
    shop.cli("restart", "--lost", "--detach", *on(cluster))
    until(lambda: shop.record(record_id).attempt == 2 and done(shop, record_id) > 1)
    assert isinstance(shop.record(record_id).state, Running)
    kill(shop.places, record_id, "ann")


@pytest.mark.slow
def test_a_step_is_held_and_looked_into(shop: Shop, engine: tuple[str, ...], tmp_path: Path) -> None:
    began = tmp_path / "began"
    client = shop.start("run", "flow", flow(tmp_path, call("a", "steps:count", args=[str(began)])), *engine)
    until(lambda: began.exists() and bool(began.read_text()))
    step = next(row.record.id for row in in_progress(shop.places) if row.record.kind == "step")

    hold.pause(shop.places, step)
    held, far = stack(shop.places, step), began.read_text()
    until(lambda: seconds_between(shop.record(step).state.since, now()) > 1.0)  # type: ignore[union-attr]  # it is paused
    assert began.read_text() == far
    hold.resume(shop.places, step)
    until(lambda: began.read_text() not in ("", far))
    running = stack(shop.places, step)

    for text in (held, running):
        first, *others = text.split("\n\n")
        assert "in count" in first
        assert not any("in count" in other for other in others)
    hold.pause(shop.places, step)
    kill(shop.places, step, "ann")
    printed, _ = client.communicate(timeout=30)
    assert f"{step} killed a@" in printed


@pytest.mark.slow
def test_a_step_that_is_held_ends_with_its_worker(shop: Shop, cluster: DaskCluster, tmp_path: Path) -> None:
    began = tmp_path / "began"
    client = shop.start("run", "flow", flow(tmp_path, call("a", "steps:wait", args=[str(began)])), *on(cluster))
    until(lambda: began.exists() and bool(began.read_text()))
    called = of_pid(int(began.read_text()))
    step = next(row.record.id for row in in_progress(shop.places) if row.record.kind == "step")
    held = hold.pause(shop.places, step).state
    assert isinstance(held, Paused)

    os.kill(held.process.pid, signal.SIGKILL)

    until(lambda: liveness(called) is Liveness.DEAD)
    printed, _ = client.communicate(timeout=30)
    assert f"{step} crashed a@" in printed

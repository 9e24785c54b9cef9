"""The promises of the seam, which every engine keeps: the slots of this machine are the first."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from ef_engine.jobs.dask_engine import DaskEngine
from ef_engine.jobs.order import Order
from ef_engine.jobs.seam import Engine, WorkerDiedError
from ef_engine.jobs.slots import LocalEngine, start_forkserver
from ef_engine.store import tickets
from ef_engine.store.process import Process, of_pid
from ef_engine.store.states import Finished
from tests.jobs.conftest import DEADLINE, Shop, until


@pytest.fixture(params=["slots", "dask"])
async def engine(request: pytest.FixtureRequest) -> AsyncIterator[Engine]:
    engine: Engine
    if request.param == "slots":
        start_forkserver()
        engine = LocalEngine(2)
    else:
        engine = DaskEngine(request.getfixturevalue("cluster").address)
    try:
        await free(engine, 2)
        yield engine
    finally:
        await engine.close()


async def free(engine: Engine, slots: int) -> None:
    """Waits until so many slots are free; what was killed may need a moment to be replaced."""
    deadline = time.monotonic() + DEADLINE
    while engine.free < slots:
        assert not engine.trouble
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


async def under_way(shop: Shop, record_id: str) -> None:
    """Waits until its worker has told how far it is."""
    file, deadline = shop.places.run(record_id) / "progress.json", time.monotonic() + DEADLINE
    while not (file.exists() and json.loads(file.read_bytes())["phase"]):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


def lives(worker: Process) -> bool:
    """Whether a worker on this machine does, also one of a cluster that happens to be here."""
    here = of_pid(worker.pid)
    return (here.host, here.start_time) == (worker.host, worker.start_time)


def order(shop: Shop, *ids: str) -> Order:
    tickets.write(shop.places, replace(tickets.new(ids[0]), name="ticket"))
    return Order(places=shop.places, ticket="ticket", ids=ids)


async def test_an_order_is_run_and_its_slot_is_free_again(shop: Shop, engine: Engine) -> None:
    ids = shop.stage(1, "one"), shop.stage(2, "two")

    handle = await engine.start(order(shop, *ids))
    assert engine.free == 1
    await asyncio.wait_for(handle.wait(), DEADLINE)

    assert engine.free == 2
    assert tickets.done(shop.places, "ticket") == [(record_id, "evaluated") for record_id in ids]
    for record_id in ids:
        state = shop.record(record_id).state
        assert isinstance(state, Finished)
        assert state.outcome.has_result


async def test_two_orders_run_in_two_workers(shop: Shop, engine: Engine) -> None:
    handles = [await engine.start(order(shop, shop.stage_long(name, items))) for name, items in (("a", 40), ("b", 60))]

    assert handles[0].worker != handles[1].worker
    assert engine.free == 0
    for handle in handles:
        await handle.kill(3.0)
        with pytest.raises(WorkerDiedError):
            await asyncio.wait_for(handle.wait(), DEADLINE)


async def test_killing_an_order_ends_its_worker_alone(shop: Shop, engine: Engine) -> None:
    killed = await engine.start(order(shop, first := shop.stage_long("a", 40)))
    other = await engine.start(order(shop, shop.stage_long("b", 60)))
    await under_way(shop, first)

    await killed.kill(3.0)

    with pytest.raises(WorkerDiedError):
        await asyncio.wait_for(killed.wait(), DEADLINE)
    until(lambda: not lives(killed.worker))
    assert lives(other.worker)
    await free(engine, 1)
    await other.kill(3.0)
    with pytest.raises(WorkerDiedError):
        await asyncio.wait_for(other.wait(), DEADLINE)


async def test_a_slot_whose_worker_died_takes_the_next_order(shop: Shop, engine: Engine) -> None:
    first = await engine.start(order(shop, shop.stage_long()))
    os.kill(first.worker.pid, signal.SIGKILL)
    with pytest.raises(WorkerDiedError):
        await asyncio.wait_for(first.wait(), DEADLINE)
    record_id = shop.stage(1)

    await free(engine, 1)
    second = await engine.start(order(shop, record_id))
    await asyncio.wait_for(second.wait(), DEADLINE)

    assert second.worker != first.worker
    assert tickets.done(shop.places, "ticket")[-1] == (record_id, "evaluated")


async def test_fewer_slots_start_fewer_orders(shop: Shop, engine: Engine) -> None:
    engine.resize(1)
    handle = await engine.start(order(shop, shop.stage(1)))
    assert engine.free == 0
    await asyncio.wait_for(handle.wait(), DEADLINE)
    assert engine.free == 1

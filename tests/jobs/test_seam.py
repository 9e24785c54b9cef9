"""The promises of the seam, which every engine keeps: the slots of this machine are the first."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from ef_engine.jobs.order import Order
from ef_engine.jobs.seam import Engine, WorkerDiedError
from ef_engine.jobs.slots import LocalEngine, start_forkserver
from ef_engine.store import tickets
from ef_engine.store.process import Liveness, liveness
from ef_engine.store.states import Finished
from tests.jobs.conftest import DEADLINE, Shop


@pytest.fixture
async def engine() -> AsyncIterator[Engine]:
    start_forkserver()
    engine = LocalEngine(2)
    yield engine
    await engine.close()


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
    killed = await engine.start(order(shop, shop.stage_long("a", 40)))
    other = await engine.start(order(shop, shop.stage_long("b", 60)))

    await killed.kill(3.0)

    with pytest.raises(WorkerDiedError):
        await asyncio.wait_for(killed.wait(), DEADLINE)
    assert liveness(killed.worker) is Liveness.DEAD
    assert liveness(other.worker) is Liveness.ALIVE
    assert engine.free == 1
    await other.kill(3.0)
    with pytest.raises(WorkerDiedError):
        await other.wait()


async def test_a_slot_whose_worker_died_takes_the_next_order(shop: Shop, engine: Engine) -> None:
    first = await engine.start(order(shop, shop.stage_long()))
    os.kill(first.worker.pid, signal.SIGKILL)
    with pytest.raises(WorkerDiedError):
        await asyncio.wait_for(first.wait(), DEADLINE)
    record_id = shop.stage(1)

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

"""A worker the kernel ends for want of memory is told apart from one that dies otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from ef_engine.jobs import burial
from ef_engine.jobs.engines import Engines
from ef_engine.jobs.order import AnyOrder, Order
from ef_engine.jobs.seam import Engine, Handle, WorkerDiedError
from ef_engine.jobs.supervisor import Supervisor
from ef_engine.store import active, forecasts, tickets
from ef_engine.store.clock import now
from ef_engine.store.documents import dump
from ef_engine.store.places import make_directory
from ef_engine.store.process import Process, current
from ef_engine.store.states import Finished, Outcome
from ef_engine.store.transitions import Start, after
from tests.jobs.conftest import Shop

EVENTS = "low 3\nhigh 0\nmax 17\noom 5\noom_kill {}\noom_group_kill 9\n"
"""As the kernel writes it (cgroup-v2.rst, memory.events)."""

DEAD = replace(current(), start_time="1")


@pytest.fixture
def counter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "memory.events"
    path.write_text(EVENTS.format(4))
    monkeypatch.setattr(burial, "OOM_COUNTER", path)
    return path


def test_the_counter_of_kills_is_read(counter: Path) -> None:
    assert burial.out_of_memory_kills() == 4


def test_where_there_is_no_counter_nothing_was_killed(counter: Path) -> None:
    counter.unlink()
    assert burial.out_of_memory_kills() == 0
    counter.write_text("something else\n")
    assert burial.out_of_memory_kills() == 0


@dataclass(frozen=True)
class Dying:
    """An order whose worker dies while it runs."""

    worker: Process
    dies: Callable[[], object]
    begun: float = 0.0

    async def wait(self) -> None:
        self.dies()
        raise WorkerDiedError(str(self.worker))

    async def kill(self, grace: float) -> None:
        raise AssertionError(f"it is dead already, {grace} s are for nothing")


@dataclass
class OneSlot:
    """An engine whose workers begin the first forecast of their order, and die then."""

    dies: Callable[[], object]
    free: int = 1
    room: int = 1
    trouble: str = ""
    notes: tuple[str, ...] = ()

    def resize(self, slots: int) -> None:
        self.free = slots

    async def start(self, order: AnyOrder) -> Handle:
        assert isinstance(order, Order)
        record_id = order.ids[0]
        document = {"schema": active.SCHEMA, "id": record_id, "process": DEAD.to_json(), "attempt": 1}
        path = active.path_of(order.places, record_id)
        make_directory(path.parent)
        path.write_bytes(dump(document))
        forecasts.write_record(order.places, after(forecasts.known(order.places, record_id), Start(DEAD, now())))
        return Dying(DEAD, self.dies)

    async def close(self) -> None:
        """There are no workers."""


@pytest.mark.parametrize(("kills", "message"), [(4, "its process died"), (5, "the kernel ended it for want of memory")])
async def test_a_worker_that_dies_while_the_counter_rises_died_for_want_of_memory(
    shop: Shop, counter: Path, kills: int, message: str
) -> None:
    record_id = shop.stage(1)
    tickets.write(shop.places, tickets.new(record_id))
    engine: Engine = OneSlot(lambda: counter.write_text(EVENTS.format(kills)))

    await Supervisor(shop.places, Engines(engine), idle=0.0).run()

    state = shop.record(record_id).state
    assert isinstance(state, Finished)
    assert (state.outcome, state.message) == (Outcome.CRASHED, message)
    assert active.markers(shop.places) == []
    assert tickets.all_tickets(shop.places) == []

"""The engine of this machine: N slots, each a process pool of one worker.

A pool of its own for each slot, because killing one worker of a shared pool breaks every order in it, and a pool's
futures can neither be cancelled once they run nor say truly whether they do.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import forkserver, get_context, resource_tracker

from ef_engine.jobs import local_worker
from ef_engine.jobs.order import AnyOrder
from ef_engine.jobs.seam import CORES, WorkerDiedError
from ef_engine.jobs.signals import signal_group
from ef_engine.store.process import Liveness, Process, liveness


def start_forkserver(preloaded: Sequence[str] = local_worker.PRELOADED) -> None:
    """Starts the process workers are forked from. Once a process, before anything replaces standard error.

    It imports the `preloaded` modules once for all of them.

    One thread for linear algebra in each worker: the slots are the parallelism.
    """
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
    resource_tracker.ensure_running()
    get_context("forkserver").set_forkserver_preload(list(preloaded))
    forkserver.ensure_running()


class _Slot:
    """One worker process; a new one takes its place when it dies."""

    def __init__(self) -> None:
        self._pool = _pool()
        self.worker: Process | None = None

    async def begin(self, order: AnyOrder) -> Future[None]:
        """Hands the order to the worker, which is started if there is none."""
        if self.worker is None or liveness(self.worker) is Liveness.DEAD:
            self.renew()
            self.worker = await asyncio.wrap_future(self._pool.submit(local_worker.identity))
        return self._pool.submit(local_worker.run_order, order)

    def renew(self) -> None:
        """Forgets a worker that is gone."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._pool, self.worker = _pool(), None


def _pool() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, mp_context=get_context("forkserver"), initializer=local_worker.set_up)


class LocalHandle:
    """An order in a slot."""

    def __init__(self, engine: LocalEngine, slot: _Slot, future: Future[None]) -> None:
        assert slot.worker
        self.worker, self.begun = slot.worker, time.monotonic()
        self._engine, self._slot, self._future = engine, slot, future

    async def wait(self) -> None:
        """Returns when all is done; raises WorkerDiedError if the worker went away. The slot is free afterwards."""
        try:
            await asyncio.shield(asyncio.wrap_future(self._future))
        except BrokenProcessPool as error:
            self._slot.renew()
            raise WorkerDiedError(str(self.worker)) from error
        finally:
            self._engine.release(self._slot)

    async def kill(self, grace: float) -> None:
        """SIGTERM to the worker's group, SIGKILL after `grace` seconds; its identity is checked before each."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            signal_group(self.worker, number)
            if await self._is_gone(grace):
                return

    async def _is_gone(self, seconds: float) -> bool:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while liveness(self.worker) is not Liveness.DEAD and not self._future.done():
            if loop.time() >= deadline:
                return False
            await asyncio.sleep(0.01)
        return True


class LocalEngine:
    """Slots on this machine."""

    room = CORES
    trouble = ""
    notes: Sequence[str] = ()

    def __init__(self, slots: int = CORES) -> None:
        self._size = slots
        self._idle: list[_Slot] = []
        self._busy: list[_Slot] = []

    @property
    def free(self) -> int:
        """How many orders can be started right now."""
        return max(0, self._size - len(self._busy))

    def resize(self, slots: int) -> None:
        """Changes how many orders may run at a time; what runs goes on."""
        self._size = slots

    async def start(self, order: AnyOrder) -> LocalHandle:
        """Starts an order in a free slot."""
        slot = self._idle.pop() if self._idle else _Slot()
        self._busy.append(slot)
        try:
            return LocalHandle(self, slot, await slot.begin(order))
        except BaseException:
            slot.renew()
            self.release(slot)
            raise

    def release(self, slot: _Slot) -> None:
        """A slot is free again."""
        if slot in self._busy:
            self._busy.remove(slot)
            self._idle.append(slot)

    async def close(self) -> None:
        """Ends every worker."""
        for slot in (*self._idle, *self._busy):
            if slot.worker:
                signal_group(slot.worker, signal.SIGTERM)
            slot.renew()

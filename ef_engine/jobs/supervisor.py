"""What runs the queue of a workspace: a process started on demand, in a session of its own, gone when all is done.

It owns the queue: an engine is never given more than it has free slots for. Everything it knows can be read from the
files of the workspace, so that its death loses nothing but the runs under way, which then show as lost.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections import deque
from collections.abc import Coroutine
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from ef_engine.errors import EfError, HeldError
from ef_engine.jobs.burial import bury, out_of_memory_kills, withdraw
from ef_engine.jobs.hooks import run_hook
from ef_engine.jobs.observer import JournalObserver
from ef_engine.jobs.order import Order
from ef_engine.jobs.seam import Engine, Handle, WorkerDiedError
from ef_engine.jobs.work import Work
from ef_engine.store import active, requests, tickets
from ef_engine.store.locks import holding
from ef_engine.store.places import Places
from ef_engine.store.process import Process, current
from ef_engine.store.states import Outcome
from ef_engine.version import VERSION

TICK_SECONDS = 0.05
IDLE_SECONDS = 1.0
ASK_SECONDS = 2.0
TERM_SECONDS = 3.0
LARGEST_ORDER = 16
CORES = os.cpu_count() or 1


@dataclass(slots=True)
class _Running:
    """An order under way. `begun` says since when (monotonic) each of its forecasts was seen to run."""

    work: Work
    order: Order
    handle: Handle
    begun: dict[str, float] = field(default_factory=dict)
    ending: dict[str, tuple[Outcome, str]] = field(default_factory=dict)
    is_killed: bool = False


class Supervisor:
    """Takes tickets, fills slots, obeys requests, ends what takes too long, buries what died."""

    def __init__(self, places: Places, engine: Engine, idle: float = IDLE_SECONDS) -> None:
        self._places, self._engine, self._idle = places, engine, idle
        self._me: Process = current()
        self._works: dict[str, Work] = {}
        self._waiting: deque[Work] = deque()
        self._running: list[_Running] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._asked: dict[str, float] = {}
        self._idle_since: float | None = None
        self._interrupts = 0
        self._memory_kills = out_of_memory_kills()
        self._lock = ExitStack()
        self._observer = JournalObserver(places)

    async def run(self) -> None:
        """Until there is nothing left to do; HeldError if another supervisor has the workspace."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._interrupted)
        with self._lock:
            self._lock.enter_context(holding(self._places.supervisor_lock, 1.0))
            try:
                while not await self._turn(loop.time()):
                    await asyncio.sleep(TICK_SECONDS)
            finally:
                await self._engine.close()

    async def _turn(self, moment: float) -> bool:
        """One look at everything; whether it may leave."""
        if not self._interrupts:
            self._take_tickets()
        self._obey(moment)
        if not self._interrupts and not tickets.is_paused(self._places):
            await self._fill_slots()
        self._watch_time(moment)
        self._observer.look(moment)
        self._finish_works()
        return self._may_leave(moment)

    def _interrupted(self) -> None:
        """The first signal lets what runs finish, the second kills it, the third leaves at once."""
        self._interrupts += 1
        if self._interrupts == 2:
            for running in self._running:
                self._spawn(self._kill(running, Outcome.KILLED, "the supervisor was stopped"))
        if self._interrupts > 2:
            os._exit(130)

    def _take_tickets(self) -> None:
        """Accepts what nobody has accepted; a ticket of a dead supervisor stays as it is, lost."""
        for ticket in tickets.all_tickets(self._places):
            if ticket.name not in self._works and ticket.supervisor is None:
                work = Work(self._places, tickets.accept(self._places, ticket, self._me), VERSION)
                self._works[ticket.name] = work
                if work.begin():
                    self._waiting.append(work)
        self._engine.resize(max((work.ticket.jobs or CORES for work in self._works.values()), default=CORES))

    async def _fill_slots(self) -> None:
        while self._engine.free and self._waiting:
            work = self._waiting[0]
            order = work.next_order(max(1, min(LARGEST_ORDER, work.left // (4 * CORES))), self._busy_ids())
            if order is None:
                self._waiting.popleft()
                if not work.left:
                    continue
                self._waiting.append(work)
                break
            running = _Running(work, order, await self._engine.start(order))
            self._running.append(running)
            self._spawn(self._follow(running))

    def _busy_ids(self) -> set[str]:
        return {record_id for running in self._running for record_id in running.order.ids}

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _follow(self, running: _Running) -> None:
        """Waits for an order; if its worker died, closes what it ran and puts back what it had not begun."""
        try:
            await running.handle.wait()
        except WorkerDiedError:
            self._bury(running)
        finally:
            self._running.remove(running)
            running.work.put_back(running.order)
            if running.work.left and running.work not in self._waiting:
                self._waiting.appendleft(running.work)

    def _bury(self, running: _Running) -> None:
        kills = out_of_memory_kills()
        why = "the kernel ended it for want of memory" if kills > self._memory_kills else "its process died"
        self._memory_kills = kills
        for record_id in self._current_ids(running):
            outcome, message = running.ending.get(record_id, (Outcome.CRASHED, why))
            try:
                bury(self._places, record_id, running.handle.worker, outcome, message)
            except HeldError:
                continue
            tickets.add_done(self._places, running.order.ticket, record_id, outcome.value)

    def _current_ids(self, running: _Running) -> list[str]:
        """What its worker is marked as running: one forecast, or none between two."""
        found = (active.marker_of(self._places, record_id) for record_id in running.order.ids)
        return [marker.id for marker in found if marker and marker.process == running.handle.worker]

    def _obey(self, moment: float) -> None:
        """Withdraws what waits and is not wanted any more; ends what runs and did not stop by itself in time."""
        pending = set(requests.pending(self._places))
        self._asked = {record_id: self._asked.get(record_id, moment) for record_id in pending}
        for work in list(self._works.values()):
            if work.record_id in pending and work.is_set:
                pending |= work.unfinished()
        for record_id in pending:
            owner = self._owner_of(record_id)
            running = next((each for each in self._running if record_id in each.order.ids), None)
            if running is None:
                self._withdraw(record_id, f"stopped by {owner} before it ran")
            elif record_id in self._current_ids(running):
                self._press(running, record_id, f"stopped by {owner}", moment)
            if moment - self._asked.get(record_id, moment) > ASK_SECONDS:
                self._forget_request(record_id)

    def _forget_request(self, record_id: str) -> None:
        """Drops a request that came when its run had just ended: nothing waits for it and nobody runs it."""
        is_known = any(record_id == work.record_id or record_id in work.unfinished() for work in self._works.values())
        if not is_known and active.marker_of(self._places, record_id) is None:
            requests.clear(self._places, record_id)

    def _owner_of(self, record_id: str) -> str:
        request = requests.asked(self._places, record_id)
        return (request.owner if request else "") or "somebody"

    def _withdraw(self, record_id: str, message: str) -> None:
        for work in self._works.values():
            if work.withdraw(record_id):
                try:
                    withdraw(self._places, record_id, message)
                except EfError:
                    continue
                tickets.add_done(self._places, work.ticket.name, record_id, Outcome.KILLED.value)

    def _press(self, running: _Running, record_id: str, message: str, moment: float) -> None:
        """A request is honoured by the worker itself between steps; after a while it is ended."""
        if not requests.is_asked(self._places, record_id):
            requests.ask(self._places, record_id, "killed", message.removeprefix("stopped by "))
        since = self._asked.setdefault(record_id, moment)
        if moment - since > ASK_SECONDS and not running.is_killed:
            self._spawn(self._kill(running, Outcome.KILLED, message))

    async def _kill(self, running: _Running, outcome: Outcome, message: str) -> None:
        running.is_killed = True
        for record_id in self._current_ids(running):
            running.ending[record_id] = (outcome, message)
        await running.handle.kill(TERM_SECONDS)

    def _watch_time(self, moment: float) -> None:
        """Ends what runs longer than it may and cannot stop itself."""
        for running in self._running:
            if running.order.timeout is None or running.is_killed:
                continue
            for record_id in self._current_ids(running):
                since = running.begun.setdefault(record_id, moment)
                if moment - since > running.order.timeout + ASK_SECONDS:
                    message = f"stopped after {running.order.timeout:g} s"
                    self._spawn(self._kill(running, Outcome.TIMED_OUT, message))

    def _finish_works(self) -> None:
        """Closes what is done; what a client wants no more of hands out nothing more."""
        for work in self._works.values():
            if self._interrupts or tickets.is_drained(self._places, work.ticket.name):
                work.drain()
        for name, work in list(self._works.items()):
            if not work.left and not any(running.work is work for running in self._running):
                outcome = work.finish()
                del self._works[name]
                if work.ticket.on_finish:
                    self._spawn(run_hook(work.ticket.on_finish, {"id": work.record_id, "outcome": outcome}))

    def _may_leave(self, moment: float) -> bool:
        """After some idle time, if there is certainly no ticket: clients add tickets under the same lock."""
        if self._running or self._tasks or (self._works and not self._interrupts):
            self._idle_since = None
            return False
        if self._interrupts:
            return True
        self._idle_since = moment if self._idle_since is None else self._idle_since
        if moment - self._idle_since < self._idle:
            return False
        with tickets.queue_lock(self._places):
            if any(ticket.supervisor is None for ticket in tickets.all_tickets(self._places)):
                return False
            self._lock.close()
            return True

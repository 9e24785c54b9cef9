"""What runs the queue of a workspace: a process started on demand, in a session of its own, gone when all is done.

It owns the queue: an engine is never given more than it has free slots for. Everything it knows can be read from the
files of the workspace, so that its death loses nothing but the runs under way, which then show as lost.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
import traceback
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from contextlib import ExitStack, suppress
from functools import partial
from typing import Any

from ef_engine.errors import CommandError, HeldError
from ef_engine.jobs.attempt import sentence
from ef_engine.jobs.endings import STEP_SECONDS, Endings, Running
from ef_engine.jobs.engines import Engines
from ef_engine.jobs.hooks import run_hook
from ef_engine.jobs.observer import JournalObserver
from ef_engine.jobs.order import Order
from ef_engine.jobs.seam import WorkerDiedError, WorkerLostError
from ef_engine.jobs.stage_clearing import StageClearing
from ef_engine.jobs.work import Work
from ef_engine.store import tickets
from ef_engine.store.locks import holding
from ef_engine.store.places import Places
from ef_engine.store.process import Process, current
from ef_engine.store.states import Outcome
from ef_engine.version import VERSION

TICK_SECONDS = 0.05
IDLE_SECONDS = 1.0
SAME_TROUBLE_SECONDS = 60.0
RETRY_SECONDS = 1.0
MOST_RETRIES = 60
SWEEP_SECONDS = 600.0


class Supervisor:
    """Takes tickets, fills slots, obeys requests, ends what takes too long, buries what died."""

    def __init__(self, places: Places, engines: Engines, idle: float = IDLE_SECONDS) -> None:
        self._places, self._engines, self._idle = places, engines, idle
        self._me: Process = current()
        self._works: dict[str, Work] = {}
        self._waiting: deque[Work] = deque()
        self._last_was_set = False
        self._others: set[str] = set()
        self._retries: dict[str, tuple[int, float]] = {}
        self._troubles: dict[str, float] = {}
        self._swept: float | None = None
        self._running: list[Running] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._idle_since: float | None = None
        self._interrupts = 0
        self._lock = ExitStack()
        self._is_free = asyncio.Event()
        self._observer = JournalObserver(places)
        self._clearing = StageClearing(places)
        self._endings = Endings(places, self._works, self._running, self._spawn)

    async def run(self) -> None:
        """Until there is nothing left to do; HeldError if another supervisor has the workspace."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._interrupted)
        with self._lock:
            self._lock.enter_context(holding(self._places.supervisor_lock, 1.0))
            try:
                while not await self._turn(loop.time()):
                    await self._rest(loop.time() + TICK_SECONDS)
            finally:
                self._guarded(self._clearing.clear)
                await self._engines.close()

    async def _rest(self, until: float) -> None:
        """Until the next turn; a slot that gets free meanwhile is filled at once."""
        while (left := until - asyncio.get_running_loop().time()) > 0:
            self._is_free.clear()
            with suppress(TimeoutError, asyncio.TimeoutError):
                await asyncio.wait_for(self._is_free.wait(), left)
                await self._fill()

    async def _fill(self) -> None:
        try:
            if not self._interrupts and not tickets.is_paused(self._places):
                await self._fill_slots()
        except Exception as error:  # as in `_guarded`
            self._tell(error)

    async def _turn(self, moment: float) -> bool:
        """One look at everything; whether it may leave. What goes wrong in one step leaves the others alone."""
        try:
            listing = tickets.listing(self._places)
        except OSError as error:
            self._tell(error)
            listing = tickets.Listing()
        self._guarded(lambda: self._take_tickets(listing.names, moment))
        self._guarded(lambda: self._endings.obey(moment))
        self._guarded(self._heed_trouble)
        await self._fill()
        self._guarded(lambda: self._endings.watch_time(moment))
        self._guarded(lambda: self._observer.look(moment))
        self._guarded(lambda: self._finish_works(listing.drained, moment))
        self._guarded(lambda: self._sweep(moment))
        return self._may_leave(moment)

    def _guarded(self, step: Callable[[], None]) -> None:
        try:
            step()
        except Exception as error:  # a full disk or a damaged file must not end everybody's runs
            self._tell(error)

    def _tell(self, error: Exception) -> None:
        """Writes to the supervisor's log, the same trouble once a minute."""
        text, moment = sentence(error), time.monotonic()
        if moment - self._troubles.get(text, -SAME_TROUBLE_SECONDS) >= SAME_TROUBLE_SECONDS:
            self._troubles[text] = moment
            print(text, flush=True)
            traceback.print_exception(error)

    def _interrupted(self) -> None:
        """The first signal lets what runs finish, the second kills it, the third leaves at once."""
        self._interrupts += 1
        if self._interrupts == 2:
            for running in self._running:
                self._spawn(self._endings.kill(running, Outcome.KILLED, "the supervisor was stopped"))
        if self._interrupts > 2:
            os._exit(130)

    def _take_tickets(self, names: Sequence[str], moment: float) -> None:
        """Accepts what nobody has accepted; a ticket of a dead supervisor stays as it is, lost."""
        begin = time.monotonic()
        for name in names:
            if self._interrupts or time.monotonic() - begin > STEP_SECONDS:
                break  # the rest has its turn when the slots have been filled
            if name not in self._works and name not in self._others and self._is_due(name, moment):
                self._guarded(partial(self._take, name, moment))
        present = set(names)
        self._others &= present
        self._retries = {name: found for name, found in self._retries.items() if name in present}
        for engine in self._engines:
            wanted = (work.ticket.jobs or engine.room for work in self._works.values() if work.engine is engine)
            engine.resize(max(wanted, default=engine.room))

    def _take(self, name: str, moment: float) -> None:
        ticket = tickets.read(self._places, name)
        if ticket is None:
            self._retry_later(name, moment)
        elif ticket.supervisor:
            self._others.add(name)
        else:
            self._retry_later(name, moment)  # in case that it cannot be accepted
            try:
                engine = self._engines.of(ticket)
            except CommandError as error:
                self._refuse(ticket, error)
                return
            work = Work(self._places, tickets.accept(self._places, ticket, self._me), VERSION, engine)
            self._retries.pop(name)
            self._works[name] = work
            work.begin()
            self._waiting.append(work)

    def _refuse(self, ticket: tickets.Ticket, error: CommandError) -> None:
        """Removes a ticket that nobody can ever work on, and says why."""
        self._tell(error)
        tickets.say(self._places, ticket.name, sentence(error))
        tickets.add_done(self._places, ticket.name, ticket.record_id, Outcome.FAILED.value)
        tickets.remove(self._places, ticket.name)

    def _is_due(self, name: str, moment: float) -> bool:
        return moment >= self._retries.get(name, (0, 0.0))[1]

    def _retry_later(self, name: str, moment: float) -> int:
        """What cannot be done just now is tried again in a while; returns how often it was put off."""
        count = self._retries.get(name, (0, 0.0))[0] + 1
        self._retries[name] = (count, moment + RETRY_SECONDS)
        return count

    async def _fill_slots(self) -> None:
        while found := self._next():
            work, order = found
            try:
                handle = await work.engine.start(order)
            except Exception as error:  # its worker died at once, or there is no more room for a process
                self._tell(error)
                self._return(work, order)
                break
            running = Running(work, order, handle, time.monotonic())
            self._running.append(running)
            self._spawn(self._follow(running))

    def _next(self) -> tuple[Work, Order] | None:
        """What runs next: the oldest, but forecasts asked for alone and sets take turns, if there are both."""
        busy = self._busy_ids()
        turns = (
            w for is_set in (not self._last_was_set, self._last_was_set) for w in self._waiting if w.is_set == is_set
        )
        for work in turns:
            if work.left and not self._is_full(work) and (order := work.next_order(busy)):
                self._last_was_set = work.is_set
                return work, order
        return None

    def _is_full(self, work: Work) -> bool:
        """Whether no slot is free for it, or as many of its forecasts run as its user wants at a time."""
        jobs = work.ticket.jobs
        is_full = jobs is not None and sum(running.work is work for running in self._running) >= jobs
        return is_full or not work.engine.free

    def _heed_trouble(self) -> None:
        """Begins nothing more of what asks for an engine that cannot start anything any more, and says why."""
        for engine in self._engines:
            sentences = [*engine.notes, *([engine.trouble] if engine.trouble else [])]
            for work in (each for each in self._works.values() if each.engine is engine and sentences):
                for text in sentences[work.told :]:
                    tickets.say(self._places, work.ticket.name, text)
                work.told = len(sentences)
                if engine.trouble:
                    work.drain()

    def _return(self, work: Work, order: Order, *, is_blamed: bool = True) -> None:
        """Queues again what an order left undone."""
        work.put_back(order, is_blamed=is_blamed)
        if work.left and work not in self._waiting:
            self._waiting.appendleft(work)

    def _busy_ids(self) -> set[str]:
        """What runs here, sets too: a second ticket for the same waits until the first is done."""
        running = {record_id for running in self._running for record_id in running.order.ids}
        return running | {work.record_id for work in self._works.values() if work.is_claimed}

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _follow(self, running: Running) -> None:
        """Waits for an order; if its worker died, closes what it ran and puts back what it had not begun."""
        has_begun = False
        try:
            await running.handle.wait()
            running.work.took(running.order, time.monotonic() - running.since)
            running.work.wait_for_others(running.order)
        except WorkerDiedError as error:
            has_begun = bool(running.current_ids(self._places))
            self._guarded(partial(self._endings.bury, running, is_lost=isinstance(error, WorkerLostError)))
        except Exception as error:  # the worker could not go on, though it lives: a full disk, say
            self._tell(error)
        finally:
            self._running.remove(running)
            self._guarded(partial(self._return, running.work, running.order, is_blamed=not has_begun))
            self._is_free.set()

    def _finish_works(self, drained: frozenset[str], moment: float) -> None:
        """Closes what is done; what a client wants no more of hands out nothing more."""
        under_way = {running.order.ticket for running in self._running}
        for name, work in list(self._works.items()):
            if self._interrupts or name in drained:
                work.drain()
            if work.left or name in under_way or not self._is_due(name, moment):
                continue
            if not self._endings.is_asked_anew(work.record_id):
                self._guarded(partial(self._finish, name, work, moment))
        self._waiting = deque(work for work in self._waiting if work.left)

    def _finish(self, name: str, work: Work, moment: float) -> None:
        count = self._retry_later(name, moment)  # in case that it cannot be closed
        if count > (1 if self._interrupts else MOST_RETRIES):
            work.abandon()
            outcome = ""
            self._others.add(name)
        else:
            outcome = work.finish()
            self._clearing.add(work.ids, is_last=len(self._works) == 1)
            tickets.remove(self._places, name)
        self._retries.pop(name, None)
        del self._works[name]
        if work.ticket.on_finish and name not in self._others:
            document = {"id": work.record_id, "outcome": outcome}
            self._spawn(run_hook(work.ticket.on_finish, work.ticket.directory, document))

    def _sweep(self, moment: float) -> None:
        if self._swept is None or moment - self._swept > SWEEP_SECONDS:
            self._swept = moment
            tickets.remove_old(self._places)

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
        try:
            with tickets.queue_lock(self._places, 0.0):
                if any(ticket.supervisor is None for ticket in tickets.all_tickets(self._places)):
                    return False
                self._lock.close()
        except HeldError:
            return False  # somebody adds a ticket right now
        except OSError as error:
            self._tell(error)  # where nothing can be locked, nobody can add a ticket either
        return True

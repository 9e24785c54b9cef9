"""The engine of a Dask cluster: its workers are the slots, each at one order at a time.

A task is pinned to a worker, because a scheduler runs again what a dead worker had; it never does so for us. Whoever
computes knows nothing of the workspace, so a thread here stands in for it (`stand_in`), and this module only carries
what passes between the two. A worker that goes away, or a scheduler, leaves what it was at lost.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
import traceback
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from ef_engine.jobs import messages, pulse
from ef_engine.jobs.attempt import sentence
from ef_engine.jobs.crew import Crew, Member, Turn
from ef_engine.jobs.dask_cluster import Cluster
from ef_engine.jobs.order import AnyOrder, Order
from ef_engine.jobs.parcels import Gone, Parcel, Stacks
from ef_engine.jobs.seam import CallDiedError, WorkerDiedError, WorkerLostError
from ef_engine.jobs.stand_in import carry_out, carry_out_step

POLL_SECONDS = 0.01
TURN_SECONDS = 0.25
LEAVE_SECONDS = 0.5
NANNY_SECONDS = 2.0
"""A nanny kills a worker that does not leave after four seconds, which is more than the grace of most."""

MOST_WORKERS = 1000
TOPIC = f"ef {os.getuid()}@{os.uname().nodename}"
"""Where the pulses of all tasks of a user go: a scheduler never forgets a topic, so each must not have its own."""


class DaskHandle:
    """An order at a worker."""

    def __init__(self, engine: DaskEngine, member: Member, work: asyncio.Future[None]) -> None:
        self.worker = member.process
        self._engine, self._member, self._work, self._turn = engine, member, work, member.turn

    @property
    def begun(self) -> float:
        """Since when its worker is at it (monotonic seconds): now, as long as it is at the work of others first."""
        return self._turn.begun

    async def wait(self) -> None:
        """Returns when all is done; raises WorkerDiedError if the worker went away. The worker is free afterwards."""
        try:
            await asyncio.shield(self._work)
        except CallDiedError:
            raise
        except WorkerDiedError:
            self._engine.crew.forget(self._member)
            raise
        finally:
            self._member.is_busy = False
            self._turn.begin(time.monotonic())

    async def kill(self, grace: float) -> None:
        """Ends the worker's process, for certain after `grace` seconds; its nanny starts another one."""
        await self._engine.end(self._member, grace)


class DaskEngine:
    """The workers of the cluster at a scheduler's address, or of one of our own for an empty address.

    Made inside a running event loop. It has no free slots until it is connected, and none any more once it is in
    `trouble`.
    """

    def __init__(self, scheduler: str) -> None:
        self.trouble = ""
        self._cluster = Cluster(scheduler)
        self.crew = Crew(self._cluster, self._is_gone_with)
        self.notes = self.crew.notes
        self._limit = MOST_WORKERS
        self._parcels: dict[str, Parcel] = {}
        self._fetching: dict[str, asyncio.Task[None]] = {}
        self._stand_ins = ThreadPoolExecutor(MOST_WORKERS, thread_name_prefix="stands in for a worker")
        self._tasks: set[asyncio.Task[Any]] = set()
        self._loop = asyncio.get_running_loop()
        self._spawn(self._keep())

    @property
    def room(self) -> int:
        """How many orders can run at a time where nobody says how many: as many as there are workers, at least 1."""
        return max(1, len(self.crew))

    @property
    def free(self) -> int:
        """How many orders can be started right now."""
        if self.trouble:
            return 0
        return max(0, min(len(self.crew), self._limit) - sum(each.is_busy for each in self.crew))

    def resize(self, slots: int) -> None:
        """Changes how many orders may run at a time; what runs goes on."""
        self._limit = slots

    async def start(self, order: AnyOrder) -> DaskHandle:
        """Starts an order at a worker that has nothing to do, rather one that others leave alone too."""
        occupied = await self._cluster.occupied([each.address for each in self.crew.idle])
        members = self.crew.idle
        if not members:
            raise WorkerLostError(self.trouble or "no worker is free")
        member = random.choice([each for each in members if each.address not in occupied] or members)
        member.is_busy, member.turn = True, Turn()
        self._spawn(self._watch_turn(member, member.turn))
        send = partial(self._send, member)
        if isinstance(order, Order):
            work = self._loop.run_in_executor(self._stand_ins, carry_out, order, send)
        else:
            work = self._loop.run_in_executor(self._stand_ins, carry_out_step, order, member, send)
        return DaskHandle(self, member, work)

    async def _watch_turn(self, member: Member, turn: Turn) -> None:
        """Learns when a worker begins that may be at the work of others; one that does not answer has begun."""
        waited_until = time.monotonic()
        while turn.at is None:
            await asyncio.sleep(TURN_SECONDS)
            if self._parcels_at(member) and await self._is_at_ours(member) is not False:
                turn.begin(waited_until)
            waited_until = time.monotonic()

    def _parcels_at(self, member: Member) -> list[Parcel]:
        return [each for each in self._parcels.values() if each.member is member]

    async def _is_at_ours(self, member: Member) -> bool | None:
        """Whether a worker is at what we sent it, and not at the work of others; None where it does not say."""
        tokens = [each.token for each in self._parcels_at(member)]
        answer: bool | None = await self._cluster.ask(pulse.is_at, tokens, address=member.address)
        return answer

    def _send(self, member: Member, record_id: str, work: messages.AnyWork, log: Path) -> Parcel:
        """Called by stand-ins, from their threads."""
        token = f"ef-{record_id}-{uuid4().hex}"
        call = self._from_a_thread
        parcel = Parcel(
            token,
            log,
            member,
            tell=lambda function: call(self._tell, member, function, token),
            look_into=lambda: call(self._look_into, token),
            drop=lambda: call(self._drop, token),
        )
        task = messages.Task(token=token, topic=TOPIC, runner=member.process, work=work)
        self._loop.call_soon_threadsafe(self._submit, parcel, task)
        return parcel

    def _from_a_thread(self, function: Callable[..., None], *args: Any) -> None:
        with suppress(RuntimeError):  # the loop is over, and with it the work
            self._loop.call_soon_threadsafe(function, *args)

    def _submit(self, parcel: Parcel, task: messages.Task) -> None:
        if parcel.member not in self.crew:
            parcel.inbox.put(_gone(parcel.member))
            return
        try:
            future = self._cluster.submit(task, parcel.member.address)
        except Exception as error:  # what cannot be sent is the failure of this task alone
            parcel.inbox.put(messages.Failed(sentence(error), traceback.format_exc()))
            return
        self._parcels[parcel.token] = parcel
        self._fetching[parcel.token] = self._spawn(self._fetch(parcel, future))

    async def _fetch(self, parcel: Parcel, future: Any) -> None:
        """Brings the answer to whoever waits for it; None comes where there is none to be had."""
        answer = await self._cluster.answer(future)
        if answer is None and not self._cluster.is_connected:
            self._give_up(self._cluster.farewell)
        self._fetching.pop(parcel.token, None)
        if answer:
            parcel.member.gave_sign()
        if self._parcels.pop(parcel.token, None):
            parcel.inbox.put(answer or _gone(parcel.member))

    def _drop(self, token: str) -> None:
        """Nobody waits for it any more, so the scheduler and the worker shall forget it."""
        self._parcels.pop(token, None)
        if fetching := self._fetching.pop(token, None):
            fetching.cancel()

    def _tell(self, member: Member, function: Callable[[str], None], token: str) -> None:
        self._spawn(self._cluster.ask(function, token, address=member.address))

    def _look_into(self, token: str) -> None:
        if parcel := self._parcels.get(token):
            self._spawn(self._bring_stacks(parcel))

    async def _bring_stacks(self, parcel: Parcel) -> None:
        text = await self._cluster.ask(pulse.stacks, parcel.token, address=parcel.member.address)
        parcel.inbox.put(Stacks(text or ""))

    async def end(self, member: Member, grace: float) -> None:
        """Ends a worker's process: it leaves by itself, or its nanny sees to that.

        One that is not at our work, but at that of another user, goes on; ours is taken back.
        """
        member.is_ended = True
        if self._parcels_at(member) and await self._is_at_ours(member) is False:
            self.crew.forget(member)
            return
        self._spawn(self._cluster.ask(pulse.leave, address=member.address))
        if await self._is_gone(member, LEAVE_SECONDS):
            return
        self._spawn(self._cluster.restart(member.address))
        if not await self._is_gone(member, grace + NANNY_SECONDS):
            self.crew.forget(member)  # nothing is heard of it that could still be believed

    async def _is_gone(self, member: Member, seconds: float) -> bool:
        deadline = self._loop.time() + seconds
        while member in self.crew:
            if self._loop.time() >= deadline:
                return False
            await asyncio.sleep(POLL_SECONDS)
        return True

    def _is_gone_with(self, member: Member) -> None:
        """What the worker was at is lost with it."""
        for parcel in self._parcels_at(member):
            self._drop(parcel.token)
            parcel.inbox.put(_gone(member))

    async def _keep(self) -> None:
        """Connects, and then keeps an eye on who is there until the scheduler is gone."""
        try:
            await self._cluster.open(TOPIC, self._heard, self.crew.happened)
        except Exception as error:
            self._give_up(sentence(error))
            return
        await self.crew.keep()
        self._give_up(self._cluster.farewell)

    def _give_up(self, trouble: str) -> None:
        """Nothing can be started any more; what the workers were at is lost."""
        self.trouble = self.trouble or trouble
        for member in self.crew:
            self.crew.forget(member)

    def _heard(self, message: Mapping[str, Any]) -> None:
        """A pulse, perhaps of another supervisor's task."""
        if parcel := self._parcels.get(str(message.get("token"))):
            parcel.member.gave_sign()
            parcel.inbox.put(pulse.beat_of(message))

    def _spawn(self, coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def close(self) -> None:
        """Lets go of the cluster; one of our own ends with all its workers."""
        for member in self.crew:
            member.is_ended = True
        self._give_up("it was closed")
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._cluster.close()
        await asyncio.to_thread(self._stand_ins.shutdown)


def _gone(member: Member) -> Gone:
    text = f"worker {member.process} was ended" if member.is_ended else f"worker {member.process} is gone"
    return Gone(member.is_ended, text)

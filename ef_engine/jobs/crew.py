"""The workers of a cluster as an engine knows them: who came, who went, who is refused, what each is at.

A member is one process. If somebody is there again at the address of one that was forgotten, that is another member.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ef_engine.jobs.attempt import sentence
from ef_engine.jobs.dask_cluster import Cluster, Found
from ef_engine.store.process import Process

LOOK_SECONDS = 2.0
STATUS_SECONDS = 0.1
HEARD_SECONDS = 3.0
"""A worker that is heard of every second, and was not for so long, has no heartbeat."""

SILENT_SECONDS = 30.0
"""After which a worker that did not say who it is is asked again."""


@dataclass(slots=True)
class Turn:
    """When a worker began with an order (monotonic seconds); None as long as it is at the work of others first."""

    at: float | None = None

    @property
    def begun(self) -> float:
        """When it began, or now, at the earliest."""
        return time.monotonic() if self.at is None else self.at

    def begin(self, moment: float) -> None:
        """What is known of it first counts."""
        if self.at is None:
            self.at = moment


@dataclass(slots=True)
class Member:
    """A worker of the cluster; `heard` is when it last gave a sign of life (monotonic seconds), `turn` its order's."""

    address: str
    process: Process
    is_busy: bool = False
    is_ended: bool = False
    heard: float = field(default_factory=time.monotonic)
    turn: Turn = field(default_factory=Turn)

    def gave_sign(self) -> None:
        """It is there, and at its order."""
        self.heard = time.monotonic()
        self.turn.begin(self.heard)

    def was_heard(self) -> bool:
        """Whether it gave a sign of life lately."""
        return time.monotonic() - self.heard < HEARD_SECONDS


class Crew:
    """The workers of a cluster that run what we run; `forgotten` is told who is there no more."""

    def __init__(self, cluster: Cluster, forgotten: Callable[[Member], None]) -> None:
        self.notes: list[str] = []
        """Sentences that say who is refused, and why."""
        self._cluster, self._forgotten = cluster, forgotten
        self._members: dict[str, Member] = {}
        self._refused: set[str] = set()
        self._silent: dict[str, float] = {}
        self._changed = asyncio.Event()

    def __len__(self) -> int:
        return len(self._members)

    def __iter__(self) -> Iterator[Member]:
        return iter(list(self._members.values()))

    def __contains__(self, member: Member) -> bool:
        return self._members.get(member.address) is member

    @property
    def idle(self) -> list[Member]:
        """Those without an order of ours."""
        return [each for each in self if not each.is_busy]

    def forget(self, member: Member) -> None:
        """It is gone, or as good as gone."""
        if member in self:
            del self._members[member.address]
        self._forgotten(member)

    async def keep(self) -> None:
        """Keeps an eye on who is there until the scheduler is gone."""
        looked, looking = 0.0, asyncio.create_task(self._look())
        try:
            while self._cluster.is_connected:
                await asyncio.sleep(STATUS_SECONDS)
                if looking.done() and (self._changed.is_set() or time.monotonic() - looked > LOOK_SECONDS):
                    self._changed.clear()
                    looked, looking = time.monotonic(), asyncio.create_task(self._look())
        finally:
            looking.cancel()

    async def _look(self) -> None:
        """Learns who came and who went; who came has to run the same versions. Who does not answer is asked again."""
        try:
            present = await self._cluster.workers()
        except Exception as error:  # a scheduler that stands still; one that is gone is noticed otherwise
            print(f"{self._cluster.address}: {sentence(error)}", flush=True)
            return
        for member in [each for each in self if each.address not in present]:
            self.forget(member)
        self._refused &= present.keys()
        moment = time.monotonic()
        self._silent = {key: until for key, until in self._silent.items() if key in present and until > moment}
        known = self._members.keys() | self._refused | self._silent.keys()
        new = [each for address, each in present.items() if address not in known]
        found = await self._cluster.introduced(new)
        self._silent |= dict.fromkeys({each.address for each in new}, moment + SILENT_SECONDS)
        for each in found:
            del self._silent[each.address]
            self._take_on(each)

    def _take_on(self, found: Found) -> None:
        if found.refusal:
            self._refused.add(found.address)
            self.notes.append(found.refusal)
        elif found.process:
            self._members[found.address] = Member(found.address, found.process)

    def happened(self, event: Mapping[str, Any]) -> None:
        """The scheduler says that somebody came or went, or something else."""
        action = event.get("action")
        if action == "remove-worker":
            self._refused.discard(event["worker"])
            if member := self._members.get(event["worker"]):
                self.forget(member)
        if action in ("add-worker", "remove-worker"):
            self._changed.set()

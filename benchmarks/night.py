"""A night on a cluster as a network of queues: what its parts have to do for a forecast, and a simulation of them all.

Two costs are no constants. What waits in a workspace is looked at and written anew with every ticket that ends, so a
long queue makes the supervisor slow, while many short ones have to be begun; and where orders hold one forecast, its
worker rests while that is written down.
"""

from __future__ import annotations

import heapq
from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import TypeAlias

from benchmarks.costs import Costs
from ef_engine.jobs.work import LARGEST_ORDER

ACCEPT_SYNCS = 2
"""A supervisor writes itself into a ticket: a file and its directory are synced."""

ORDERS_LEFT = 4
"""So many orders of a set at least for each worker, however many forecasts an order may hold."""

SHARED = ("supervisor", "disk", "scheduler", "network")
"""What many workers share."""

FULL = 0.9
"""Who is busy for so much of the night is what it waits for."""

BEFORE = 0.3
"""The share of the supervisor's work for a forecast that comes before it is sent; the rest is its answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How much there is to do, and with what.

    Each user has a ticket, of one forecast or of a set of so many. Users are spread evenly over workspaces, of which
    as many are worked on at a time as there are supervisors. Each of those has a core, a disk and its share of workers.
    ValueError for less than one of anything, or a supervisor without a worker.
    """

    users: int = 100_000
    forecasts: int = 1
    workspaces: int = 1
    supervisors: int = 1
    workers: int = 4
    megabits: float = 1000.0

    def __post_init__(self) -> None:
        if min(self.users, self.forecasts, self.workspaces, self.supervisors, self.workers, self.megabits) <= 0:
            raise ValueError("there has to be at least one of everything")
        if self.workers < self.supervisors:
            raise ValueError("every supervisor needs a worker")

    @property
    def total(self) -> int:
        """All forecasts of the night."""
        return self.users * self.forecasts

    @property
    def tickets(self) -> float:
        """How many users share a workspace; one without any is never opened."""
        return max(1.0, self.users / max(self.workspaces, self.supervisors))

    @property
    def of_workspace(self) -> float:
        """How many forecasts a workspace has to run."""
        return self.tickets * self.forecasts

    @property
    def order(self) -> int:
        """How many forecasts of a user a worker gets at once."""
        slots = max(1, self.workers // self.supervisors)
        return max(1, min(LARGEST_ORDER, self.forecasts // (ORDERS_LEFT * slots)))


@dataclass(frozen=True, slots=True)
class Night:
    """How long it took (seconds), and how much of that time each part was busy (1 is always)."""

    seconds: float
    busy: dict[str, float]

    @property
    def limit(self) -> str:
        """The shared part that has no rest; `workers` where each has some, so that only more workers help."""
        shared = max(SHARED, key=lambda part: self.busy[part])
        return shared if self.busy[shared] >= FULL else "workers"


def bookkeeping(costs: Costs, shape: Shape, waiting: float) -> float:
    """Seconds of a supervisor for a forecast, while so many tickets wait in its workspace."""
    ticket = costs.alone + queueing(costs, waiting) + ACCEPT_SYNCS * costs.sync_alone
    return (ticket + (shape.forecasts - 1) * costs.supervisor) / shape.forecasts


def queueing(costs: Costs, waiting: float) -> float:
    """The part of a ticket's cost that is due to those behind it."""
    return costs.queued * waiting / 1000


def demands(costs: Costs, shape: Shape) -> dict[str, float]:
    """Seconds for which each part is busy with a forecast, over how many there are of it: their largest is a limit."""
    book = bookkeeping(costs, shape, shape.tickets / 2)
    opening = costs.start / shape.of_workspace
    return {
        "workers": costs.worker / shape.workers,
        "stand-ins": (book + costs.syncs * costs.sync_alone) / shape.workers,
        "network": (costs.sent + costs.received) * 8 / (shape.megabits * 1e6),
        "scheduler": costs.scheduler,
        "supervisor": (book + opening) / shape.supervisors,
        "disk": costs.syncs * costs.sync / shape.supervisors,
    }


def shortest(costs: Costs, shape: Shape) -> float:
    """Seconds that no night of this shape can be shorter than."""
    return shape.total * max(demands(costs, shape).values())


def cycle(costs: Costs, shape: Shape) -> float:
    """Seconds of a forecast through an empty system, from its claim to the end of its record."""
    alone = demands(costs, Shape(users=1, forecasts=shape.forecasts, workers=1, megabits=shape.megabits))
    return alone["workers"] + alone["stand-ins"] + alone["network"] + alone["scheduler"] + costs.delay


@dataclass(slots=True)
class _Part:
    """A server with a queue, first come first served, used in the order of time."""

    free_at: float = 0.0
    busy: float = 0.0

    def use(self, now: float, seconds: float) -> float:
        """When a visit that arrives now ends."""
        self.free_at = max(now, self.free_at) + seconds
        self.busy += seconds
        return self.free_at


@dataclass(slots=True)
class _Supervisor:
    """One of them: how many forecasts it has still to hand out and to finish, and its next workspace begins with."""

    left: int
    unfinished: int
    opens_at: float
    core: _Part = field(default_factory=_Part)
    disk: _Part = field(default_factory=_Part)


@dataclass(slots=True)
class _Parcel:
    """A forecast under way, and who waits for it."""

    has_arrived: bool = False
    waits: _Course | None = None


_Course: TypeAlias = Generator[float | _Parcel, float, None]
"""A process: it yields until when it is busy (seconds), or a parcel to wait for; it is sent the time then."""


def night(costs: Costs, shape: Shape) -> Night:
    """Simulates all forecasts of the night, one event after the other."""
    return _Simulation(costs, shape).run()


class _Simulation:
    def __init__(self, costs: Costs, shape: Shape) -> None:
        self._costs, self._shape = costs, shape
        self._network, self._scheduler = _Part(), _Part()
        self._workers = [_Part() for _ in range(shape.workers)]
        self._supervisors = [_Supervisor(n, n, n) for n in _shares(shape.total, shape.supervisors)]
        self._writing = 0.0
        self._agenda: list[tuple[float, int, _Course]] = []
        self._turn = count()

    def run(self) -> Night:
        """Until nothing is left."""
        for k, worker in enumerate(self._workers):
            self._begin(0.0, self._stand_in(self._supervisors[k % len(self._supervisors)], worker))
        now = 0.0
        while self._agenda:
            now, _, course = heapq.heappop(self._agenda)
            self._go_on(now, course)
        return Night(now, self._busy(now))

    def _busy(self, seconds: float) -> dict[str, float]:
        workers, supervisors = len(self._workers), len(self._supervisors)
        return {
            "workers": sum(each.busy for each in self._workers) / workers / seconds,
            "stand-ins": self._writing / workers / seconds,
            "network": self._network.busy / seconds,
            "scheduler": self._scheduler.busy / seconds,
            "supervisor": sum(each.core.busy for each in self._supervisors) / supervisors / seconds,
            "disk": sum(each.disk.busy for each in self._supervisors) / supervisors / seconds,
        }

    def _go_on(self, now: float, course: _Course) -> None:
        """Has a course act until it is busy or has to wait."""
        with suppress(StopIteration):
            until = course.send(now)
            while isinstance(until, _Parcel) and until.has_arrived:
                until = course.send(now)
            if isinstance(until, _Parcel):
                until.waits = course
            else:
                self._plan(until, course)

    def _begin(self, now: float, course: _Course) -> None:
        next(course)
        self._plan(now, course)

    def _plan(self, moment: float, course: _Course) -> None:
        heapq.heappush(self._agenda, (moment, next(self._turn), course))

    def _stand_in(self, supervisor: _Supervisor, worker: _Part) -> _Course:
        """Takes orders until nothing is left: sends all of an order, then writes all of it down."""
        now = yield 0.0  # until it is begun
        while size := min(self._shape.order, supervisor.left):
            opened = self._opened(now, supervisor)
            supervisor.left -= size
            now = yield opened
            parcels = []
            for _ in range(size):
                now = yield from self._write(now, supervisor, BEFORE)
                parcels.append(_Parcel())
                self._begin(now, self._travel(parcels[-1], worker))
            for parcel in parcels:
                now = yield parcel
                now = yield from self._write(now, supervisor, 1 - BEFORE)
                supervisor.unfinished -= 1

    def _opened(self, now: float, supervisor: _Supervisor) -> float:
        """When the workspace of the next order is open: for the first of them, a supervisor has to be started."""
        if supervisor.left > supervisor.opens_at:
            return now
        supervisor.opens_at -= self._shape.of_workspace
        return supervisor.core.use(now, self._costs.start)

    def _write(self, now: float, supervisor: _Supervisor, share: float) -> Generator[float | _Parcel, float, float]:
        """A share of the bookkeeping of a forecast: first the processor, then the disk, and waiting for it."""
        begun, costs, shape = now, self._costs, self._shape
        waiting = supervisor.unfinished / shape.forecasts % max(1.0, shape.tickets)
        now = yield supervisor.core.use(now, share * bookkeeping(costs, shape, waiting))
        now = yield supervisor.disk.use(now, share * costs.syncs * costs.sync)
        now = yield now + share * costs.syncs * max(0.0, costs.sync_alone - costs.sync)
        self._writing += now - begun
        return now

    def _travel(self, parcel: _Parcel, worker: _Part) -> _Course:
        """To the worker and back."""
        costs, second = self._costs, self._shape.megabits * 1e6 / 8
        now = yield 0.0  # until it is begun
        now = yield self._network.use(now, costs.sent / second)
        now = yield self._scheduler.use(now, costs.scheduler / 2)
        now = yield now + costs.delay / 2
        now = yield worker.use(now, costs.worker)
        now = yield now + costs.delay / 2
        now = yield self._network.use(now, costs.received / second)
        now = yield self._scheduler.use(now, costs.scheduler / 2)
        parcel.has_arrived = True
        if parcel.waits:
            self._go_on(now, parcel.waits)


def _shares(total: int, among: int) -> list[int]:
    return [total // among + (k < total % among) for k in range(among)]

"""The narrow seam between the supervisor and whatever runs orders: start, wait, kill.

An engine decides nothing: which forecasts, how long, what an end means is the supervisor's. One set of contract tests
holds every engine to the same promises.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Protocol

from ef_engine.errors import EfError
from ef_engine.jobs.order import AnyOrder
from ef_engine.store.process import Process

CORES = os.cpu_count() or 1
"""Of this machine."""


class WorkerDiedError(Exception):
    """The worker went away before its order was done."""


class CallDiedError(WorkerDiedError):
    """The process of its own that the worker gave to the order went away; the worker itself is there."""


class WorkerLostError(WorkerDiedError):
    """Nothing is heard of the worker any more, which may even go on: what it was at is lost, and not closed by us."""


class RemoteError(EfError):
    """The work raised an error where it was done; message and `traceback` read as they did there."""

    def __init__(self, message: str, traceback: str) -> None:
        super().__init__(message)
        self.traceback = traceback
        self.add_note(traceback)


class Handle(Protocol):
    """One order under way."""

    @property
    def worker(self) -> Process:
        """Who runs it; the same identity stands in markers and states."""

    @property
    def begun(self) -> float:
        """Since when its worker is at it (monotonic seconds): now, as long as it is at the work of others first."""

    async def wait(self) -> None:
        """Returns when all of the order is done; raises WorkerDiedError if the worker went away."""

    async def kill(self, grace: float) -> None:
        """Ends the worker, politely first and after `grace` seconds for certain; others go on."""


class Engine(Protocol):
    """Somewhere to run orders."""

    @property
    def room(self) -> int:
        """How many orders can run at a time where nobody says how many, at least 1."""

    @property
    def free(self) -> int:
        """How many orders can be started right now."""

    @property
    def trouble(self) -> str:
        """Why nothing can be started any more, as a sentence; empty while all is well."""

    @property
    def notes(self) -> Sequence[str]:
        """Sentences for its users, which become more and more."""

    def resize(self, slots: int) -> None:
        """Changes how many orders may run at a time; what runs goes on."""

    async def start(self, order: AnyOrder) -> Handle:
        """Starts an order in a free slot."""

    async def close(self) -> None:
        """Ends every worker."""

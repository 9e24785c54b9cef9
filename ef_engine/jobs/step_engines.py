"""Where the steps of a flow run: calls on a cluster, if one is asked for; all else in a new process of this machine."""

from __future__ import annotations

from types import TracebackType
from typing import Protocol

from ef_engine.flows.model import Call
from ef_engine.jobs.engines import LOCAL, connected
from ef_engine.jobs.order import StepOrder
from ef_engine.jobs.seam import Engine, Handle
from ef_engine.jobs.slots import LocalEngine


class StepEngine(Protocol):
    """A place for one step, as the seam has it."""

    @property
    def free(self) -> int:
        """Whether it can be started right now."""

    @property
    def trouble(self) -> str:
        """Why it cannot be started any more."""

    async def start(self, order: StepOrder) -> Handle:
        """Starts the step."""

    async def close(self) -> None:
        """Lets go of the place."""


class StepEngines:
    """The places of one run of a flow; to be used as a context manager inside a running event loop."""

    def __init__(self, engine: str, scheduler: str) -> None:
        self._kind, self._scheduler = engine, scheduler
        self._cluster: Engine | None = None

    async def __aenter__(self) -> StepEngines:
        if self._kind != LOCAL:
            self._cluster = connected(self._kind, self._scheduler)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if self._cluster:
            await self._cluster.close()

    @property
    def room(self) -> int:
        """How many workers a cluster has; 0 without one."""
        return self._cluster.room if self._cluster else 0

    def of(self, order: StepOrder) -> StepEngine:
        """Where a step is to run. Commands need the workspace, so they stay here."""
        if self._cluster and isinstance(order.work, Call):
            return _Shared(self._cluster)
        return LocalEngine(1)


class _Shared:
    """A cluster that many steps use: it is closed with the last."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def free(self) -> int:
        return self._engine.free

    @property
    def trouble(self) -> str:
        return self._engine.trouble

    async def start(self, order: StepOrder) -> Handle:
        return await self._engine.start(order)

    async def close(self) -> None:
        pass

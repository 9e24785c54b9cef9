"""The engines that tickets ask for: the slots of this machine, and clusters, connected to when first wanted."""

from __future__ import annotations

from collections.abc import Iterator

from ef_engine.errors import CommandError
from ef_engine.jobs.seam import Engine
from ef_engine.store.tickets import Ticket

LOCAL, DASK = "local", "dask"
KINDS = (LOCAL, DASK)


class Engines:
    """All engines of a supervisor, by what a ticket says of them."""

    def __init__(self, local: Engine) -> None:
        self._engines: dict[tuple[str, str], Engine] = {(LOCAL, ""): local}
        self._broken: list[Engine] = []

    def __iter__(self) -> Iterator[Engine]:
        return iter(self._engines.values())

    def of(self, ticket: Ticket) -> Engine:
        """The engine a ticket asks for; one in trouble is replaced, so that it is tried anew. Needs an event loop."""
        key = (ticket.engine, ticket.scheduler)
        engine = self._engines.get(key)
        if engine is None or engine.trouble:
            if engine:
                self._broken.append(engine)
            engine = self._engines[key] = connected(*key)
        return engine

    async def close(self) -> None:
        """Ends all of them."""
        for engine in (*self._engines.values(), *self._broken):
            await engine.close()


def connected(kind: str, scheduler: str) -> Engine:
    """An engine that begins to connect to a cluster."""
    if kind != DASK:
        raise CommandError(f"there is no engine {kind!r}", f"it is one of {', '.join(KINDS)}")
    from ef_engine.jobs.dask_engine import DaskEngine

    return DaskEngine(scheduler)


def check_engine(kind: str, scheduler: str) -> str:
    """Connects to a cluster to see that it can run forecasts; what the user should know, or an empty text.

    Raises CommandError where Dask is not installed or a worker runs another version, NotFoundError where no scheduler
    answers.
    """
    if kind == LOCAL:
        return ""
    from ef_engine.jobs.dask_cluster import check

    return check(scheduler)

"""The only place that speaks to Dask: connecting, who is there, sending a task, telling a worker something.

Dask is an extra of the package (`pip install 'ef[cluster]'`), so it is imported when it is needed.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import CancelledError as FutureCancelled
from contextlib import suppress
from dataclasses import dataclass
from platform import python_version
from typing import Any

from ef_engine.errors import CommandError, NotFoundError
from ef_engine.jobs import remote
from ef_engine.store.process import Process
from ef_engine.version import VERSION

CONNECT_SECONDS = 10.0
CORES = os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Found:
    """A worker as the scheduler knows it; a `refusal` is the sentence that says why nothing is sent to it."""

    address: str
    has_nanny: bool
    threads: int
    process: Process | None = None
    refusal: str = ""


class Cluster:
    """A connection to the scheduler at an address, or to one of our own for an empty address."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._own: Any = None
        self._client: Any = None

    @property
    def is_connected(self) -> bool:
        """Whether the scheduler is there."""
        return bool(self._client) and self._client.status == "running"

    @property
    def farewell(self) -> str:
        """What is said when it is there no more."""
        return f"the scheduler at {self.address} is gone"

    async def open(
        self,
        topic: str = "",
        heard: Callable[[Mapping[str, Any]], None] = lambda message: None,
        happened: Callable[[Mapping[str, Any]], None] = lambda event: None,
    ) -> None:
        """Connects; `heard` gets what workers say about a topic, `happened` what the scheduler says of workers.

        Raises CommandError without Dask, NotFoundError where no scheduler answers.
        """
        dask = _distributed()
        if not self.address:
            self._own = await dask.LocalCluster(
                n_workers=CORES, threads_per_worker=1, processes=True, dashboard_address=":0", asynchronous=True
            )  # fmt: skip
            self.address = self._own.scheduler_address
        try:
            self._client = await dask.Client(
                self.address, asynchronous=True, set_as_default=False, timeout=CONNECT_SECONDS, name="ef"
            )
        except (OSError, TimeoutError, ValueError) as error:
            raise NotFoundError(
                f"no Dask scheduler answers at {self.address}", "start one there with `dask scheduler`"
            ) from error
        if topic:
            self._client.subscribe_topic(topic, lambda event: heard(event[1]))
            self._client.subscribe_topic("all", lambda event: happened(event[1]))

    async def workers(self) -> dict[str, Found]:
        """Who is there, by address."""
        info = await self._client.scheduler.identity(n_workers=-1)
        return {
            address: Found(address, bool(each.get("nanny")), int(each["nthreads"]))
            for address, each in info["workers"].items()
        }

    async def introduced(self, workers: Iterable[Found]) -> list[Found]:
        """The workers with their identity, or with why they are refused; those that do not answer are left out."""
        asked = {each.address: each for each in workers}
        if not asked:
            return []
        answers = await self._client.run(remote.credentials, workers=list(asked), on_error="return")
        return [_introduced(asked[address], answer) for address, answer in answers.items() if not _is_gone(answer)]

    def submit(self, function: Callable[..., Any], task: Any, address: str) -> Any:
        """A future of the function's answer to the task at one worker and no other."""
        return self._client.submit(
            function, task, key=task.token, workers=[address], allow_other_workers=False, pure=False, retries=0
        )

    async def answer(self, future: Any) -> Any:
        """What a future comes to; None if it never will."""
        try:
            return await future
        except (FutureCancelled, asyncio.CancelledError):
            return None
        except Exception as error:  # the worker was killed, or its answer could not be fetched
            print(f"{future.key}: {type(error).__name__}: {error}", flush=True)
            return None
        finally:
            with suppress(Exception):
                future.release()

    async def tell(self, function: Callable[..., Any], *args: Any, address: str) -> None:
        """Has a worker call something on its event loop, without waiting for an answer."""
        with suppress(Exception):  # whoever does not hear it is gone, or is ended otherwise
            await self._client.run(function, *args, workers=[address], wait=False, on_error="ignore")

    async def restart(self, address: str) -> None:
        """Has the nanny of a worker end its process and start another one."""
        with suppress(Exception):
            await self._client.restart_workers([address], raise_for_error=False)

    async def close(self) -> None:
        """Lets go of the scheduler; one of our own ends."""
        for each in (self._client, self._own):
            if each is not None:
                with suppress(Exception):  # it may be gone already
                    await each.close()


def check(address: str) -> str:
    """Connects once to see that a cluster can run forecasts; what the user should know, or an empty text.

    Raises CommandError without Dask or for a worker that is refused, NotFoundError where no scheduler answers.
    """
    check_installed()
    return asyncio.run(_checked(address)) if address else ""


async def _checked(address: str) -> str:
    cluster = Cluster(address)
    try:
        await cluster.open()
        workers = await cluster.workers()
        for each in await cluster.introduced(workers.values()):
            if each.refusal:
                problem, _, remedy = each.refusal.partition("; ")
                raise CommandError(problem, remedy)
    finally:
        await cluster.close()
    return "" if workers else f"The scheduler at {address} has no worker yet; waiting for one."


def check_installed() -> None:
    """Raises CommandError where Dask is not installed."""
    if importlib.util.find_spec("distributed") is None:
        raise CommandError("Dask is not installed", "pip install 'ef[cluster]' adds it")


def _distributed() -> Any:
    """The package, most of which has no types."""
    check_installed()
    return importlib.import_module("distributed")


def _is_gone(answer: Any) -> bool:
    return isinstance(answer, OSError | TimeoutError)


def _introduced(worker: Found, answer: Any) -> Found:
    where = f"worker {worker.address}"
    if not isinstance(answer, remote.Credentials):
        refusal = f"{where} cannot run ef ({answer}); install ef {VERSION} there"
        return Found(worker.address, worker.has_nanny, worker.threads, None, refusal)
    refusal = ""
    if answer.engine != VERSION:
        refusal = f"{where} has ef {answer.engine}, but this is {VERSION}; install the same version there"
    elif answer.python != python_version():
        refusal = f"{where} has Python {answer.python}, but this is {python_version()}; run the same version there"
    elif worker.threads != 1:
        refusal = f"{where} has {worker.threads} threads, so no task could be stopped alone; start it with --nthreads 1"
    return Found(worker.address, worker.has_nanny, worker.threads, answer.process, refusal)

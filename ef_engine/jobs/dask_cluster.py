"""The only place that speaks to Dask: connecting, who is there, sending a task, telling a worker something.

Dask is an extra of the package (`pip install 'ef[cluster]'`), so it is imported when it is needed. Whatever is asked of
the cluster has a limit of time: a worker or a scheduler that stands still must not hold up the others.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import re
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import CancelledError as FutureCancelled
from contextlib import suppress
from dataclasses import dataclass, replace
from platform import python_version
from typing import Any

from ef_engine.errors import CommandError, NotFoundError
from ef_engine.jobs import messages, remote
from ef_engine.jobs.attempt import sentence
from ef_engine.jobs.seam import CORES
from ef_engine.store.process import Process
from ef_engine.version import VERSION

CONNECT_SECONDS = 5.0
ASK_SECONDS = 3.0
AT_ONCE_SECONDS = 1.0
_ADDRESS = re.compile(r"[a-z]+://.+")


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
        self._line: Any = None
        self._topics: list[str] = []

    @property
    def is_connected(self) -> bool:
        """Whether the scheduler is there, and was all the time: a client that connects anew has forgotten its tasks."""
        client = self._client
        return bool(client) and client.status == "running" and client.scheduler_comm is self._line

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

        Raises CommandError without Dask or for what is no address, NotFoundError where no scheduler answers.
        """
        dask = _distributed()
        if not self.address:
            self._own = await dask.LocalCluster(
                n_workers=CORES,
                threads_per_worker=1,
                processes=True,
                dashboard_address="127.0.0.1:0",  # Dask's own default is open to the network
                asynchronous=True,
            )
            self.address = self._own.scheduler_address
        check_address(self.address)
        try:
            self._client = dask.Client(
                self.address, asynchronous=True, set_as_default=False, timeout=CONNECT_SECONDS, name="ef"
            )
            await self._client
        except (OSError, TimeoutError, TypeError, ValueError) as error:
            problem = f"no Dask scheduler answers at {self.address}"
            if isinstance(error, TypeError):
                problem += f" ({sentence(error)})"
            raise NotFoundError(problem, "start one there with `dask scheduler`") from error
        self._line = self._client.scheduler_comm
        if topic:
            self._subscribe(topic, heard)
            self._subscribe("all", happened)

    def _subscribe(self, topic: str, told: Callable[[Mapping[str, Any]], None]) -> None:
        def tell(event: tuple[float, Any]) -> None:
            if isinstance(event[1], Mapping):
                told(event[1])

        self._client.subscribe_topic(topic, tell)
        self._topics.append(topic)

    async def workers(self) -> dict[str, Found]:
        """Who is there and takes tasks, by address."""
        info = await asyncio.wait_for(self._client.scheduler.identity(n_workers=-1), CONNECT_SECONDS)
        return {
            address: Found(address, bool(each.get("nanny")), int(each["nthreads"]))
            for address, each in info["workers"].items()
            if each.get("status", "running") == "running"
        }

    async def introduced(self, workers: Iterable[Found]) -> list[Found]:
        """The workers with their identity, or with why they are refused; those that do not answer are left out."""
        found = await asyncio.gather(*map(self._introduced, workers))
        return [each for each in found if each]

    async def _introduced(self, worker: Found) -> Found | None:
        asked = self._client.run(remote.credentials, workers=[worker.address], on_error="return")
        try:
            answers = await asyncio.wait_for(asked, ASK_SECONDS)
        except (OSError, TimeoutError, ValueError):
            return None
        answer = answers.get(worker.address)
        return None if answer is None or isinstance(answer, OSError | TimeoutError) else _judged(worker, answer)

    async def occupied(self, addresses: Sequence[str]) -> set[str]:
        """The workers among these that have something to do, for whomever."""
        if not addresses:
            return set()
        asked = self._client.scheduler.processing(workers=list(addresses))
        with suppress(OSError, TimeoutError, asyncio.TimeoutError):
            return {address for address, keys in (await asyncio.wait_for(asked, ASK_SECONDS)).items() if keys}
        return set()

    def submit(self, task: messages.Task, address: str) -> Any:
        """A future of the answer to the task at one worker and no other, after those it was sent before."""
        return self._client.submit(
            remote.run,
            task,
            key=task.token,
            workers=[address],
            allow_other_workers=False,
            pure=False,
            retries=0,
            fifo_timeout=0,  # tasks sent within this time are taken up in any order
        )

    async def answer(self, future: Any) -> messages.AnyAnswer | None:
        """What a future comes to; None if it never will. It is forgotten everywhere then."""
        try:
            answer: messages.AnyAnswer = await future
            return answer
        except (FutureCancelled, asyncio.CancelledError, OSError):
            return None
        except Exception as error:  # it could not be brought to the worker or back, or its worker was killed
            if type(error).__name__ == "KilledWorker":
                return None
            return messages.Failed(sentence(error), traceback.format_exc())
        finally:
            with suppress(Exception):
                future.release()

    async def ask(self, function: Callable[..., Any], *args: Any, address: str) -> Any:
        """What a worker answers that calls a function on its event loop; None if it does not answer at once."""
        asked = self._client.run(function, *args, workers=[address], on_error="return")
        with suppress(OSError, TimeoutError, ValueError):
            answer = (await asyncio.wait_for(asked, AT_ONCE_SECONDS)).get(address)
            return None if isinstance(answer, Exception) else answer
        return None

    async def restart(self, address: str) -> None:
        """Has the nanny of a worker end its process and start another one."""
        with suppress(Exception):
            await self._client.restart_workers([address], raise_for_error=False)

    async def close(self) -> None:
        """Lets go of the scheduler; one of our own ends."""
        for topic in self._topics if self.is_connected else ():
            self._client.unsubscribe_topic(topic)
        for each in (self._client, self._own):
            if each is not None:
                with suppress(Exception):  # it may be gone already, or stand still
                    await asyncio.wait_for(each.close(), CONNECT_SECONDS)


def check(address: str) -> str:
    """Connects once to see that a cluster can run forecasts; what the user should know, or an empty text.

    Raises CommandError without Dask or where every worker is refused, NotFoundError where no scheduler answers.
    """
    check_installed()
    return asyncio.run(_checked(address)) if address else ""


async def _checked(address: str) -> str:
    cluster = Cluster(address)
    try:
        await cluster.open()
        workers = await cluster.workers()
        found = await cluster.introduced(workers.values())
    finally:
        await cluster.close()
    refused = [each.refusal for each in found if each.refusal]
    if refused and len(refused) == len(found):
        problem, _, remedy = refused[0].partition("; ")
        raise CommandError(problem, remedy)
    if refused:
        return f"{len(refused)} of {len(found)} workers get nothing to do: {refused[0]}."
    return "" if workers else f"The scheduler at {address} has no worker yet; waiting for one."


def check_address(address: str) -> None:
    """Raises CommandError for what is no address of a scheduler."""
    if not _ADDRESS.fullmatch(address):
        raise CommandError(f"{address!r} is no address of a scheduler", "write tcp://HOST:PORT")


def check_installed() -> None:
    """Raises CommandError where Dask is not installed."""
    if importlib.util.find_spec("distributed") is None:
        raise CommandError("Dask is not installed", "pip install 'ef[cluster]' adds it")


def _distributed() -> Any:
    """The package, most of which has no types."""
    check_installed()
    return importlib.import_module("distributed")


def _judged(worker: Found, answer: Any) -> Found:
    where = f"worker {worker.address}"
    if not isinstance(answer, messages.Credentials):
        return replace(worker, refusal=f"{where} cannot run ef ({answer}); install ef {VERSION} there")
    refusal = ""
    if answer.engine != VERSION:
        refusal = f"{where} has ef {answer.engine}, but this is {VERSION}; install the same version there"
    elif answer.python != python_version():
        refusal = f"{where} has Python {answer.python}, but this is {python_version()}; run the same version there"
    elif worker.threads != 1:
        refusal = f"{where} has {worker.threads} threads, so no task could be stopped alone; start it with --nthreads 1"
    elif not worker.has_nanny:
        refusal = f"{where} has no nanny, so nobody would restart it after a kill; start it without --no-nanny"
    return replace(worker, process=answer.process, refusal=refusal)

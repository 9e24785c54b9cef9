"""What runs on a worker of a cluster: it knows no workspace, all it needs comes with a task and goes back as an answer.

While a task runs, its pulse tells whoever sent it how far it is and what was printed. A task is for one worker process,
named by its identity: a scheduler that hands it to another one after a death gets nothing done twice.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
import zlib
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from platform import python_version
from typing import Any

from ef_engine.flows.model import Call
from ef_engine.jobs.attempt import sentence
from ef_engine.jobs.order import StepOrder
from ef_engine.jobs.shipped import unpacked
from ef_engine.jobs.step import call_result, traceback_text
from ef_engine.jobs.worker import computed
from ef_engine.simulation.observer import Observer
from ef_engine.store.process import Process, at_address, current
from ef_engine.version import VERSION

PULSE_SECONDS = 1.0
LOOK_SECONDS = 0.25
FASTEST = 1
"""Level of compression: results shrink to a sixth at a cost of a few milliseconds."""

MOST_PRINTED = 65_536
"""Bytes of what was printed that travel with a beat of the pulse: a scheduler keeps the last thousand beats."""

LARGEST_REST = 10_000_000

_running: set[str] = set()
_unwanted: set[str] = set()


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who a worker is, and what it runs: results are the same only where these are."""

    process: Process
    engine: str
    python: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Work for one worker, the `runner`. `token` names this one attempt, `topic` where its pulse goes."""

    token: str
    topic: str
    runner: Process
    work: ForecastWork | CallWork


@dataclass(frozen=True, slots=True)
class ForecastWork:
    """A forecast to compute: its document, compressed."""

    record_id: str
    document: bytes


@dataclass(frozen=True, slots=True)
class CallWork:
    """A step of a flow to call, whose function is in the `files` that come with it, or installed."""

    order: StepOrder
    call: Call
    files: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Answered:
    """The files of a result, compressed, and what a list shows; `printed` is what the pulse has not told yet."""

    outcome: str
    summary: Mapping[str, Any]
    files: Mapping[str, bytes]
    printed: str = ""


@dataclass(frozen=True, slots=True)
class Returned:
    """What a step returned, as a plain value."""

    value: Any
    printed: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """The work raised an error."""

    message: str
    traceback: str
    printed: str = ""


@dataclass(frozen=True, slots=True)
class Stopped:
    """The task was not wanted any more, or was not for this process."""

    printed: str = ""


AnyWork = ForecastWork | CallWork
AnyAnswer = Answered | Returned | Failed | Stopped


class UnwantedError(Exception):
    """Nobody wants the task any more."""


def credentials(dask_worker: Any) -> Credentials:
    """Those of this worker, which Dask names by that argument."""
    return Credentials(_process_of(dask_worker), VERSION, python_version())


def _process_of(worker: Any) -> Process:
    return at_address(current(), worker.address)


def is_at(tokens: Sequence[str]) -> bool:
    """Whether this worker is at one of these tasks; else they wait, perhaps behind somebody else's."""
    return not _running.isdisjoint(tokens)


def stop(token: str) -> None:
    """The task ends at its next step. Called on the worker's event loop, while the task has its thread."""
    if token in _running:
        _unwanted.add(token)


def leave() -> None:
    """Ends this worker at once, with whatever it does; its nanny starts another one."""
    os._exit(1)


def compressed(data: bytes) -> bytes:
    """As it travels."""
    return zlib.compress(data, FASTEST)


def uncompressed(data: bytes) -> bytes:
    """As it was."""
    return zlib.decompress(data)


def run(task: Task) -> AnyAnswer:
    """Does the work of a task, if it is for this process."""
    from distributed import get_worker

    worker = get_worker()
    if task.runner != _process_of(worker):
        return Stopped()
    _running.add(task.token)
    try:
        with _printing() as printed, _pulse(worker, task, printed) as pulse:
            return replace(_done(task.work, pulse), printed=printed.rest())
    except Exception as error:  # no room for what is printed, say
        return Failed(sentence(error), traceback_text(error))
    finally:
        _running.discard(task.token)
        _unwanted.discard(task.token)


def _done(work: AnyWork, pulse: Pulse) -> AnyAnswer:
    try:
        return _forecast(work, pulse) if isinstance(work, ForecastWork) else _called(work)
    except UnwantedError:
        return Stopped()
    except Exception as error:  # whatever goes wrong in the work is the end of this task alone
        return Failed(sentence(error), traceback_text(error))


def _forecast(work: ForecastWork, pulse: Pulse) -> Answered:
    """Simulates and evaluates."""
    answer, contents = computed(uncompressed(work.document), f"{work.record_id}.json", work.record_id, pulse)
    files = {name: compressed(data) for name, data in contents.items()}
    return Answered(answer.outcome.value, dict(answer.summary), files)


def _called(work: CallWork) -> Returned | Failed:
    """Calls a step's function, in an environment that is afterwards as it was."""
    before = dict(os.environ)
    with unpacked(work.files, work.order.directory) as folder:
        os.environ.update(work.order.environment)
        try:
            return Returned(call_result(work.call, replace(work.order, directory=str(folder))))
        except BaseException as error:  # while its lines can still be read
            return Failed(sentence(error), traceback_text(error))
        finally:
            os.environ.clear()
            os.environ.update(before)


class Printed:
    """What is written to a file, piece by piece."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor, self._read = descriptor, 0
        self._decoder = getincrementaldecoder("utf-8")("replace")
        self._lock = threading.Lock()

    def next(self, most: int = MOST_PRINTED) -> str:
        """The next so many bytes, as far as there are."""
        _flush()
        with self._lock:
            found = os.pread(self._descriptor, most, self._read)
            self._read += len(found)
            return self._decoder.decode(found)

    def rest(self) -> str:
        """All that is left, as far as it can travel."""
        text = self.next(LARGEST_REST)
        left = os.fstat(self._descriptor).st_size - self._read
        return f"{text}\n... {left} more bytes were printed.\n" if left else text


@contextmanager
def _printing() -> Iterator[Printed]:
    """Catches what is written to standard output and error."""
    with tempfile.TemporaryFile() as file:
        kept = [(number, os.dup(number)) for number in (1, 2)]
        _flush()
        for number, _ in kept:
            os.dup2(file.fileno(), number)
        try:
            yield Printed(file.fileno())
        finally:
            _flush()
            for number, descriptor in kept:
                os.dup2(descriptor, number)
                os.close(descriptor)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        stream.flush()


@dataclass(slots=True)
class Pulse(Observer):
    """How far a task is; raises UnwantedError from `advanced` when it shall end."""

    token: str
    is_unwanted: Callable[[], bool]
    phase: str = ""
    total: int = 0
    done: int = 0
    _looked: float = field(default_factory=time.monotonic)

    def phase_begun(self, name: str, total: int) -> None:
        """Notes the phase."""
        self.phase, self.total, self.done = name, total, 0
        self._look()

    def advanced(self, done: int) -> None:
        """Notes how much of the phase is done."""
        self.done = done
        self._look()

    def _look(self) -> None:
        if self.token in _unwanted:
            raise UnwantedError
        if (moment := time.monotonic()) - self._looked > LOOK_SECONDS:
            self._looked = moment
            if self.is_unwanted():
                raise UnwantedError


@contextmanager
def _pulse(worker: Any, task: Task, printed: Printed) -> Iterator[Pulse]:
    """Tells the topic every second how far the task is, from a thread of its own, until the block ends."""

    def is_unwanted() -> bool:
        """Whether who sent it went away, or takes it back: the scheduler has told the worker to forget it then."""
        known = worker.state.tasks.get(task.token)
        return known is None or known.state == "cancelled"

    pulse, stopped = Pulse(task.token, is_unwanted), threading.Event()

    def tell() -> None:
        while not stopped.wait(PULSE_SECONDS):
            if isinstance(task.work, CallWork) and is_unwanted():
                leave()  # nothing else ends a call whose flow is gone, and a recovery would make it twice
            worker.log_event(
                task.topic,
                {
                    "token": task.token, "phase": pulse.phase, "done": pulse.done, "total": pulse.total,
                    "printed": printed.next(),
                },
            )  # fmt: skip

    thread = threading.Thread(target=tell, name=f"pulse of {task.token}", daemon=True)
    thread.start()
    try:
        yield pulse
    finally:
        stopped.set()
        thread.join()

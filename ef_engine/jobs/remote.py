"""What runs on a worker of a cluster: it knows no workspace, all it needs comes with a task and goes back as an answer.

While a task runs, its pulse tells whoever sent it how far it is and what was printed. A task is for one worker process,
named by its identity: a scheduler that hands it to another one after a death gets nothing done twice.
"""

from __future__ import annotations

import logging
import os
import sys
import tempfile
import threading
from codecs import getincrementaldecoder
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from platform import python_version
from typing import Any

from ef_engine.jobs.attempt import sentence
from ef_engine.jobs.call_process import called
from ef_engine.jobs.messages import (
    Answered,
    AnyAnswer,
    AnyWork,
    Credentials,
    Failed,
    ForecastWork,
    Stopped,
    Task,
    compressed,
    uncompressed,
)
from ef_engine.jobs.pulse import Pulse, UnwantedError, pulsating
from ef_engine.jobs.step import traceback_text
from ef_engine.jobs.worker import computed
from ef_engine.store.process import Process, at_address, current
from ef_engine.version import VERSION

MOST_PRINTED = 65_536
"""Bytes of what was printed that travel with a beat of the pulse: a scheduler keeps the last thousand beats."""

LARGEST_REST = 10_000_000


def credentials(dask_worker: Any) -> Credentials:
    """Those of this worker, which Dask names by that argument."""
    return Credentials(_process_of(dask_worker), VERSION, python_version())


def _process_of(worker: Any) -> Process:
    return at_address(current(), worker.address)


def run(task: Task) -> AnyAnswer:
    """Does the work of a task, if it is for this process."""
    from distributed import get_worker

    worker = get_worker()
    if task.runner != _process_of(worker):
        return Stopped()
    try:
        with _printing() as printed, pulsating(worker, task.token, task.topic, printed.next) as pulse:
            return replace(_done(task.work, pulse), printed=printed.rest())
    except Exception as error:  # no room for what is printed, say
        return Failed(sentence(error), traceback_text(error))


def _done(work: AnyWork, pulse: Pulse) -> AnyAnswer:
    try:
        return _forecast(work, pulse) if isinstance(work, ForecastWork) else called(work, pulse)
    except UnwantedError:
        return Stopped()
    except Exception as error:  # whatever goes wrong in the work is the end of this task alone
        return Failed(sentence(error), traceback_text(error))


def _forecast(work: ForecastWork, pulse: Pulse) -> Answered:
    """Simulates and evaluates."""
    answer, contents = computed(uncompressed(work.document), f"{work.record_id}.json", work.record_id, pulse)
    files = {name: compressed(data) for name, data in contents.items()}
    return Answered(answer.outcome.value, dict(answer.summary), files)


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
        with _log_of_dask():
            for number, _ in kept:
                os.dup2(file.fileno(), number)
            try:
                yield Printed(file.fileno())
            finally:
                _flush()
                for number, descriptor in kept:
                    os.dup2(descriptor, number)
                    os.close(descriptor)


@contextmanager
def _log_of_dask() -> Iterator[None]:
    """What Dask itself logs goes on to where standard error was, since it is not printed by the work."""
    found = [logging.getLogger(name) for name in logging.root.manager.loggerDict if name.startswith("distributed")]
    handlers = {each for logger in found for each in logger.handlers if isinstance(each, logging.StreamHandler)}
    with open(os.dup(2), "w", buffering=1, encoding="utf-8") as stream:
        before = {each: each.setStream(stream) for each in handlers if each.stream is sys.stderr}
        try:
            yield
        finally:
            for each, earlier in before.items():
                each.setStream(earlier or sys.stderr)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        stream.flush()

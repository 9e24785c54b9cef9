"""Work on its way to a worker of a cluster: from a thread that waits for it, to an answer, or to the worker's loss.

A parcel is the `work` of an attempt like any other: progress, time-outs and wishes to stop are the attempt's own.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from ef_engine.jobs.progress import KillRequestedError, TimedOutError
from ef_engine.jobs.remote import Answered, AnyAnswer, Failed, Returned, Stopped, uncompressed
from ef_engine.jobs.seam import RemoteError, WorkerDiedError, WorkerLostError
from ef_engine.jobs.worker import Answer
from ef_engine.simulation.observer import SILENT, Observer
from ef_engine.store import forecasts
from ef_engine.store.places import FILE_MODE, Places
from ef_engine.store.process import Process
from ef_engine.store.states import Outcome

LOOK_SECONDS = 0.1
SILENT_SECONDS = 3.0
"""A worker that is heard of every second, and was not for so long, has no heartbeat."""


@dataclass(frozen=True, slots=True)
class Gone:
    """In place of an answer: its worker was ended by us, or is lost."""

    is_ended: bool
    message: str

    def error(self) -> WorkerDiedError:
        """As the seam has it."""
        return WorkerDiedError(self.message) if self.is_ended else WorkerLostError(self.message)


@dataclass(slots=True)
class Member:
    """A worker of the cluster; `heard` is when it last gave a sign of life (monotonic seconds)."""

    address: str
    process: Process
    is_busy: bool = False
    is_ended: bool = False
    heard: float = field(default_factory=time.monotonic)

    def was_heard(self) -> bool:
        """Whether it gave a sign of life lately."""
        return time.monotonic() - self.heard < SILENT_SECONDS


@dataclass(slots=True)
class Parcel:
    """One task at one worker; `stop` asks the worker to end it, `drop` has it forgotten, both from whatever thread."""

    token: str
    log: Path
    member: Member
    stop: Callable[[Parcel], None]
    drop: Callable[[Parcel], None]
    inbox: SimpleQueue[AnyAnswer | Gone | Mapping[str, Any]] = field(default_factory=SimpleQueue)

    def answer(self, places: Places, record_id: str, observer: Observer) -> Answer:
        """Waits for the answer to a forecast and publishes its files.

        Raises what the observer raises once the worker has stopped, RemoteError for what the work raised, and
        WorkerDiedError if the worker went away.
        """
        answered = self.wait(observer)
        assert isinstance(answered, Answered)
        contents = {name: uncompressed(data) for name, data in answered.files.items()}
        forecasts.write_results(places, record_id, contents)
        return Answer(Outcome(answered.outcome), answered.summary)

    def wait(self, observer: Observer = SILENT) -> Answered | Returned:
        """The answer itself."""
        wish: Exception | None = None
        done, phase = 0, ("", 0)
        while True:
            message = self._next()
            if isinstance(message, Answered | Returned | Failed | Stopped | Gone):
                return self._last(message, wish)
            if wish:
                continue
            try:
                if message and (message["phase"], message["total"]) != phase:
                    phase = message["phase"], message["total"]
                    observer.phase_begun(*phase)
                done = message["done"] if message else done
                observer.advanced(done)
            except (KillRequestedError, TimedOutError) as error:
                wish = error
                self.stop(self)

    def _next(self) -> AnyAnswer | Gone | Mapping[str, Any] | None:
        """What came in, None for nothing just now; what was printed goes to the log."""
        try:
            message = self.inbox.get(timeout=LOOK_SECONDS)
        except Empty:
            return None
        printed = message["printed"] if isinstance(message, Mapping) else getattr(message, "printed", "")
        if printed:
            with open(self.log, "a", encoding="utf-8", opener=_owners_file) as file:
                file.write(printed)
        return message

    def _last(self, message: AnyAnswer | Gone, wish: Exception | None) -> Answered | Returned:
        match message:
            case Gone():
                raise message.error()
            case Failed():
                raise RemoteError(message.message, message.traceback)
            case Stopped():
                raise wish or WorkerLostError(f"{self.member.process} was replaced")
            case Answered() | Returned():
                return message


def _owners_file(path: str, flags: int) -> int:
    return os.open(path, flags, FILE_MODE)

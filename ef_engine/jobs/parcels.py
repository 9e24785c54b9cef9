"""Work on its way to a worker of a cluster: from a thread that waits for it, to an answer, or to the worker's loss.

A parcel is the `work` of an attempt like any other: progress, time-outs and wishes to stop are the attempt's own.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue

from ef_engine.jobs import pulse
from ef_engine.jobs.attempt import append_log
from ef_engine.jobs.crew import Member
from ef_engine.jobs.messages import Answered, AnyAnswer, Died, Failed, Returned, Stopped
from ef_engine.jobs.progress import KillRequestedError, TimedOutError
from ef_engine.jobs.pulse import Beat
from ef_engine.jobs.seam import CallDiedError, RemoteError, WorkerDiedError, WorkerLostError
from ef_engine.simulation.observer import Observer

LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Gone:
    """In place of an answer: its worker was ended by us, or is lost."""

    is_ended: bool
    message: str

    def error(self) -> WorkerDiedError:
        """As the seam has it."""
        return WorkerDiedError(self.message) if self.is_ended else WorkerLostError(self.message)


@dataclass(frozen=True, slots=True)
class Stacks:
    """Where the threads of a worker are, that of the task first; empty where it does not tell."""

    text: str


@dataclass(slots=True)
class Parcel:
    """One task at one worker, and what it is known to be at.

    `tell` has the worker call a function with the token, `look_into` asks where its threads are, `drop` has the task
    forgotten, all from whatever thread.
    """

    token: str
    log: Path
    member: Member
    tell: Callable[[Callable[[str], None]], None]
    look_into: Callable[[], None]
    drop: Callable[[], None]
    inbox: SimpleQueue[AnyAnswer | Gone | Beat | Stacks] = field(default_factory=SimpleQueue)
    is_held: bool = False
    stacks: str | None = None
    _awaited: float = field(default_factory=time.monotonic)

    def waited(self) -> float:
        """For how many seconds its worker was at the work of others since the answer is waited for."""
        return max(0.0, self.member.turn.begun - self._awaited)

    def wait(self, observer: Observer) -> Answered | Returned:
        """The answer.

        Raises what the observer raises once the worker has stopped, RemoteError for what the work raised, and
        WorkerDiedError if the worker went away.
        """
        self._awaited = time.monotonic()
        wish: Exception | None = None
        done, phase = 0, ("", 0)
        while True:
            message = self._next()
            if isinstance(message, Answered | Returned | Failed | Died | Stopped | Gone):
                return self._last(message, wish)
            if wish:
                continue
            try:
                match message:
                    case Beat():
                        self.is_held = message.is_held
                        if (message.phase, message.total) != phase:
                            phase = message.phase, message.total
                            observer.phase_begun(*phase)
                        done = message.done
                    case Stacks(text):
                        self.stacks = text
                observer.advanced(done)
            except (KillRequestedError, TimedOutError) as error:
                wish = error
                self.tell(pulse.stop)

    def _next(self) -> AnyAnswer | Gone | Beat | Stacks | None:
        """What came in, None for nothing just now; what was printed goes to the log."""
        try:
            message = self.inbox.get(timeout=LOOK_SECONDS)
        except Empty:
            return None
        if printed := getattr(message, "printed", ""):
            append_log(self.log, printed)
        return message

    def _last(self, message: AnyAnswer | Gone, wish: Exception | None) -> Answered | Returned:
        match message:
            case Gone():
                raise message.error()
            case Failed():
                raise RemoteError(message.message, message.traceback)
            case Died():
                raise CallDiedError(f"what worker {self.member.process} had started for it ended")
            case Stopped():
                raise wish or WorkerLostError(f"{self.member.process} was replaced")
            case Answered() | Returned():
                return message

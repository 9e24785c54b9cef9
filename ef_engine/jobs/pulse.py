"""The pulse of a task on a worker of a cluster: it tells how far the task is, and heeds what is wanted of it.

What is wanted comes by the worker's event loop while the task has its thread. A task that is held keeps that thread;
its worker lives on, and so does its pulse.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from types import FrameType
from typing import Any, Protocol

from ef_engine.simulation.observer import Observer

PULSE_SECONDS = 1.0
FIRST_PULSE_SECONDS = 0.1
"""Most forecasts are done before; of the others it is soon known that they have begun."""

LOOK_SECONDS = 0.25

_running: dict[str, Pulse] = {}
"""By token; a worker is at one task at a time."""


class UnwantedError(Exception):
    """Nobody wants the task any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """What a pulse tells: how far the task is, what was `printed` since, whether it stands still because it is held."""

    token: str
    phase: str
    done: int
    total: int
    printed: str
    is_held: bool


def beat_of(message: Mapping[str, Any]) -> Beat:
    """The beat of a message as it arrives, to which Dask adds who sent it."""
    return Beat(**{each.name: message[each.name] for each in fields(Beat)})


def is_at(tokens: Sequence[str]) -> bool:
    """Whether this worker is at one of these tasks; else they wait, perhaps behind somebody else's."""
    return not _running.keys().isdisjoint(tokens)


def stop(token: str) -> None:
    """The task ends at its next step. Called on the worker's event loop, while the task has its thread."""
    if pulse := _running.get(token):
        pulse.is_unwanted = True


def hold(token: str) -> None:
    """The task stands still at its next step, while its worker lives on."""
    if pulse := _running.get(token):
        pulse.may_go.clear()


def let_go(token: str) -> None:
    """The task goes on."""
    if pulse := _running.get(token):
        pulse.may_go.set()


async def stacks(token: str) -> str:
    """Where the threads of this worker are, that of the task first, as `faulthandler` has it; empty if it waits.

    Empty too where another process does the work, which then prints it.
    """
    pulse = _running.get(token)
    if pulse and pulse.body:
        await pulse.body.dump()
    if pulse is None or pulse.body:
        return ""
    frames = sys._current_frames()
    idents = sorted(frames, key=lambda ident: ident != pulse.thread)
    return "\n\n".join(f"Thread {ident:#018x} (most recent call first):\n{_lines(frames[ident])}" for ident in idents)


def _lines(frame: FrameType | None) -> str:
    lines = []
    while frame:
        code = frame.f_code
        lines.append(f'  File "{code.co_filename}", line {frame.f_lineno} in {code.co_name}')
        frame = frame.f_back
    return "\n".join(lines)


class Body(Protocol):
    """Another process of this machine that does the work of a task."""

    def hold(self, is_held: bool) -> None:
        """Stops it, or lets it go on."""

    async def dump(self) -> None:
        """Has it print where its threads are."""


def leave() -> None:
    """Ends this worker at once, with whatever it does; its nanny starts another one."""
    os._exit(1)


@dataclass(slots=True)
class Pulse(Observer):
    """How far a task is, and what is wanted of it, which it heeds between two steps.

    `advanced` raises UnwantedError when it shall end, and does not return as long as it shall be held. `is_forgotten`
    says whether the scheduler told the worker to forget it. `is_due` makes the next beat come at once. `body` is who
    does the work, None for this process.
    """

    is_forgotten: Callable[[], bool]
    phase: str = ""
    total: int = 0
    done: int = 0
    is_unwanted: bool = False
    is_held: bool = False
    may_go: threading.Event = field(default_factory=threading.Event)
    is_due: threading.Event = field(default_factory=threading.Event)
    thread: int = field(default_factory=threading.get_ident)
    body: Body | None = None
    _looked: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.may_go.set()

    def beat(self, token: str, printed: str) -> Beat:
        """What is told of it now."""
        return Beat(
            token=token, phase=self.phase, done=self.done, total=self.total, printed=printed, is_held=self.is_held
        )

    def phase_begun(self, name: str, total: int) -> None:
        """Notes the phase."""
        self.phase, self.total, self.done = name, total, 0
        self.heed()

    def advanced(self, done: int) -> None:
        """Notes how much of the phase is done."""
        self.done = done
        self.heed()

    def heed(self) -> None:
        """Does what is wanted."""
        if not self.may_go.is_set():
            self._stand_still()
        if self.is_unwanted:
            raise UnwantedError
        if (moment := time.monotonic()) - self._looked > LOOK_SECONDS:
            self._look(moment)

    def _look(self, moment: float) -> None:
        self._looked = moment
        if self.is_forgotten():
            raise UnwantedError

    def _stand_still(self) -> None:
        self._tell_held(True)
        while not (self.may_go.wait(LOOK_SECONDS) or self.is_unwanted):
            self._look(time.monotonic())
        self._tell_held(False)

    def _tell_held(self, is_held: bool) -> None:
        if self.body:
            self.body.hold(is_held)
        self.is_held = is_held
        self.is_due.set()


@contextmanager
def pulsating(worker: Any, token: str, topic: str, printed: Callable[[], str]) -> Iterator[Pulse]:
    """Tells the topic every second how far a task is and what it `printed`, from a thread, until the block ends."""

    def is_forgotten() -> bool:
        """Whether who sent it went away, or takes it back."""
        known = worker.state.tasks.get(token)
        return known is None or known.state == "cancelled"

    def tell() -> None:
        seconds = FIRST_PULSE_SECONDS
        while True:
            pulse.is_due.wait(seconds)
            pulse.is_due.clear()
            if is_over.is_set():
                return
            worker.log_event(topic, asdict(pulse.beat(token, printed())))
            seconds = PULSE_SECONDS

    pulse, is_over = Pulse(is_forgotten), threading.Event()
    thread = threading.Thread(target=tell, name=f"pulse of {token}", daemon=True)
    _running[token] = pulse
    thread.start()
    try:
        yield pulse
    finally:
        del _running[token]
        is_over.set()
        pulse.is_due.set()
        thread.join()

"""What a task on a worker does when it is told to hold, to go on or to end, while another thread tells it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from ef_engine.jobs import pulse
from ef_engine.jobs.pulse import Beat, Pulse, UnwantedError, beat_of, pulsating
from tests.jobs.conftest import until

TOKEN = "t"


class Worker:
    """As much of a worker as a pulse asks for: which tasks it knows, and an ear for beats."""

    def __init__(self) -> None:
        self.state = SimpleNamespace(tasks={TOKEN: SimpleNamespace(state="executing")})
        self.beats: list[Beat] = []

    def log_event(self, topic: str, message: dict[str, Any]) -> None:
        self.beats.append(beat_of({**message, "worker": "tcp://here"}))


class Work:
    """A task that only advances, in a thread of its own; `ended` is why it did not go on."""

    def __init__(self, worker: Worker) -> None:
        self.done, self.is_over, self.ended = 0, False, ""
        self.thread = threading.Thread(target=self._work, args=(worker,))
        self.thread.start()

    def _work(self, worker: Worker) -> None:
        with pulsating(worker, TOKEN, "topic", lambda: "") as observer:
            try:
                observer.phase_begun("counting", 0)
                while not self.is_over:
                    self.done += 1
                    observer.advanced(self.done)
            except UnwantedError:
                self.ended = "unwanted"

    def moves(self) -> bool:
        """Whether it gets on."""
        before = self.done
        until(lambda: self.done > before + 10, 5.0)
        return True


@pytest.fixture
def worker() -> Worker:
    return Worker()


@pytest.fixture
def work(worker: Worker) -> Iterator[Work]:
    work = Work(worker)
    until(lambda: pulse.is_at([TOKEN]))
    yield work
    work.is_over = True
    pulse.let_go(TOKEN)
    work.thread.join()
    assert not pulse.is_at([TOKEN])


def test_a_task_stands_still_until_it_may_go_and_says_so_at_once(work: Work, worker: Worker) -> None:
    assert work.moves()

    pulse.hold(TOKEN)
    until(lambda: any(beat.is_held for beat in worker.beats), pulse.PULSE_SECONDS * 10)
    far = work.done
    until(lambda: len(worker.beats) > 2)
    assert (work.done, worker.beats[-1].done, worker.beats[-1].is_held) == (far, far, True)

    pulse.let_go(TOKEN)
    assert work.moves()
    until(lambda: not worker.beats[-1].is_held)


def test_a_task_that_is_held_can_be_ended(work: Work, worker: Worker) -> None:
    pulse.hold(TOKEN)
    until(lambda: any(beat.is_held for beat in worker.beats))

    pulse.stop(TOKEN)

    until(lambda: work.ended == "unwanted")


def test_a_task_that_is_held_ends_when_nobody_wants_it_any_more(work: Work, worker: Worker) -> None:
    pulse.hold(TOKEN)
    until(lambda: any(beat.is_held for beat in worker.beats))

    worker.state.tasks.clear()

    until(lambda: work.ended == "unwanted")


def test_the_stack_of_the_task_comes_before_those_of_other_threads(work: Work) -> None:
    first, *others = asyncio.run(pulse.stacks(TOKEN)).split("\n\n")

    assert "in _work" in first
    assert first.startswith("Thread 0x")
    assert any(
        f"in {test_the_stack_of_the_task_comes_before_those_of_other_threads.__name__}" in each for each in others
    )


def test_what_is_told_to_a_task_that_is_not_there_is_nothing(worker: Worker) -> None:
    for tell in (pulse.hold, pulse.let_go, pulse.stop):
        tell("another")

    assert asyncio.run(pulse.stacks("another")) == ""
    assert not pulse.is_at(["another"])
    Pulse(lambda: False).advanced(1)

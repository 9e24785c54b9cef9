"""Runs a flow: begins what may begin, obeys, and hears how each step ended, until nothing runs and nothing will.

What may begin when is decided by `ef_engine.flows`, what becomes of one step by `step_tries`; here are the clock, the
signals and the wishes of others.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from ef_engine.flows.admission import admitted
from ef_engine.flows.course import Course, is_repeats
from ef_engine.flows.outcome import Verdict, verdict
from ef_engine.flows.outline import Key
from ef_engine.flows.recovery import Earlier
from ef_engine.flows.transition import Began, Drain, Ended, Event, Kill, after, begin
from ef_engine.jobs.attempt import sentence
from ef_engine.jobs.seam import CORES
from ef_engine.jobs.step_engines import StepEngines
from ef_engine.jobs.step_records import StepRecords
from ef_engine.jobs.step_tries import TICK_SECONDS, Patience, StepTries, is_success
from ef_engine.store import documents, requests, tickets
from ef_engine.store.atomic import write_bytes
from ef_engine.store.clock import now
from ef_engine.store.states import Outcome

LEAST_JOBS = 2


@dataclass(slots=True)
class FlowRunner:
    """One run of a flow, whose claim the caller holds; `engines` find a place for each step."""

    records: StepRecords
    engines: StepEngines
    _course: Course = field(init=False)
    _active: dict[Key, StepTries] = field(init=False, default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(init=False, default_factory=set)
    _ready_since: dict[Key, float] = field(init=False, default_factory=dict)
    _interrupts: int = field(init=False, default=0)
    _wake: asyncio.Event = field(init=False, default_factory=asyncio.Event)

    async def go(self, kept: Mapping[Key, Earlier]) -> Verdict:
        """Until nothing runs and nothing will; whatever goes wrong in between, the end is written down."""
        records = self.records
        keep_going = records.run.keep_going or records.outline.flow.keep_going
        values = {key: each.values for key, each in kept.items()}
        self._course = begin(records.outline, keep_going=keep_going, kept=values)
        self._catch_signals()
        for key, before in kept.items():
            records.note_kept(key, before)
        self._tell_progress()
        while not self._course.is_over:
            self._obey()
            self._begin_steps()
            with suppress(TimeoutError, asyncio.TimeoutError):
                await asyncio.wait_for(self._wake.wait(), TICK_SECONDS)
            self._wake.clear()
        records.note_never_run(self._course)
        return verdict(self._course)

    def _catch_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._interrupted)

    def _interrupted(self) -> None:
        """The first signal lets what runs finish, the second kills it, the third leaves at once."""
        self._interrupts += 1
        if self._interrupts == 1:
            self._happened(Drain())
        elif self._interrupts == 2:
            self._kill_all("the flow was stopped")
        else:
            os._exit(130)

    def _happened(self, event: Event) -> None:
        self._course = after(self._course, event)
        self._wake.set()

    def _kill_all(self, message: str) -> None:
        self._happened(Kill())
        for step in self._active.values():
            step.end(Outcome.KILLED, message)

    def _obey(self) -> None:
        """What is asked of the flow is asked of all its steps, and of nothing that begins later."""
        if message := self._wish_to_stop(self.records.run.id):
            self._kill_all(message)
        for step in self._active.values():
            if message := self._wish_to_stop(step.record.id):
                step.end(Outcome.KILLED, message)

    def _wish_to_stop(self, record_id: str) -> str:
        """What is said of something that somebody wants stopped; empty if nobody does."""
        request = requests.asked(self.records.places, record_id)
        if not request:
            return ""
        requests.clear(self.records.places, record_id)
        return f"stopped by {request.owner or 'somebody'}"

    def _begin_steps(self) -> None:
        if tickets.is_paused(self.records.places):
            return
        outline, moment = self.records.outline, time.monotonic()
        due = [key for key in self._course.candidates if self._is_due(key, moment)]
        room = max(LEAST_JOBS, CORES, self.engines.room)
        jobs = self.records.run.jobs or outline.flow.jobs or room
        for key in admitted(outline, due, self._active, jobs):
            if key in self._course.candidates:
                self._begin(key)

    def _is_due(self, key: Key, moment: float) -> bool:
        since = self._ready_since.setdefault(key, moment)
        return "." in key[0] or moment - since >= self.records.outline.nodes[key[0]].step.delay

    def _begin(self, key: Key) -> None:
        self._active[key] = step = self._tries(key)
        self._happened(Began(key))
        self._spawn(self._until_ended(key, step))

    def _tries(self, key: Key) -> StepTries:
        """A step that is about to begin; what belongs to a step is not tried again."""
        definition = self.records.outline.node_of(key).step
        record = self.records.queued(key, self._course)
        return StepTries(
            places=self.records.places,
            record=record,
            order=self.records.order(key, record, self._course),
            patience=Patience(
                retries=0 if "." in key[0] else definition.retries,
                retry_delay=definition.retry_delay,
                timeout=definition.timeout,
            ),
            engines=self.engines,
            requeued=self.records.queued_again,
            may_go_on=lambda: not self._course.is_ending,
        )

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _until_ended(self, key: Key, step: StepTries) -> None:
        try:
            await step.go()
        except Exception as error:  # a full disk, say: the step failed then, and the flow must not wait for it
            with suppress(OSError):
                print(f"{self.records.outline.label(key)}: {sentence(error)}", flush=True)
        del self._active[key]
        values: tuple[Any, ...] = ()
        with suppress(OSError):
            requests.clear(self.records.places, step.record.id)
            self._tell_progress()
            if is_repeats(key) and is_success(step.record):
                values = tuple(self.records.result(key) or ())
        self._happened(Ended(key, is_success(step.record), values))

    def _tell_progress(self) -> None:
        done = self.records.count - len(self._active)
        document = {
            "schema": "ef/progress/1", "attempt": 1, "process": os.getpid(),
            "phase": f"{done} step{'' if done == 1 else 's'} done", "done": done, "total": 0, "rate": None,
            "longest_step": 0.0, "at": now(),
        }  # fmt: skip
        path = self.records.places.run(self.records.run.id) / "progress.json"
        write_bytes(path, documents.dump(document), durable=False)

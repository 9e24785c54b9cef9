"""Runs a flow: begins what may begin, waits for what runs, obeys, and writes down what becomes of every step.

Each step gets a worker of its own through the engine seam. What may begin when is decided by `ef_engine.flows`; here
are only processes, files and clocks.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ef_engine.flows.admission import admitted
from ef_engine.flows.arguments import resolved
from ef_engine.flows.course import Course, Status, is_repeats
from ef_engine.flows.outcome import Verdict, verdict
from ef_engine.flows.outline import Key, Outline, sequence_text
from ef_engine.flows.recovery import Earlier
from ef_engine.flows.transition import Began, Drain, Ended, Event, Kill, after, begin
from ef_engine.jobs.attempt import note_end, sentence
from ef_engine.jobs.flow_inputs import fingerprint, inputs_of, lookup_for
from ef_engine.jobs.order import StepOrder
from ef_engine.jobs.seam import CORES, Handle, WorkerDiedError, WorkerLostError
from ef_engine.jobs.step_engines import StepEngines
from ef_engine.store import active, documents, flow_runs, forecasts, requests, tickets
from ef_engine.store.atomic import write_bytes
from ef_engine.store.clock import now
from ef_engine.store.flow_runs import FlowRun
from ef_engine.store.places import Places
from ef_engine.store.records import Record
from ef_engine.store.states import Finished, Outcome, Paused, Queued
from ef_engine.store.transitions import Finish
from ef_engine.store.transitions import after as record_after

TICK_SECONDS = 0.05
LOOK_SECONDS = 0.25
LEAST_JOBS = 2
TERM_SECONDS = 3.0


@dataclass(slots=True)
class _Active:
    """A step under way; `handle` is None between two tries."""

    record: Record
    handle: Handle | None = None
    ending: tuple[Outcome, str] | None = None
    is_lost: bool = False


@dataclass(slots=True)
class FlowRunner:
    """One run of a flow, whose claim the caller holds; `engines` find a place for each step."""

    places: Places
    run: FlowRun
    outline: Outline
    engines: StepEngines
    reasons: Mapping[Key, str] = field(default_factory=dict)
    _course: Course = field(init=False)
    _steps: dict[Key, str] = field(init=False, default_factory=dict)
    _active: dict[Key, _Active] = field(init=False, default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(init=False, default_factory=set)
    _ready_since: dict[Key, float] = field(init=False, default_factory=dict)
    _count: int = field(init=False, default=0)
    _interrupts: int = field(init=False, default=0)
    _wake: asyncio.Event = field(init=False, default_factory=asyncio.Event)

    async def go(self, kept: dict[Key, Earlier]) -> Verdict:
        """Until nothing runs and nothing will; whatever goes wrong in between, the end is written down."""
        keep_going = self.run.keep_going or self.outline.flow.keep_going
        self._course = begin(self.outline, keep_going=keep_going, kept={key: each.values for key, each in kept.items()})
        self._catch_signals()
        for key, before in kept.items():
            self._note_kept(key, before)
        self._tell_progress()
        while not self._course.is_over:
            self._obey()
            self._begin_steps()
            with suppress(TimeoutError, asyncio.TimeoutError):
                await asyncio.wait_for(self._wake.wait(), TICK_SECONDS)
            self._wake.clear()
        self._note_never_run()
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
        for key in list(self._active):
            self._end(key, Outcome.KILLED, message)

    def _obey(self) -> None:
        """What is asked of the flow is asked of all its steps, and of nothing that begins later."""
        if request := requests.asked(self.places, self.run.id):
            requests.clear(self.places, self.run.id)
            self._kill_all(f"stopped by {request.owner or 'somebody'}")
        for key, step in list(self._active.items()):
            if asked := requests.asked(self.places, step.record.id):
                requests.clear(self.places, step.record.id)
                self._end(key, Outcome.KILLED, f"stopped by {asked.owner or 'somebody'}")

    def _end(self, key: Key, outcome: Outcome, message: str) -> None:
        step = self._active[key]
        if step.ending is None:
            step.ending = (outcome, message)
            if step.handle:
                self._spawn(step.handle.kill(TERM_SECONDS))

    def _spawn(self, coroutine: Any) -> None:
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _begin_steps(self) -> None:
        if tickets.is_paused(self.places):
            return
        moment = time.monotonic()
        due = [key for key in self._course.candidates if self._is_due(key, moment)]
        room = max(LEAST_JOBS, CORES, self.engines.room)
        jobs = self.run.jobs or self.outline.flow.jobs or room
        for key in admitted(self.outline, due, self._active, jobs):
            if key in self._course.candidates:
                self._begin(key)

    def _is_due(self, key: Key, moment: float) -> bool:
        since = self._ready_since.setdefault(key, moment)
        return "." in key[0] or moment - since >= self.outline.nodes[key[0]].step.delay

    def _begin(self, key: Key) -> None:
        record = self._queued(key)
        self._active[key] = _Active(record)
        self._happened(Began(key))
        self._spawn(self._step(key))

    def _queued(self, key: Key) -> Record:
        """The record of a step that is about to begin."""
        inputs = inputs_of(self.outline, key, self._course.values, self._result, Path(self.run.directory))
        reason = {"reason": self.reasons[key]} if key in self.reasons else {}
        record = self._record(key, {"inputs": inputs, **reason}, fingerprint(inputs))
        forecasts.write_record(self.places, record)
        return record

    def _name(self, key: Key) -> str:
        """The name of a step; setup and teardown of the flow bear its own."""
        return f"{self.run.name}{key[0]}" if key[0].startswith(".") else key[0]

    def _record(self, key: Key, summary: dict[str, Any], mark: str | None, recovers: str | None = None) -> Record:
        """A new record of a step, not written yet."""
        self._count += 1
        record = Record(
            id=flow_runs.step_id(self.run.id, self._count), kind="step", label=self._name(key), owner=self.run.owner,
            state=Queued(now()), received=now(), tracking=self.run.id, parent=self.run.id, fingerprint=mark,
            summary=summary, sequence=sequence_text(key[1]), recovers=recovers,
        )  # fmt: skip
        self._steps[key] = record.id
        return record

    def _result(self, key: Key) -> Any:
        return flow_runs.read_result(self.places, self._steps[key]) if key in self._steps else None

    async def _step(self, key: Key) -> None:
        """All tries of a step."""
        step = self._active[key]
        definition = self.outline.node_of(key).step
        tries = 1 + (definition.retries if "." not in key[0] else 0)
        try:
            for number in range(tries):
                if number and not await self._may_retry(step, definition.retry_delay):
                    break
                step.record = await self._tried(key, step, definition.timeout)
                if _is_success(step.record) or step.is_lost:
                    break  # what is lost may still run, so nobody begins it a second time unasked
        except Exception as error:  # a full disk, say: the step failed then, and the flow must not wait for it
            print(f"{self.outline.label(key)}: {sentence(error)}", flush=True)
        self._ended(key, step.record)

    async def _may_retry(self, step: _Active, delay: float) -> bool:
        until = time.monotonic() + delay
        while step.ending is None and not self._course.is_ending and time.monotonic() < until:
            await asyncio.sleep(min(TICK_SECONDS, delay))
        if step.ending is None and not self._course.is_ending:
            step.record = replace(step.record, state=Queued(now()))
            forecasts.write_record(self.places, step.record)
            return True
        return False

    async def _tried(self, key: Key, step: _Active, timeout: float | None) -> Record:
        """One try; the record as it ended."""
        order = self._order(key, step.record)
        engine = self.engines.of(order)
        try:
            while not (engine.free or engine.trouble or step.ending):
                await asyncio.sleep(TICK_SECONDS)
            if step.ending:
                return self._closed(step, step.ending)
            step.handle = await engine.start(order)
            if step.ending:
                self._spawn(step.handle.kill(TERM_SECONDS))
            await self._waited(key, step, timeout)
        except WorkerLostError as error:
            step.is_lost = True
            return self._closed(step, step.ending or (Outcome.CRASHED, str(error)))
        except WorkerDiedError:
            return self._closed(step, step.ending or (Outcome.CRASHED, "its process died"))
        except Exception as error:  # it could not be begun, or its end not be written
            return self._closed(step, (Outcome.FAILED, sentence(error)))
        finally:
            step.handle = None
            await engine.close()
        return self._closed(step, (Outcome.FAILED, "its worker wrote no end"))

    async def _waited(self, key: Key, step: _Active, timeout: float | None) -> None:
        assert step.handle
        waiting = asyncio.create_task(step.handle.wait())
        left = timeout
        while not waiting.done() and (left is None or left > 0):
            begin = time.monotonic()
            await asyncio.wait({waiting}, timeout=None if left is None else min(left, LOOK_SECONDS))
            if left is not None and not self._is_paused(step.record.id):
                left -= max(0.0, time.monotonic() - max(begin, step.handle.begun))
        if not waiting.done():
            self._end(key, Outcome.TIMED_OUT, f"stopped after {timeout:g} s")
        await waiting

    def _is_paused(self, record_id: str) -> bool:
        """Whether somebody holds the step; that time does not count."""
        record = forecasts.read_run(self.places, record_id)
        return isinstance(record, Record) and isinstance(record.state, Paused)

    def _order(self, key: Key, record: Record) -> StepOrder:
        lookup = lookup_for(self.outline, key, self._course.values, self._result)
        around = self.outline.values_around(key, self._course.values)
        return StepOrder(
            places=self.places,
            record_id=record.id,
            owner=self.run.owner,
            work=resolved(self.outline.work_of(key), lookup),
            values=tuple(value for _, value in around),
            directory=self.run.directory,
            path=self.run.path,
            environment={
                "EF_STEP_ID": record.id,
                "EF_STEP_NAME": self._name(key),
                "EF_STEP_SEQUENCE": sequence_text(key[1]),
                "EF_STEP_RECOVERY": str(self.run.recovery),
            },
            is_list=is_repeats(key),
        )

    def _closed(self, step: _Active, ending: tuple[Outcome, str]) -> Record:
        """The record as the worker finished it, or finished here because the worker could not."""
        record = forecasts.read_run(self.places, step.record.id)
        if not isinstance(record, Record):
            record = step.record
        if not isinstance(record.state, Finished):
            record = record_after(record, Finish(ending[0], now(), ending[1]))
            forecasts.write_record(self.places, record)
            note_end(self.places, record)
        active.clear(self.places, record.id)
        return record

    def _ended(self, key: Key, record: Record) -> None:
        del self._active[key]
        values: tuple[Any, ...] = ()
        with suppress(OSError):
            requests.clear(self.places, record.id)
            self._tell_progress()
            if is_repeats(key) and _is_success(record):
                values = tuple(self._result(key) or ())
        self._happened(Ended(key, _is_success(record), values))

    def _tell_progress(self) -> None:
        done = self._count - len(self._active)
        document = {
            "schema": "ef/progress/1", "attempt": 1, "process": os.getpid(),
            "phase": f"{done} step{'' if done == 1 else 's'} done", "done": done, "total": 0, "rate": None,
            "longest_step": 0.0, "at": now(),
        }  # fmt: skip
        write_bytes(self.places.run(self.run.id) / "progress.json", documents.dump(document), durable=False)

    def _note_kept(self, key: Key, before: Earlier) -> None:
        """The step of an earlier run under this one: its result first, so that its record is never without."""
        record = self._record(key, {"inputs": dict(before.inputs)}, fingerprint(before.inputs), before.id)
        flow_runs.write_result(self.places, record.id, flow_runs.read_result(self.places, before.id))
        self._finish_unrun(record, Outcome.SKIPPED, f"succeeded as {before.id}")

    def _note_never_run(self) -> None:
        """Steps that will never run in this flow, because of what became of others."""
        for key, status in self._course.statuses.items():
            if status in (Status.SKIPPED, Status.UPSTREAM_FAILED) and self._is_step(key):
                outcome = Outcome.SKIPPED if status is Status.SKIPPED else Outcome.UPSTREAM_FAILED
                message = "it was not needed" if status is Status.SKIPPED else "what it waits for failed"
                self._finish_unrun(self._record(key, {}, None), outcome, message)

    def _is_step(self, key: Key) -> bool:
        """Whether the key is that of a step in one pass of what is around it, containers among them."""
        node = self.outline.nodes.get(key[0])
        return node is not None and node.depth > 0 and len(key[1]) == node.depth

    def _finish_unrun(self, record: Record, outcome: Outcome, message: str) -> None:
        """Writes the record once, as ended: half a story would be taken for a step to be run again."""
        finished = record_after(record, Finish(outcome, now(), message))
        forecasts.write_record(self.places, finished)
        note_end(self.places, finished)


def _is_success(record: Record) -> bool:
    return isinstance(record.state, Finished) and record.state.outcome is Outcome.EVALUATED

"""All tries of one step: each is begun in a place of its own, waited for, ended if somebody wants that, and closed.

A worker writes the end of its step itself; what is closed here is what it could not, because it died or never began.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from ef_engine.jobs.attempt import note_end, sentence
from ef_engine.jobs.order import StepOrder
from ef_engine.jobs.seam import Handle, WorkerDiedError, WorkerLostError
from ef_engine.jobs.step_engines import StepEngines
from ef_engine.store import active, forecasts
from ef_engine.store.clock import now
from ef_engine.store.places import Places
from ef_engine.store.records import Record
from ef_engine.store.states import Finished, Outcome
from ef_engine.store.transitions import Finish, after, seconds_held

TICK_SECONDS = 0.05
LOOK_SECONDS = 0.25
TERM_SECONDS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How often a step is tried again, the seconds before that, and after which a try is stopped (None: never)."""

    retries: int
    retry_delay: float
    timeout: float | None


@dataclass(slots=True, kw_only=True)
class StepTries:
    """A step under way.

    `order` is what its worker is told; `requeued` writes its record for another try, which `may_go_on` allows. The
    `handle` is None between two tries.
    """

    places: Places
    record: Record
    order: StepOrder
    patience: Patience
    engines: StepEngines
    requeued: Callable[[Record], Record]
    may_go_on: Callable[[], bool]
    _handle: Handle | None = field(init=False, default=None)
    _ending: tuple[Outcome, str] | None = field(init=False, default=None)
    _is_lost: bool = field(init=False, default=False)
    _killing: asyncio.Task[None] | None = field(init=False, default=None)

    async def go(self) -> None:
        """Until it succeeded, or shall not be tried again; `record` is then as it ended."""
        for number in range(1 + self.patience.retries):
            if number and not await self._may_retry():
                return
            self.record = await self._tried()
            if is_success(self.record) or self._is_lost:
                return  # what is lost may still run, so nobody begins it a second time unasked

    def end(self, outcome: Outcome, message: str) -> None:
        """Ends it, as that; the first who wants that says why."""
        if self._ending is None:
            self._ending = (outcome, message)
            if self._handle:
                self._kill(self._handle)

    def _kill(self, handle: Handle) -> None:
        self._killing = asyncio.create_task(handle.kill(TERM_SECONDS))

    async def _may_retry(self) -> bool:
        until = time.monotonic() + self.patience.retry_delay
        while self._is_wanted and time.monotonic() < until:
            await asyncio.sleep(min(TICK_SECONDS, self.patience.retry_delay))
        if self._is_wanted:
            self.record = self.requeued(self.record)
        return self._is_wanted

    @property
    def _is_wanted(self) -> bool:
        return self._ending is None and self.may_go_on()

    async def _tried(self) -> Record:
        """One try; the record as it ended."""
        engine = self.engines.of(self.order)
        try:
            while not (engine.free or engine.trouble or self._ending):
                await asyncio.sleep(TICK_SECONDS)
            if self._ending:
                return self._closed(*self._ending)
            self._handle = handle = await engine.start(self.order)
            if self._ending:
                self._kill(handle)
            await self._waited(handle)
        except WorkerLostError as error:
            self._is_lost = True
            return self._closed(*(self._ending or (Outcome.CRASHED, str(error))))
        except WorkerDiedError:
            return self._closed(*(self._ending or (Outcome.CRASHED, "its process died")))
        except Exception as error:  # it could not be begun, or its end not be written
            return self._closed(Outcome.FAILED, sentence(error))
        finally:
            self._handle = None
            await engine.close()
        return self._closed(Outcome.FAILED, "its worker wrote no end")

    async def _waited(self, handle: Handle) -> None:
        waiting = asyncio.create_task(handle.wait())
        timeout = self.patience.timeout
        while timeout is not None and not waiting.done():
            left = timeout + self._seconds_held() - (time.monotonic() - handle.begun)
            if left <= 0:
                self.end(Outcome.TIMED_OUT, f"stopped after {timeout:g} s")
                break
            await asyncio.wait({waiting}, timeout=min(left, LOOK_SECONDS))
        await waiting

    def _seconds_held(self) -> float:
        """For how long somebody held it, which does not count."""
        record = forecasts.read_run(self.places, self.record.id)
        return seconds_held(record.state, now()) if isinstance(record, Record) else 0.0

    def _closed(self, outcome: Outcome, message: str) -> Record:
        """The record as the worker finished it, or finished here because the worker could not."""
        record = forecasts.read_run(self.places, self.record.id)
        if not isinstance(record, Record):
            record = self.record
        if not isinstance(record.state, Finished):
            record = after(record, Finish(outcome, now(), message))
            forecasts.write_record(self.places, record)
            note_end(self.places, record)
        active.clear(self.places, record.id)
        return record


def is_success(record: Record) -> bool:
    """Whether a step ended well."""
    return isinstance(record.state, Finished) and record.state.outcome is Outcome.EVALUATED

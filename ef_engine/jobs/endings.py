"""Ending what runs or waits: because somebody asked, because it takes too long, because its worker died."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from ef_engine.errors import HeldError
from ef_engine.jobs.attempt import held_so_far
from ef_engine.jobs.burial import bury, out_of_memory_kills, withdraw
from ef_engine.jobs.order import Order
from ef_engine.jobs.seam import Handle
from ef_engine.jobs.work import Work
from ef_engine.store import active, forecasts, requests, tickets
from ef_engine.store.places import Places
from ef_engine.store.records import Record
from ef_engine.store.states import Finished, Outcome

ASK_SECONDS = 2.0
"""How long a worker may take to honour a wish by itself."""

TERM_SECONDS = 3.0
STEP_SECONDS = 0.2
"""The longest that one step of a turn takes; what is left has its turn when the slots have been filled."""


@dataclass(slots=True)
class Running:
    """An order under way. `begun` says since when (monotonic) each of its forecasts was seen to run."""

    work: Work
    order: Order
    handle: Handle
    since: float
    begun: dict[str, float] = field(default_factory=dict)
    ending: dict[str, tuple[Outcome, str]] = field(default_factory=dict)
    is_killed: bool = False

    def current_ids(self, places: Places) -> list[str]:
        """What its worker is marked as running: one forecast, or none between two."""
        found = (active.marker_of(places, record_id) for record_id in self.order.ids)
        return [marker.id for marker in found if marker and marker.process == self.handle.worker]


class Endings:
    """What a supervisor ends before its time, of the `works` it has and the orders that are `running`.

    `spawn` begins a coroutine that the supervisor waits for before it leaves.
    """

    def __init__(
        self,
        places: Places,
        works: Mapping[str, Work],
        running: Sequence[Running],
        spawn: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        self._places, self._works, self._running, self._spawn = places, works, running, spawn
        self._asked: dict[str, float] = {}
        self._memory_kills = out_of_memory_kills()

    def bury(self, running: Running, *, is_lost: bool) -> None:
        """Closes what the worker was at, unless it is lost and nobody wanted it stopped: then it stays as it stands."""
        kills = out_of_memory_kills()
        why = "the kernel ended it for want of memory" if kills > self._memory_kills else "its process died"
        self._memory_kills = kills
        for record_id in running.current_ids(self._places):
            outcome, message = running.ending.get(record_id, (Outcome.CRASHED, why))
            if record_id not in running.ending and requests.is_asked(self._places, record_id):
                outcome, message = Outcome.KILLED, f"stopped by {self._owner_of(record_id)}"
            elif record_id not in running.ending and is_lost:
                tickets.add_done(self._places, running.order.ticket, record_id, tickets.LOST)
                continue
            try:
                record = bury(self._places, record_id, running.handle.worker, outcome, message)
            except HeldError:
                continue
            if record and isinstance(record.state, Finished):  # it may have ended by itself just before
                outcome = record.state.outcome
            tickets.add_done(self._places, running.order.ticket, record_id, outcome.value)

    def obey(self, moment: float) -> None:
        """Withdraws what waits and is not wanted any more; ends what runs and did not stop by itself in time."""
        begin = time.monotonic()
        pending = set(requests.pending(self._places))
        self._asked = {record_id: self._asked.get(record_id, moment) for record_id in pending}
        for work in list(self._works.values()) if pending else ():
            if work.record_id in pending and work.is_set:
                pending |= work.unfinished()
        for record_id in pending:
            if time.monotonic() - begin > STEP_SECONDS:
                break  # what is left of a large set is done in the next turns
            owner = self._owner_of(record_id)
            running = next((each for each in self._running if record_id in each.order.ids), None)
            self._withdraw(record_id, f"stopped by {owner} before it ran", is_running=running is not None)
            if running and record_id in running.current_ids(self._places):
                self._press(running, record_id, f"stopped by {owner}", moment)
            if moment - self._asked.get(record_id, moment) > ASK_SECONDS or self._is_obeyed(record_id):
                self._forget_request(record_id)

    def is_asked_anew(self, record_id: str) -> bool:
        """Whether something is asked of it that was not there at the last look."""
        return record_id not in self._asked and requests.is_asked(self._places, record_id)

    def _is_obeyed(self, record_id: str) -> bool:
        """Whether it was stopped since that was asked; now that no ticket waits for it, nothing is asked any more."""
        request = requests.asked(self._places, record_id) if record_id in self._asked else None
        record = forecasts.read_record(self._places, record_id) if request else None
        if request is None or not isinstance(record, Record) or not isinstance(record.state, Finished):
            return False
        return record.state.outcome is Outcome.KILLED and record.state.finished >= request.at

    def _forget_request(self, record_id: str) -> None:
        """Drops a request that came when its run had just ended: nothing waits for it and nobody runs it."""
        is_known = any(work.is_of(record_id) for work in self._works.values())
        if not is_known and active.marker_of(self._places, record_id) is None:
            requests.clear(self._places, record_id)

    def _owner_of(self, record_id: str) -> str:
        request = requests.asked(self._places, record_id)
        return (request.owner if request else "") or "somebody"

    def _withdraw(self, record_id: str, message: str, *, is_running: bool) -> None:
        """Takes it out of every ticket that waits for it; what runs here or elsewhere is closed by its runner."""
        for work in self._works.values():
            if work.withdraw(record_id):
                with suppress(HeldError):  # who runs it is asked to stop too
                    if not is_running:
                        withdraw(self._places, record_id, message)
                tickets.add_done(self._places, work.ticket.name, record_id, Outcome.KILLED.value)

    def _press(self, running: Running, record_id: str, message: str, moment: float) -> None:
        """A request is honoured by the worker itself between steps; after a while it is ended."""
        if not requests.is_asked(self._places, record_id):
            requests.ask(self._places, record_id, "killed", message.removeprefix("stopped by "))
        since = self._asked.setdefault(record_id, moment)
        if moment - since > ASK_SECONDS and not running.is_killed:
            self._spawn(self.kill(running, Outcome.KILLED, message, record_id))

    async def kill(self, running: Running, outcome: Outcome, message: str, meant: str | None = None) -> None:
        """Ends a worker; not if meanwhile it runs another forecast than the one that is `meant`."""
        current = running.current_ids(self._places)
        if running.is_killed or (meant and meant not in current):
            return
        running.is_killed = True
        for record_id in current:
            running.ending[record_id] = (outcome, message)
        await running.handle.kill(TERM_SECONDS)

    def watch_time(self, moment: float) -> None:
        """Ends what runs longer than it may and cannot stop itself."""
        for running in self._running:
            if running.order.timeout is None or running.is_killed:
                continue
            for record_id in running.current_ids(self._places):
                since = max(running.begun.setdefault(record_id, moment), running.handle.begun)
                allowed = running.order.timeout + ASK_SECONDS
                if moment - since > allowed and moment - since > allowed + held_so_far(self._places, record_id):
                    message = f"stopped after {running.order.timeout:g} s"
                    self._spawn(self.kill(running, Outcome.TIMED_OUT, message, record_id))

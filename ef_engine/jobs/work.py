"""One ticket being worked on: a forecast, or a set whose members are handed out a few at a time."""

from __future__ import annotations

import time
from collections import deque
from contextlib import ExitStack, suppress

from ef_engine.errors import HeldError
from ef_engine.jobs.attempt import begun, note_end, sentence
from ef_engine.jobs.burial import withdraw
from ef_engine.jobs.order import Order
from ef_engine.jobs.outcomes import member_ids, set_outcome
from ef_engine.jobs.run_one import is_done, known, prepare
from ef_engine.jobs.seam import Engine
from ef_engine.store import active, forecasts, requests, tickets
from ef_engine.store.claims import claimed
from ef_engine.store.clock import now
from ef_engine.store.places import Places, is_set_id
from ef_engine.store.process import Liveness, liveness
from ef_engine.store.records import Record
from ef_engine.store.states import Finished, Outcome
from ef_engine.store.tickets import HELD, Ticket
from ef_engine.store.transitions import Finish, after

MOST_DEATHS = 3
"""A forecast whose worker dies this often before it begins is given up."""

ORDER_SECONDS = 0.5
"""How long an order should take: batches save bookkeeping, but a slot must be free again soon for somebody else."""

LARGEST_ORDER = 16

HELD_SECONDS = 1.0
"""How often what another process runs is looked at again."""


class Work:
    """What is left of a ticket, and the state of its set; `told` sentences of its engine went to its client."""

    def __init__(self, places: Places, ticket: Ticket, version: str, engine: Engine) -> None:
        self.ticket = ticket
        self.engine = engine
        self.told = 0
        self.record_id = ticket.record_id
        self.is_set = is_set_id(ticket.record_id)
        self._places, self._version = places, version
        self._queue: deque[str] = deque()
        self._ids: list[str] = []
        self._deaths: dict[str, int] = {}
        self._later: dict[str, float] = {}
        self._seconds_each: float | None = None
        self._set: Record | None = None
        self._outcome: str | None = None
        self._held = ExitStack()

    def begin(self) -> None:
        """Queues what is to be run, which is nothing where all is done already or cannot be."""
        try:
            self._ids = self._begin_set() if self.is_set else [self.record_id]
            self._queue.extend(self._ids)
        except Exception as error:  # what is wrong with one ticket must not stop the others
            self.fail(error)

    def _begin_set(self) -> list[str]:
        record = known(self._places, self.record_id)
        members = member_ids(record)
        return [] if self._is_known(record, members) else members

    def _is_known(self, record: Record, members: list[str]) -> bool:
        """Whether there is nothing to do for a set; how all of it ended is told then."""
        if self.ticket.force or not is_done(self._places, record):
            return False
        for each in [*forecasts.read_some(self._places, members).values(), record]:
            if isinstance(each, Record) and isinstance(each.state, Finished):
                self._say(each.id, each.state.outcome.value)
        return True

    @property
    def is_claimed(self) -> bool:
        """Whether it is a set that stands as running."""
        return self._set is not None

    def fail(self, error: Exception) -> None:
        """Hands out nothing more, because something is wrong with all of it."""
        print(f"{self.record_id}: {sentence(error)}", flush=True)
        self._queue.clear()
        self._outcome = Outcome.FAILED.value
        self._say(self.record_id, self._outcome)

    def _say(self, record_id: str, word: str) -> None:
        tickets.add_done(self._places, self.ticket.name, record_id, word)

    @property
    def left(self) -> int:
        """How many forecasts are not handed out yet."""
        return len(self._queue)

    def next_order(self, busy: set[str]) -> Order | None:
        """The next few forecasts that nobody runs just now. From the first one on its set stands as running."""
        if self.is_set and not self._set and (self.record_id in busy or not self._is_due(self.record_id)):
            return None
        if self.is_set and requests.is_asked(self._places, self.record_id):
            return None  # its forecasts are about to be taken out
        most = self._most(self.ticket.jobs or self.engine.room)
        chosen: list[str] = []
        for record_id in self._queue:
            if record_id not in busy and self._is_due(record_id) and not self._is_taken(record_id):
                chosen.append(record_id)
                if len(chosen) == most:
                    break
        if not chosen or not self._is_open():
            return None
        for record_id in chosen:
            self._queue.remove(record_id)
        return Order(
            places=self._places,
            ticket=self.ticket.name,
            ids=tuple(chosen),
            force=self.ticket.force,
            timeout=self.ticket.timeout,
            version=self._version,
        )

    def _most(self, slots: int) -> int:
        """Few enough that the order is done soon, and that the last ones keep every slot busy."""
        if self._seconds_each is None:
            return 1
        soon = int(ORDER_SECONDS / max(self._seconds_each, 0.001))
        return max(1, min(LARGEST_ORDER, soon, self.left // (4 * slots)))

    def took(self, order: Order, seconds: float) -> None:
        """How long an order took, from which the size of the next follows."""
        self._seconds_each = seconds / len(order.ids)

    def _is_open(self) -> bool:
        """Claims the set and has it stand as running, once; what waits for a slot claims nothing."""
        if not self.is_set or self._set:
            return True
        try:
            self._held.enter_context(claimed(self._places, self.record_id))
            record = known(self._places, self.record_id)
            if self._is_known(record, self._ids):
                self._queue.clear()
                self._held.close()
                return False
            prepare(self._places, record)
            self._held.enter_context(active.marked(self._places, record.id, record.attempt + 1))
            self._set = begun(self._places, record, self._version)
        except HeldError:
            self._held.close()
            self._wait_for(self.record_id)
            return False
        except Exception as error:  # what is wrong with one ticket must not stop the others
            self._held.close()
            self.fail(error)
            return False
        return True

    def _is_taken(self, record_id: str) -> bool:
        """Whether it is about to be taken out, because somebody wants it stopped, or is run by another process."""
        return requests.is_asked(self._places, record_id) or self._runs_elsewhere(record_id)

    def _runs_elsewhere(self, record_id: str) -> bool:
        """Whether it is marked as run by a process that lives, so that no slot has to find out that it is claimed.

        Of a process nobody can tell about (another machine's, say) only the claim knows.
        """
        marker = active.marker_of(self._places, record_id)
        if marker is None or liveness(marker.process) is not Liveness.ALIVE:
            return False
        self._wait_for(record_id)
        return True

    def _is_due(self, record_id: str) -> bool:
        return time.monotonic() >= self._later.get(record_id, 0.0)

    def _wait_for(self, record_id: str) -> None:
        """Another process runs it: looked at again in a while, when that may have ended with a result."""
        if record_id not in self._later:
            self._say(record_id, HELD)
        self._later[record_id] = time.monotonic() + HELD_SECONDS

    def put_back(self, order: Order, *, is_blamed: bool) -> None:
        """What an order left undone because its worker died is queued again.

        What `is_blamed`, because the worker died before it began anything, is given up after some times.
        """
        for record_id in reversed(self._undone(order)):
            self._deaths[record_id] = self._deaths.get(record_id, 0) + is_blamed
            if self._deaths[record_id] < MOST_DEATHS:
                self._queue.appendleft(record_id)
            else:
                self._say(record_id, Outcome.CRASHED.value)

    def wait_for_others(self, order: Order) -> None:
        """What an order left undone though its worker did all it could is run by somebody else."""
        for record_id in self._undone(order):
            self._wait_for(record_id)
            self._queue.append(record_id)

    def _undone(self, order: Order) -> list[str]:
        done = self._done()
        return [record_id for record_id in order.ids if record_id not in done and record_id not in self._queue]

    def withdraw(self, record_id: str) -> bool:
        """Takes a forecast out of the queue; whether it was there."""
        if record_id not in self._queue:
            return False
        self._queue.remove(record_id)
        return True

    def drain(self) -> None:
        """Hands out nothing more; what was not begun stays as it was."""
        self._queue.clear()

    def unfinished(self) -> set[str]:
        """The forecasts that have not ended yet."""
        return set(self._ids) - self._done().keys()

    @property
    def ids(self) -> list[str]:
        """All that it asks to be run, a set after its forecasts."""
        return [*self._ids, self.record_id] if self.is_set else self._ids

    def is_of(self, record_id: str) -> bool:
        """Whether it is asked for by this ticket and has not ended yet."""
        return record_id == self.record_id or (record_id in self._ids and record_id in self.unfinished())

    def _done(self) -> dict[str, str]:
        return tickets.ended(self._places, self.ticket.name)

    def finish(self) -> str:
        """Closes the set; returns the outcome of what the ticket asked for.

        May be called again after an OSError: a disk that is full now may not be so later.
        """
        if self._outcome is None:
            outcomes = self._done()
            word = outcomes.get(self.record_id, "")
            if self.is_set and not word and self._ids:
                word = self._finish_set(outcomes)
                if word:
                    self._say(self.record_id, word)
            self._outcome = word
        self._held.close()
        if active.marker_of(self._places, self.record_id) is None:  # otherwise it is asked of whoever runs it
            requests.clear(self._places, self.record_id)
        return self._outcome

    def abandon(self) -> None:
        """Leaves the ticket as it is; it shows as lost once the supervisor has left."""
        self._queue.clear()
        self._held.close()

    def _finish_set(self, outcomes: dict[str, str]) -> str:
        """Empty for one that was never begun and that nobody stopped: it stays as it was."""
        is_unwanted = requests.is_asked(self._places, self.record_id)
        if self._set is None:
            return self._stopped() if is_unwanted else ""
        ended = [_outcome(outcomes.get(record_id)) for record_id in self._ids]
        missing = sum(not (outcome and outcome.has_result) for outcome in ended)
        outcome = Outcome.KILLED if is_unwanted else set_outcome(ended)
        message = f"{missing} of {len(ended)} forecasts have no result" if missing else ""
        finished = after(self._set, Finish(outcome, now(), message))
        forecasts.write_record(self._places, finished)
        note_end(self._places, finished)
        return outcome.value

    def _stopped(self) -> str:
        request = requests.asked(self._places, self.record_id)
        owner = (request.owner if request else "") or "somebody"
        with suppress(HeldError):
            withdraw(self._places, self.record_id, f"stopped by {owner} before it ran")
        return Outcome.KILLED.value


def _outcome(word: str | None) -> Outcome | None:
    """The outcome of a line; None for what was not run."""
    return Outcome(word) if word in set(Outcome) else None

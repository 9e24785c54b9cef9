"""One ticket being worked on: a forecast, or a set whose members are handed out a few at a time."""

from __future__ import annotations

from collections import deque
from contextlib import ExitStack

from ef_engine.errors import EfError
from ef_engine.jobs.attempt import begun, note_end, sentence
from ef_engine.jobs.order import Order
from ef_engine.jobs.outcomes import member_ids, set_outcome
from ef_engine.jobs.run_one import is_done, known, prepare
from ef_engine.store import active, forecasts, requests, tickets
from ef_engine.store.claims import claimed
from ef_engine.store.clock import now
from ef_engine.store.places import Places, is_set_id
from ef_engine.store.records import Record
from ef_engine.store.states import Outcome
from ef_engine.store.tickets import Ticket
from ef_engine.store.transitions import Finish, after

MOST_DEATHS = 3
"""A forecast whose worker dies this often before it begins is given up."""


class Work:
    """What is left of a ticket, and the state of its set."""

    def __init__(self, places: Places, ticket: Ticket, version: str) -> None:
        self.ticket = ticket
        self.record_id = ticket.record_id
        self.is_set = is_set_id(ticket.record_id)
        self._places, self._version = places, version
        self._queue: deque[str] = deque()
        self._ids: list[str] = []
        self._deaths: dict[str, int] = {}
        self._set: Record | None = None
        self._held = ExitStack()

    def begin(self) -> bool:
        """Queues what is to be run; a set stands as running from now on. False if there is nothing to do after all."""
        try:
            self._ids = self._begin_set() if self.is_set else [self.record_id]
        except EfError as error:
            self._held.close()
            tickets.add_done(
                self._places, self.ticket.name, self.record_id, "held" if error.exit_code == 3 else "failed"
            )
            print(sentence(error), flush=True)
            return False
        self._queue.extend(self._ids)
        return bool(self._ids)

    def _begin_set(self) -> list[str]:
        places = self._places
        self._held.enter_context(claimed(places, self.record_id))
        record = known(places, self.record_id)
        if is_done(places, record) and not self.ticket.force:
            return []
        prepare(places, record)
        self._held.enter_context(active.marked(places, record.id, record.attempt + 1))
        self._set = begun(places, record, self._version)
        return member_ids(record)

    @property
    def left(self) -> int:
        """How many forecasts are not handed out yet."""
        return len(self._queue)

    def next_order(self, most: int, busy: set[str]) -> Order | None:
        """The next few forecasts that nobody runs just now."""
        chosen: list[str] = []
        for record_id in list(self._queue):
            if record_id not in busy and len(chosen) < most:
                self._queue.remove(record_id)
                chosen.append(record_id)
        if not chosen:
            return None
        return Order(
            places=self._places,
            ticket=self.ticket.name,
            ids=tuple(chosen),
            force=self.ticket.force,
            timeout=self.ticket.timeout,
            version=self._version,
        )

    def put_back(self, order: Order) -> None:
        """What an order left undone is queued again; what kills its worker before it begins is given up."""
        done = self._done()
        for record_id in reversed([each for each in order.ids if each not in done]):
            self._deaths[record_id] = self._deaths.get(record_id, 0) + 1
            if self._deaths[record_id] < MOST_DEATHS:
                self._queue.appendleft(record_id)
            else:
                tickets.add_done(self._places, self.ticket.name, record_id, Outcome.CRASHED.value)

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

    def _done(self) -> dict[str, str]:
        return dict(tickets.done(self._places, self.ticket.name))

    def finish(self) -> str:
        """Closes the set and removes the ticket; returns the outcome of what the ticket asked for."""
        outcomes = self._done()
        word = outcomes.get(self.record_id, "")
        if self._set:
            word = self._finish_set(self._set, outcomes)
            tickets.add_done(self._places, self.ticket.name, self.record_id, word)
        self._held.close()
        requests.clear(self._places, self.record_id)
        forecasts.unstage_begun(self._places, [*self._ids, self.record_id])
        tickets.remove(self._places, self.ticket.name)
        return word

    def _finish_set(self, record: Record, outcomes: dict[str, str]) -> str:
        ended = [_outcome(outcomes.get(record_id)) for record_id in self._ids]
        missing = sum(not (outcome and outcome.has_result) for outcome in ended)
        outcome = Outcome.KILLED if requests.is_asked(self._places, record.id) else set_outcome(ended)
        message = f"{missing} of {len(ended)} forecasts have no result" if missing else ""
        finished = after(record, Finish(outcome, now(), message))
        forecasts.write_record(self._places, finished)
        note_end(self._places, finished)
        return outcome.value


def _outcome(word: str | None) -> Outcome | None:
    """The outcome of a line; None for what was not run, or is run by somebody else."""
    return Outcome(word) if word in set(Outcome) else None

"""Where forecasts and sets stand for those who wait for them: what their records say, and what the queue still holds.

The queue is looked at before the records: what leaves it in between is then seen to run, or to be done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from ef_engine.jobs.outcomes import member_ids
from ef_engine.store import forecasts, tickets
from ef_engine.store.claims import observed
from ef_engine.store.forecasts import Unreadable
from ef_engine.store.places import Places, is_set_id
from ef_engine.store.process import Liveness, Process, liveness
from ef_engine.store.records import Record
from ef_engine.store.states import Finished, Paused, Running
from ef_engine.store.tickets import Ticket

UNDER_WAY = frozenset({"queued", "running", "paused"})
"""Where waiting makes sense."""


@dataclass(frozen=True)
class Queue:
    """The queue at one moment: its tickets, oldest first, and by ticket how its forecasts ended so far."""

    places: Places
    tickets: tuple[Ticket, ...]
    ended: Mapping[str, Mapping[str, str]]

    @cached_property
    def members(self) -> dict[str, frozenset[str]]:
        """The forecasts of every set in the queue."""
        ids = [ticket.record_id for ticket in self.tickets if is_set_id(ticket.record_id)]
        found = forecasts.read_some(self.places, ids)
        return {key: frozenset(member_ids(record)) for key, record in found.items() if isinstance(record, Record)}

    @cached_property
    def _by_id(self) -> dict[str, list[Ticket]]:
        """The tickets of each forecast or set; those of sets stand for their forecasts too."""
        found: dict[str, list[Ticket]] = {}
        for ticket in self.tickets:
            for record_id in {ticket.record_id, *self.members.get(ticket.record_id, ())}:
                found.setdefault(record_id, []).append(ticket)
        return found

    @cached_property
    def _dead(self) -> set[Process]:
        supervisors = {ticket.supervisor for ticket in self.tickets if ticket.supervisor}
        return {each for each in supervisors if liveness(each) is Liveness.DEAD}

    def is_lost(self, ticket: Ticket) -> bool:
        """Whether who accepted it is dead: nobody takes it up unasked."""
        return ticket.supervisor in self._dead

    def open_tickets(self, record: Record) -> list[Ticket]:
        """Those of them by which it is still to be run."""
        return [ticket for ticket in self._by_id.get(record.id, ()) if self._is_open(ticket, record)]

    def _is_open(self, ticket: Ticket, record: Record) -> bool:
        if record.id in self.ended[ticket.name]:
            return False
        if not isinstance(record.state, Finished):
            return True
        if record.state.outcome.has_result and not ticket.force:
            return False
        return not (self.is_lost(ticket) and record.state.finished >= ticket.at)

    def standing(self, record: Record | Unreadable) -> str:
        """`staged`, `queued`, `running`, `paused`, `lost`, `unreadable`, or the outcome of what is finished.

        What died while its supervisor lives is not lost: it is about to be closed.
        """
        word = observed(self.places, record)
        if word in ("running", "paused") or isinstance(record, Unreadable):
            return word
        is_alive = {not self.is_lost(ticket) for ticket in self.open_tickets(record)}
        if True in is_alive:
            return "running" if word == "lost" and self._is_newest(record) else "queued"
        return "lost" if is_alive else word

    def standings(self) -> dict[str, str]:
        """Where everything stands that the queue still has to run; what it has not begun is queued, or lost with it."""
        waiting = {
            key: record
            for key, record in forecasts.read_some(self.places, self._by_id).items()
            if isinstance(record, Record) and self.open_tickets(record)
        }
        return {key: self.standing(record) for key, record in waiting.items()}

    def _is_newest(self, record: Record) -> bool:
        """Whether the attempt that stands as running belongs to what the queue holds now."""
        assert isinstance(record.state, Running | Paused)
        started = record.state.started
        return any(ticket.at <= started for ticket in self.open_tickets(record) if not self.is_lost(ticket))


def look_at_queue(places: Places) -> Queue:
    """The queue as it is now."""
    found = tuple(tickets.all_tickets(places))
    return Queue(places, found, {ticket.name: tickets.ended(places, ticket.name) for ticket in found})

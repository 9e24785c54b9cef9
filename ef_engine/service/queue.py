"""The queue for clients: put something in, follow it, leave it. A supervisor, started on demand, does the work."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import FrameType

from ef_engine.errors import EfError
from ef_engine.jobs.engines import check_engine
from ef_engine.jobs.outcomes import member_ids
from ef_engine.jobs.run_one import has_result, is_done, known
from ef_engine.jobs.supervise import is_supervised, launch
from ef_engine.service.progress import read_progress
from ef_engine.service.run_forecast import Ran, Wishes, note_known, note_lost, ran, result_of
from ef_engine.store import active, flow_calls, forecasts, journal, requests, tickets
from ef_engine.store.claims import is_lost
from ef_engine.store.events import Event, Kind
from ef_engine.store.forecasts import Unreadable
from ef_engine.store.places import Places, is_set_id
from ef_engine.store.process import Liveness, liveness
from ef_engine.store.records import Record
from ef_engine.store.states import Finished, Outcome, Paused, Running
from ef_engine.store.tickets import HELD, LOST, Ticket

POLL_SECONDS = 0.05
MOST_INTERRUPTS = 2
"""The next Ctrl-C leaves at once."""

LAUNCH_SECONDS = 10.0
"""How long a ticket may wait to be accepted before another supervisor is started."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueWishes:
    """How to run what is queued: `jobs` at a time (None: one a core or worker), `on_finish` the words of a command.

    Relative names in it are meant from `directory`. `engine` is where it runs, `scheduler` the address of a cluster.
    """

    jobs: int | None = None
    on_finish: tuple[str, ...] = ()
    directory: str = ""
    owner: str = ""
    engine: str = "local"
    scheduler: str = ""


def enqueue(places: Places, ids: Sequence[str], wishes: Wishes, queue: QueueWishes) -> list[Ticket]:
    """Puts a ticket for each id into the queue and sees that somebody works on it.

    What somebody asked of an earlier run no longer counts, unless it runs right now. Raises EfError where the engine
    cannot run them; nothing is queued then.
    """
    made: list[Ticket] = []
    if ids and (note := check_engine(queue.engine, queue.scheduler)):
        wishes.watcher.noted(note)
    for record_id in ids:
        _note_standing(places, known(places, record_id), wishes)
        if not _runs_now(places, record_id):
            requests.clear(places, record_id)
        made.append(
            tickets.new(
                record_id,
                force=wishes.force,
                timeout=wishes.timeout,
                jobs=queue.jobs,
                owner=queue.owner,
                on_finish=queue.on_finish,
                directory=queue.directory,
                engine=queue.engine,
                scheduler=queue.scheduler,
            )
        )
    _note_received(places, made)
    with tickets.queue_lock(places):
        tickets.write(places, *made)
        if made and not is_supervised(places):
            launch(places)
    return made


def _note_standing(places: Places, record: Record, wishes: Wishes) -> None:
    """Says that an earlier run of it died, or that one is under way, which the ticket will wait for."""
    if is_lost(places, record):
        note_lost(record, wishes)
    elif isinstance(record.state, Running | Paused):
        wishes.watcher.noted(f"{record.id} is run by process {record.state.process} already; waiting for that.")


def _note_received(places: Places, made: Iterable[Ticket]) -> None:
    """Says what is asked for, in the journal and, in a step of a flow, beside its record."""
    wanted = [(ticket, record) for ticket in made for record in _wanted(places, ticket)]
    journal.note_many(
        places,
        [
            Event(Kind.RECEIVED, record.id, fields={"owner": ticket.owner, "tracking": ticket.name})
            for ticket, record in wanted
        ],
    )
    begun = (record for ticket, record in wanted if ticket.force or not _is_evaluated(record))
    flow_calls.note(places, [record for record in begun if isinstance(record, Record)])


def _wanted(places: Places, ticket: Ticket) -> list[Record | Unreadable]:
    """What a ticket asks for: a forecast, or a set with those of its members that are still to be run."""
    record = known(places, ticket.record_id)
    members = forecasts.read_some(places, member_ids(record))
    return [record, *(members[key] for key in sorted(members) if ticket.force or not _is_evaluated(members[key]))]


def _is_evaluated(record: Record | Unreadable) -> bool:
    return isinstance(record, Record) and has_result(record)


def pause_queue(places: Places) -> None:
    """Lets nothing new begin; what runs goes on."""
    tickets.pause(places)


def continue_queue(places: Places) -> None:
    """Ends a pause of the queue, and sees that somebody works on what waits."""
    with tickets.queue_lock(places):
        tickets.resume(places)
        if not is_supervised(places) and any(ticket.supervisor is None for ticket in tickets.all_tickets(places)):
            launch(places)


def _runs_now(places: Places, record_id: str) -> bool:
    """Whether somebody may be running it; what a dead process left marked does not run."""
    marker = active.marker_of(places, record_id)
    return marker is not None and liveness(marker.process) is not Liveness.DEAD


def run_queued(places: Places, ids: Sequence[str], wishes: Wishes, queue: QueueWishes) -> Iterator[Ran]:
    """Queues what has no result yet and yields each forecast as it ends, a set after its members.

    An interruption lets what runs finish and begins nothing more; a second one stops what runs; a third only leaves.
    """
    wanted = []
    for record_id in ids:
        record = known(places, record_id)
        if not wishes.force and is_done(places, record):
            note_known(ran(record), wishes)
            forecasts.unstage_begun(places, [*member_ids(record), record_id])  # who ran it may have died before that
            yield from _known_members(places, record)
            yield ran(record)
        else:
            wanted.append(record_id)
    followed = [_Followed(ticket) for ticket in enqueue(places, wanted, wishes, queue)]
    yield from _Follower(places, followed, wishes).follow()


def _known_members(places: Places, record: Record) -> Iterator[Ran]:
    if is_set_id(record.id):
        yield from (ran(known(places, member)) for member in member_ids(record))


@dataclass(slots=True)
class _Followed:
    """A ticket, and how many lines of it were read, of which `ended` tell an end; `heard` sentences of it were told on.

    `is_told` if one says how what the ticket asks for ended.
    """

    ticket: Ticket
    read: int = 0
    heard: int = 0
    ended: int = 0
    is_told: bool = False
    total: int = 0
    is_over: bool = False
    since: float = field(default_factory=time.monotonic)


class _Follower:
    """Reads how tickets get on until all are over."""

    def __init__(self, places: Places, followed: list[_Followed], wishes: Wishes) -> None:
        self._places, self._followed, self._wishes = places, followed, wishes
        self._pressed = self._interrupts = 0
        self._shown: tuple[str, str] | None = None

    def follow(self) -> Iterator[Ran]:
        with self._counting_interrupts():
            while following := [each for each in self._followed if not each.is_over]:
                yield from self._look(following)
                while self._interrupts < self._pressed:
                    self._interrupted()
                self._show()
                time.sleep(POLL_SECONDS)
        if self._interrupts:
            raise KeyboardInterrupt

    @contextmanager
    def _counting_interrupts(self) -> Iterator[None]:
        """Ctrl-C is only counted, since it may come while a line is being printed, or right after another one."""

        def press(_: int, __: FrameType | None) -> None:
            self._pressed += 1
            if self._pressed > MOST_INTERRUPTS:
                raise KeyboardInterrupt

        previous = None
        with suppress(ValueError):  # signals belong to the main thread alone
            previous = signal.signal(signal.SIGINT, press)
        try:
            yield
        finally:
            if previous is not None:
                signal.signal(signal.SIGINT, previous)

    def _look(self, following: Sequence[_Followed]) -> Iterator[Ran]:
        """What is new of all of them; one look at the directory says which of them have news."""
        listing = tickets.listing(self._places)
        present, is_left = frozenset(listing.names), None
        for each in following:
            is_there = each.ticket.name in present
            if each.ticket.name in listing.with_news or not is_there:
                yield from self._news(each)
            if not is_there:
                each.is_over = True
                if not each.is_told and not self._interrupts:
                    yield self._untold(each.ticket.record_id)
            elif time.monotonic() - each.since > 1.0:
                is_left = not is_supervised(self._places) if is_left is None else is_left
                yield from self._unsupervised(each) if is_left else ()

    def _news(self, each: _Followed) -> Iterator[Ran]:
        """What was told of a ticket since it was last read."""
        for sentence in tickets.said(self._places, each.ticket.name, each.heard):
            each.heard += 1
            self._wishes.watcher.noted(f"{each.ticket.record_id}: {sentence}")
        for record_id, word in tickets.done(self._places, each.ticket.name, each.read):
            each.read += 1
            if word == HELD:
                self._note_held(each, record_id)
                continue
            each.ended += 1
            each.is_told |= record_id == each.ticket.record_id
            yield self._ran(record_id, word)

    def _unsupervised(self, each: _Followed) -> Iterator[Ran]:
        """Nobody works on the ticket: its supervisor died, or none has come yet."""
        ticket = tickets.read(self._places, each.ticket.name)
        if ticket and ticket.supervisor and liveness(ticket.supervisor) is Liveness.DEAD:
            each.is_over = True
            remedy = f"`ef_cli restart {ticket.record_id}` runs it again"
            yield Ran(ticket.record_id, None, f"the supervisor died while it ran; {remedy}")
        elif ticket is None and tickets.exists(self._places, each.ticket.name):
            each.is_over = True
            yield Ran(each.ticket.record_id, None, f"its ticket {each.ticket.name} is damaged; run it again")
        elif ticket and not ticket.supervisor and time.monotonic() - each.since > LAUNCH_SECONDS:
            each.since = time.monotonic()
            launch(self._places)

    def _note_held(self, each: _Followed, record_id: str) -> None:
        """That somebody else runs a forecast of a set; of what was asked for by itself it is said before."""
        if record_id != each.ticket.record_id:
            self._wishes.watcher.noted(f"{record_id} is run by another process; waiting for that.")

    def _ran(self, record_id: str, word: str) -> Ran:
        try:
            record = known(self._places, record_id)
        except EfError as error:
            return Ran(record_id, Outcome.FAILED, str(error))
        if word == LOST and isinstance(record.state, Running | Paused):
            remedy = f"`ef_cli restart {record_id}` runs it again"
            return Ran(record_id, None, f"its worker {record.state.process} is gone, and it is lost; {remedy}")
        if word == Outcome.FAILED and not isinstance(record.state, Finished):
            return Ran(record_id, Outcome.FAILED, self._why_not_begun(record_id))
        result = ran(record) if result_of(record) or word not in set(Outcome) else None
        return result or Ran(record_id, Outcome(word), _message(record))

    def _why_not_begun(self, record_id: str) -> str:
        if forecasts.read_document(self._places, record_id) is None:
            return "its document is gone; stage its file again"
        return f"it could not be begun; see {self._places.log / 'supervisor.log'}"

    def _untold(self, record_id: str) -> Ran:
        """What left the queue without an end: somebody stopped its supervisor, or drained its ticket."""
        return Ran(record_id, None, f"it was not begun; `ef_cli run {record_id}` runs it")

    def _show(self) -> None:
        """Tells the watcher how far the one forecast, or how many of a set, are."""
        each = next((each for each in self._followed if not each.is_over), None)
        if each is None:
            return
        watcher, record_id = self._wishes.watcher, each.ticket.record_id
        if is_set_id(record_id):
            each.total = each.total or len({member.id for member in known(self._places, record_id).members})
            self._begin(record_id, "forecasts", each.total)
            watcher.advanced(each.ended)
        else:
            record = known(self._places, record_id)
            progress = read_progress(self._places, record)
            self._begin(record_id, progress.phase or "waiting", progress.total or 1)
            watcher.advanced(progress.done)

    def _begin(self, record_id: str, phase: str, total: int) -> None:
        if self._shown != (record_id, phase):
            if self._shown is None or self._shown[0] != record_id:
                self._wishes.watcher.run_begun(known(self._places, record_id), 1, 1)
            self._shown = (record_id, phase)
            self._wishes.watcher.phase_begun(phase, total)

    def _interrupted(self) -> None:
        self._interrupts += 1
        for each in (each for each in self._followed if not each.is_over):
            if self._interrupts == 1:
                tickets.drain(self._places, each.ticket.name)
            else:
                requests.ask(self._places, each.ticket.record_id, "killed", each.ticket.owner)
        if self._interrupts == 1:
            text = "Waiting for what runs, nothing more begins; Ctrl-C again stops it too."
        else:
            text = "Stopping what runs; Ctrl-C again leaves it alone."
        self._wishes.watcher.noted(text)


def _message(record: Record) -> str:
    return getattr(record.state, "message", "")

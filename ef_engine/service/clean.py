"""`clean`: deletes what was finished long ago, and tidies up what processes that died left behind."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ef_engine.jobs.outcomes import member_ids
from ef_engine.service.standing import UNDER_WAY, Queue, look_at_queue
from ef_engine.store import active, errands, forecasts, requests, tickets
from ef_engine.store.atomic import STALE_SECONDS, stale_temporaries
from ef_engine.store.claims import observed
from ef_engine.store.clock import now, seconds_between
from ef_engine.store.places import Places
from ef_engine.store.process import Liveness, liveness
from ef_engine.store.records import Record
from ef_engine.store.states import Finished, Outcome, Paused, Running


@dataclass(frozen=True, slots=True)
class Expired:
    """The records that may go, the longest finished first; `needed` more would, but a set that stays needs them."""

    records: list[Record]
    needed: int


def expired(places: Places, older_than: float | None, outcomes: frozenset[Outcome] | None) -> Expired:
    """What was finished more than so many seconds ago (None: ever) with one of the outcomes (None: any).

    Never what runs, waits, is lost or only staged.
    """
    queue = look_at_queue(places)
    found = [*forecasts.read_records(places), *errands.records(places)]
    records = [each for each in found if isinstance(each, Record)]
    chosen = {each.id: each for each in records if _is_chosen(queue, each, older_than, outcomes)}
    needed = {member for each in records if each.id not in chosen for member in member_ids(each)}
    free = [each for each in chosen.values() if each.id not in needed]
    return Expired(sorted(free, key=_finished), len(chosen) - len(free))


def _is_chosen(queue: Queue, record: Record, older_than: float | None, outcomes: frozenset[Outcome] | None) -> bool:
    state = record.state
    if not isinstance(state, Finished) or (outcomes is not None and state.outcome not in outcomes):
        return False
    if older_than is not None and seconds_between(state.finished, now()) <= older_than:
        return False
    return queue.standing(record) == state.outcome.value


def _finished(record: Record) -> str:
    assert isinstance(record.state, Finished)
    return record.state.finished


def leftovers(places: Places) -> list[Path]:
    """Files and directories nobody will ever ask for again: their owners died, or forgot them."""
    queue = look_at_queue(places)
    directories = (
        places.stage, places.data, places.active, places.queue, places.requests, places.log, places.schedules,
        places.protections, places.errands,
    )  # fmt: skip
    runs = (places.run(record_id) for record_id in forecasts.run_ids(places))
    temporaries = [path for directory in (*directories, *runs) for path in stale_temporaries(directory)]
    return [
        *temporaries, *forecasts.half_deleted(places), *forecasts.half_staged(places), *_markers(places),
        *_tickets(queue), *_requests(queue), *_broken_errands(places),
    ]  # fmt: skip


def _broken_errands(places: Places) -> Iterator[Path]:
    """Records of reports and ingests whose process died: nobody can go on with them."""
    for record in errands.records(places):
        if isinstance(record, Record) and observed(places, record) == "lost":
            yield forecasts.record_path(places, record.id)


def _markers(places: Places) -> Iterator[Path]:
    """Those of dead processes whose attempt is closed, or was never begun."""
    dead = [each.id for each in active.markers(places) if liveness(each.process) is Liveness.DEAD]
    records = forecasts.read_some(places, dead)
    for record_id in dead:
        record = records.get(record_id)
        if record is None or (isinstance(record, Record) and not isinstance(record.state, Running | Paused)):
            yield active.path_of(places, record_id)


def _tickets(queue: Queue) -> Iterator[Path]:
    """Those of dead supervisors of which nothing is left to do, and what tickets left behind an hour ago."""
    records = forecasts.read_some(queue.places, (ticket.record_id for ticket in queue.tickets))
    for ticket in filter(queue.is_lost, queue.tickets):
        record = records.get(ticket.record_id)
        if record is None or (isinstance(record, Record) and ticket not in queue.open_tickets(record)):
            yield from tickets.files(queue.places, ticket.name)
    for name in tickets.forgotten(queue.places):
        yield from (path for path in tickets.files(queue.places, name) if _is_old(path))


def _requests(queue: Queue) -> Iterator[Path]:
    """Those to what neither runs nor waits nor is lost."""
    pending = list(requests.pending(queue.places))
    records = forecasts.read_some(queue.places, pending)
    for record_id in pending:
        path, record = requests.path_of(queue.places, record_id), records.get(record_id)
        if _is_old(path) and (record is None or queue.standing(record) not in {*UNDER_WAY, "lost", "unreadable"}):
            yield path


def _is_old(path: Path) -> bool:
    with suppress(FileNotFoundError):
        return time.time() - path.stat().st_mtime > STALE_SECONDS
    return False


def tidy(paths: list[Path]) -> None:
    """Deletes leftovers; what is gone already is no error."""
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)

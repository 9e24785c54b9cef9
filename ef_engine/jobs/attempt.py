"""One attempt at one forecast, in this process: claim, state, work, state.

Whatever the work raises ends as an outcome in `state.json` and as a traceback in the attempt's log. An interruption by
the user is written down as `killed` and then raised again.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from ef_engine.errors import EfError
from ef_engine.jobs.progress import KillRequestedError, ProgressWriter, TimedOutError
from ef_engine.jobs.seam import WorkerDiedError
from ef_engine.jobs.worker import Answer, work
from ef_engine.simulation.observer import SILENT, Observer
from ef_engine.store import active, forecasts, journal, requests
from ef_engine.store.clock import now
from ef_engine.store.events import Kind
from ef_engine.store.places import FILE_MODE, Places
from ef_engine.store.process import Process, current
from ef_engine.store.records import Record
from ef_engine.store.states import Finished, Outcome, Paused, Running
from ef_engine.store.transitions import Finish, Start, after, seconds_held


@dataclass(frozen=True, slots=True)
class Conduct:
    """How to run: `timeout` in seconds, None for ever; `watcher` is told of progress; `version` is the engine's.

    Where it `is_supervised`, a wish to kill it stays for the supervisor, who takes it out of other tickets too.
    `work` does the work, None for this process; where another `process` does, `is_alive` says whether it was heard of,
    and `waited` for how many seconds it was at something else first.
    """

    timeout: float | None = None
    watcher: Observer = field(default=SILENT)
    version: str = ""
    is_supervised: bool = False
    work: Callable[[Places, str, Observer], Answer] | None = None
    process: Process | None = None
    is_alive: Callable[[], bool] = lambda: True
    waited: Callable[[], float] = lambda: 0.0


def run_attempt(places: Places, record: Record, conduct: Conduct) -> Record:
    """Runs the forecast, whose claim the caller holds and whose document is in its directory; returns its record."""
    with active.marked(places, record.id, record.attempt + 1, conduct.process, conduct.is_alive):
        return _run(places, begun(places, record, conduct.version, conduct.process), conduct)


def _run(places: Places, running: Record, conduct: Conduct) -> Record:
    record = running
    log = places.run(record.id) / f"attempt-{running.attempt}.log"
    write_log(log, f"attempt {running.attempt} of {record.id} by {conduct.process or current()}")
    try:
        answer = (conduct.work or work)(places, record.id, _progress(places, running, conduct))
    except KeyboardInterrupt:
        _ended(places, running, log, Finish(Outcome.KILLED, now(), "interrupted"))
        raise
    except KillRequestedError:
        event = Finish(Outcome.KILLED, now(), f"stopped by {_who(requests.asked(places, record.id))}")
        return _ended(places, running, log, event, is_obeyed=not conduct.is_supervised)
    except TimedOutError:
        message = f"stopped after {conduct.timeout:g} s"
        return _ended(places, running, log, Finish(Outcome.TIMED_OUT, now(), message))
    except WorkerDiedError:
        raise  # who did the work is gone, and this process closes nothing for it
    except Exception as error:  # whatever goes wrong in the work is the outcome of this attempt alone
        write_log(log, traceback.format_exc())
        return _ended(places, running, log, Finish(Outcome.FAILED, now(), sentence(error)))
    return _ended(places, _answered(running, answer), log, Finish(answer.outcome, now(), _message(answer)))


def begun(places: Places, record: Record, version: str, process: Process | None = None) -> Record:
    """The record as running in a process (this one, for None), written.

    A run nobody runs any more is closed as crashed first.
    """
    if isinstance(record.state, Running | Paused):
        record = after(record, Finish(Outcome.CRASHED, now(), f"its process {record.state.process} is gone"))
        forecasts.write_record(places, record)
        note_end(places, record)
    running = replace(after(record, Start(process or current(), now())), fingerprint=f"{record.id}@{version}")
    forecasts.write_record(places, running)
    journal.note(places, Kind.PRERUN, record.id, attempt=running.attempt, owner=running.owner)
    return running


def _progress(places: Places, record: Record, conduct: Conduct) -> ProgressWriter:
    path = places.run(record.id) / "progress.json"
    is_unwanted = partial(requests.is_asked, places, record.id)

    def held() -> float:
        return held_so_far(places, record.id) + conduct.waited()

    def tell(phase: str, done: int, total: int) -> None:
        journal.note(places, Kind.PROGRESS, record.id, attempt=record.attempt, phase=phase, done=done, total=total)

    return ProgressWriter(path, record.attempt, conduct.watcher, conduct.timeout, is_unwanted, held, tell)


def held_so_far(places: Places, record_id: str) -> float:
    """For how long the attempt under way was paused, in seconds, as its record says."""
    record = forecasts.read_record(places, record_id)
    return seconds_held(record.state, now()) if isinstance(record, Record) else 0.0


def _who(request: requests.Request | None) -> str:
    return (request and request.owner) or "somebody"


def _answered(record: Record, answer: Answer) -> Record:
    return replace(record, summary={**record.summary, **answer.summary})


def _message(answer: Answer) -> str:
    return str(answer.summary.get("failure", ""))


def _ended(places: Places, record: Record, log: Path, event: Finish, *, is_obeyed: bool = True) -> Record:
    finished = after(record, event)
    write_log(log, f"{event.outcome.value} {event.message}".strip())
    forecasts.write_record(places, finished)
    if is_obeyed:
        requests.clear(places, record.id)
    note_end(places, finished)
    return finished


def note_end(places: Places, record: Record) -> None:
    """Says in the journal how an attempt ended."""
    assert isinstance(record.state, Finished)
    outcome, message = record.state.outcome.value, record.state.message
    journal.note(places, Kind.POSTRUN, record.id, attempt=record.attempt, outcome=outcome, message=message)


def sentence(error: BaseException) -> str:
    """What went wrong in one line; an unexpected error is named by its type."""
    text = " ".join(str(error).split())
    return text if isinstance(error, EfError | OSError) else f"{type(error).__name__}: {text}".rstrip(": ")


def write_log(path: Path, text: str) -> None:
    """Adds a line, or more, with the time before it to an attempt's log."""
    append_log(path, f"{now()} {text}\n")


def append_log(path: Path, text: str) -> None:
    """Adds text as it is to an attempt's log, which is for its owner's eyes only."""
    with open(path, "a", encoding="utf-8", opener=_owners_file) as file:
        file.write(text)


def print_to(log: Path) -> None:
    """From now on standard output and error are a log, for its owner's eyes only."""
    with open(log, "ab", opener=_owners_file) as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)


def _owners_file(path: str, flags: int) -> int:
    return os.open(path, flags, FILE_MODE)

"""Keeps a record of what a command does that simulates nothing: a report it makes, what it takes in or gives away.

It is kept also of a report that goes to stdout and leaves no file: who looked at what, when, and that it could be made
is what such a record is for. The work never depends on it: in a workspace that cannot be written a report is made all
the same, unrecorded and without a word.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ef_engine.service.workspace import Workspace
from ef_engine.store import errands, journal, process
from ef_engine.store.clock import now
from ef_engine.store.errands import INGEST as INGEST
from ef_engine.store.errands import REPORT as REPORT
from ef_engine.store.events import Event, Kind
from ef_engine.store.flow_calls import STEP_ID
from ef_engine.store.places import Places
from ef_engine.store.records import Record
from ef_engine.store.states import Finished, Outcome, Running

if TYPE_CHECKING:
    from ef_engine.service.stage import Staged


@dataclass(slots=True)
class Told:
    """What an errand says of itself while it runs: `result`, the path or id it made; `message`, a sentence."""

    result: str = ""
    message: str = ""


@contextmanager
def errand(workspace: Workspace, kind: str, name: str, of: str | None = None) -> Iterator[Told]:
    """Records what happens inside: `kind` is report or ingest, `of` the id it is about.

    What a flow's step starts has the flow's tracking, and comes from the step if it is about nothing else.
    """
    step = os.environ.get(STEP_ID, "")
    at = now()
    record = Record(
        id=errands.new_id(kind), kind=kind, label=name, owner=workspace.owner, attempt=1, received=at,
        state=Running(process.current(), at), parent=of or step or None, tracking=step.partition(".")[0] or None,
    )  # fmt: skip
    told, diary = Told(), _Diary(workspace.places)
    diary.keep(record, Kind.RECEIVED, Kind.PRERUN)
    try:
        yield told
    except BaseException as error:
        is_stopped = isinstance(error, KeyboardInterrupt | BrokenPipeError)
        outcome = Outcome.KILLED if is_stopped else Outcome.FAILED
        diary.keep(_ended(record, Finished(outcome, now(), at, _sentence(error)), told), Kind.POSTRUN)
        raise
    diary.keep(_ended(record, Finished(Outcome.EVALUATED, now(), at, told.message), told), Kind.POSTRUN)


def ingested(workspace: Workspace, name: str, stage: Callable[[], Staged]) -> Staged:
    """Records what `stage` takes in. What `run` stages first needs no record but that of the run."""
    with errand(workspace, INGEST, name) as told:
        staged = stage()
        told.result, told.message = staged.id, staged.summary
    return staged


def _ended(record: Record, state: Finished, told: Told) -> Record:
    return replace(record, state=state, summary={"result": told.result} if told.result else {})


def _sentence(error: BaseException) -> str:
    from ef_engine.errors import EfError

    return str(error) if isinstance(error, EfError) else f"{type(error).__name__}: {error}".removesuffix(": ")


class _Diary:
    """Writes an errand's record, and what happened to it into the journal.

    Where there is no workspace yet it waits: nobody makes one by a mistake, or by only looking.
    """

    def __init__(self, places: Places) -> None:
        self._places = places
        self._untold: list[Event] = []

    def keep(self, record: Record, *kinds: Kind) -> None:
        """Writes what it can; where that fails nobody needs to know."""
        self._untold += [_event(kind, record) for kind in kinds]
        if not (self._places.data.is_dir() or self._places.stage.is_dir()):
            return
        with suppress(OSError):
            errands.write(self._places, record)
            journal.append_many(self._places, self._untold)
            self._untold.clear()
            errands.forget_oldest(self._places)


def _event(kind: Kind, record: Record) -> Event:
    state = record.state
    fields: dict[str, object] = {"kind": record.kind, "attempt": record.attempt}
    if kind is Kind.RECEIVED:
        fields |= {"owner": record.owner} | ({"parent": record.parent} if record.parent else {})
    if not isinstance(state, Finished):
        return Event(kind, record.id, record.received, fields=fields)
    fields |= {"outcome": state.outcome.value} | ({"message": state.message} if state.message else {})
    return Event(kind, record.id, state.finished, fields=fields)

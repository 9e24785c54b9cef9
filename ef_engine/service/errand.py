"""Keeps a record of what a command does that simulates nothing: a report it makes, what it takes in or gives away.

The work never depends on its record: in a workspace that cannot be written a report is made all the same, unrecorded
and without a word.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ef_engine.service.workspace import Workspace
from ef_engine.store import errands, journal, process
from ef_engine.store.clock import now
from ef_engine.store.errands import INGEST as INGEST
from ef_engine.store.errands import REPORT as REPORT
from ef_engine.store.events import Event, Kind
from ef_engine.store.places import Places
from ef_engine.store.records import Record
from ef_engine.store.states import Finished, Outcome, Running

if TYPE_CHECKING:
    from ef_engine.service.stage import Staged

STEP_ID = "EF_STEP_ID"
"""The environment variable that names the step of a flow a command was started by."""


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
    told = Told()
    _keep(workspace.places, record, Kind.RECEIVED, Kind.PRERUN)
    try:
        yield told
    except BaseException as error:
        outcome = Outcome.KILLED if isinstance(error, KeyboardInterrupt | BrokenPipeError) else Outcome.FAILED
        _close(workspace.places, record, Finished(outcome, now(), at, _sentence(error)), told.result)
        raise
    _close(workspace.places, record, Finished(Outcome.EVALUATED, now(), at, told.message), told.result)


def ingested(workspace: Workspace, name: str, stage: Callable[[], Staged]) -> Staged:
    """Records what `stage` takes in. What `run` stages first needs no record but that of the run."""
    with errand(workspace, INGEST, name) as told:
        staged = stage()
        told.result, told.message = staged.id, staged.summary
    return staged


def _sentence(error: BaseException) -> str:
    from ef_engine.errors import EfError

    return str(error) if isinstance(error, EfError) else f"{type(error).__name__}: {error}".removesuffix(": ")


def _close(places: Places, record: Record, state: Finished, result: str) -> None:
    summary: Mapping[str, str] = {"result": result} if result else {}
    _keep(places, replace(record, state=state, summary=summary), Kind.POSTRUN)


def _keep(places: Places, record: Record, *kinds: Kind) -> None:
    """Writes the record, then what happened to it; where that fails, nobody needs to know."""
    with suppress(OSError):
        errands.write(places, record)
        journal.append_many(places, [_event(kind, record) for kind in kinds])
        if Kind.RECEIVED in kinds:
            errands.forget_oldest(places)


def _event(kind: Kind, record: Record) -> Event:
    fields: dict[str, object] = {"kind": record.kind, "attempt": record.attempt}
    state = record.state
    if kind is Kind.RECEIVED:
        fields |= {"owner": record.owner} | ({"parent": record.parent} if record.parent else {})
    if isinstance(state, Finished):
        fields |= {"outcome": state.outcome.value} | ({"message": state.message} if state.message else {})
    return Event(kind, record.id, _moment(kind, record), fields=fields)


def _moment(kind: Kind, record: Record) -> str:
    return record.state.finished if isinstance(record.state, Finished) else record.received

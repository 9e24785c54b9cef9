"""Flows for those who watch them: every run with how far it is, and the tree of one.

Whoever keeps a `FlowWatch` pays for what changed alone; what a run that is over looked like is remembered for good.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ef_engine.errors import EfError
from ef_engine.flows.course import Status
from ef_engine.flows.outline import ROOT, Key, Outline, sequence_of, sequence_text
from ef_engine.flows.tree import Branch, Known, grown, label
from ef_engine.jobs.flow_plan import key_of, read_outline
from ef_engine.service.flows import request_of_name
from ef_engine.store import catalogue, declared_flows, flow_runs, forecasts
from ef_engine.store.claims import is_lost
from ef_engine.store.clock import now, seconds_between
from ef_engine.store.flow_runs import FlowRun
from ef_engine.store.places import Places
from ef_engine.store.records import Record
from ef_engine.store.states import Finished, Outcome, Paused, Queued, Running, Staged

DECLARED = "declared"

_ENDS: Mapping[Outcome, str] = {
    Outcome.EVALUATED: "success", Outcome.FAILED: "failure", Outcome.SKIPPED: "skipped",
}  # fmt: skip
"""Outcomes that flows call something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowRow:
    """A run of a flow; without an id a flow that is declared and never ran.

    `state` is `declared`, `running`, `paused` or `lost`, and of what is over how it ended: `success`, `failure`,
    `incomplete`, `killed`, `crashed`. `done` of `total` steps went well or were not needed. Moments are UTC; it ran or
    has been running for so many `seconds`, None before it began.
    """

    id: str
    name: str
    state: str
    received: str
    started: str = ""
    finished: str = ""
    seconds: float | None = None
    done: int = 0
    total: int = 0
    owner: str = ""
    recovers: str = ""
    message: str = ""

    @property
    def key(self) -> str:
        """What names it for ever."""
        return self.id or f"declared {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeRow:
    """A branch with what its record says, and no `record_id` where it has none; `seconds` are None before it began."""

    branch: Branch
    name: str
    sequence: str
    status: str
    record_id: str = ""
    seconds: float | None = None
    attempts: int = 0
    message: str = ""

    @property
    def key(self) -> str:
        """What names it in every run of the flow."""
        return f"{self.branch.kind} {self.branch.key[0]}@{self.sequence}"


@dataclass(frozen=True, slots=True)
class FlowTree:
    """A run and its tree, the flow on top; `problem` says why there is none."""

    run: FlowRow
    rows: tuple[TreeRow, ...] = ()
    problem: str = ""


_Steps: TypeAlias = Mapping[Key, Record]


@dataclass(slots=True)
class FlowWatch:
    """Looks at the flows of a workspace again and again; for one thread at a time."""

    places: Places
    _records: dict[str, tuple[catalogue.Mark, Record]] = field(default_factory=dict)
    _runs: dict[str, tuple[FlowRun, Outline]] = field(default_factory=dict)
    _over: dict[str, FlowTree] = field(default_factory=dict)

    def flows(self) -> list[FlowRow]:
        """Every run, and every declared flow that never ran; the newest first."""
        runs = [self.tree(run_id).run for run_id in self._run_ids()]
        known = {row.name for row in runs}
        declared = [
            FlowRow(id="", name=name, state=DECLARED, received=at)
            for name, at in declared_flows.declared(self.places).items()
            if name not in known
        ]
        return sorted([*runs, *declared], key=lambda row: (row.received, row.id), reverse=True)

    def tree_of(self, row: FlowRow) -> FlowTree:
        """The tree of a row; of a flow that never ran what its file says."""
        return self.tree(row.id) if row.id else self._declared(row)

    def _declared(self, row: FlowRow) -> FlowTree:
        try:
            request = request_of_name(self.places, row.name)
            outline = read_outline(request.flow, row.name)
        except EfError as error:
            return FlowTree(row, (), str(error))
        return FlowTree(row, tuple(_rows(outline, grown(outline, Known({})), {}, row, None)))

    def tree(self, run_id: str) -> FlowTree:
        """A run as it stands; of one whose files are damaged, what is wrong with them."""
        if run_id in self._over:
            return self._over[run_id]
        record = self._record(run_id)
        if record is None:
            return FlowTree(FlowRow(id=run_id, name="", state="unreadable", received=""), (), f"{run_id} is gone")
        try:
            run, outline = self._run(run_id)
        except (EfError, OSError) as error:
            return FlowTree(_row(record, run_word(self.places, record)), (), str(error))
        tree = self._grown(record, run, outline)
        if isinstance(record.state, Finished):
            self._over[run_id] = tree
        return tree

    def _run_ids(self) -> Iterator[str]:
        known = flow_runs.run_ids(self.places)
        return (run_id for run_id in known if run_id in self._over or self._record(run_id))

    def _run(self, run_id: str) -> tuple[FlowRun, Outline]:
        if run_id not in self._runs:
            run = flow_runs.read_run(self.places, run_id)
            self._runs[run_id] = run, read_outline(run.flow, run.name)
        return self._runs[run_id]

    def _grown(self, record: Record, run: FlowRun, outline: Outline) -> FlowTree:
        state = run_word(self.places, record)
        is_lost_run = state == "lost"
        steps = {record_key(run, step): step for step in self._steps(run.id)}
        words = {key: step_word(step, is_lost_run) for key, step in steps.items()}
        for text in run.kept:  # before it says so itself
            words.setdefault(key_of(text), Status.KEPT)
        values = {
            (key[0].removesuffix(".repeats"), key[1]): self._values(step)
            for key, step in steps.items()
            if key[0].endswith(".repeats")
        }
        branches = grown(outline, Known(words, values, is_lost_run or isinstance(record.state, Finished)))
        row = _row(record, state, branches[0])
        return FlowTree(row, tuple(_rows(outline, branches, steps, row, record)))

    def _values(self, step: Record) -> tuple[Any, ...]:
        result = flow_runs.read_result(self.places, step.id)
        return tuple(result) if isinstance(result, list) else ()

    def _steps(self, run_id: str) -> Iterator[Record]:
        for step_id in flow_runs.step_ids(self.places, run_id):
            if record := self._record(step_id):
                yield record

    def _record(self, record_id: str) -> Record | None:
        """A record, read again only where its file is another one."""
        try:
            status = os.stat(forecasts.record_path(self.places, record_id))
        except (FileNotFoundError, NotADirectoryError):
            return None
        mark = catalogue.mark_of(status)
        if record_id in self._records and self._records[record_id][0] == mark:
            return self._records[record_id][1]
        record = forecasts.read_run(self.places, record_id)
        if not isinstance(record, Record):
            return None
        if time.time_ns() - status.st_mtime_ns > catalogue.YOUNG_NANOSECONDS:
            self._records[record_id] = mark, record
        return record


def run_word(places: Places, record: Record) -> str:
    """The state of a run in the words of flows."""
    match record.state:
        case Finished(outcome):
            return _ENDS.get(outcome, outcome.value)
        case Paused():
            return "lost" if is_lost(places, record) else "paused"
        case Running():
            return "lost" if is_lost(places, record) else "running"
    return "lost"  # whoever wrote it was dead before it ran


def step_word(record: Record, is_run_lost: bool = False) -> str:
    """The status of a step in the words of flows, and of one that ended badly how: crashed, killed or timed_out."""
    match record.state:
        case Finished(Outcome.SKIPPED) if record.recovers:
            return Status.KEPT
        case Finished(outcome):
            return _ENDS.get(outcome, outcome.value)
        case Queued() | Staged():
            return Status.READY
    if is_run_lost:
        return "lost"
    return "paused" if isinstance(record.state, Paused) else Status.ACTIVE


def record_key(run: FlowRun, step: Record) -> Key:
    """The key of a step's record; setup and teardown of the flow bear its name."""
    sequence = sequence_of(step.sequence)
    own = (f"{run.name}.setup", f"{run.name}.teardown")
    is_own = step.label in own and len(sequence) == 1
    return (step.label.removeprefix(run.name) if is_own else step.label), sequence


def _row(record: Record, state: str, top: Branch | None = None) -> FlowRow:
    ended = record.state if isinstance(record.state, Finished) else None
    started = getattr(record.state, "started", None) or ""
    return FlowRow(
        id=record.id,
        name=record.label,
        state=state,
        received=record.received,
        started=started,
        finished=ended.finished if ended else "",
        seconds=None if state == "lost" else _seconds(record, now()),
        done=top.done if top else 0,
        total=top.total if top else 0,
        owner=record.owner,
        recovers=record.recovers or "",
        message=ended.message if ended else "",
    )


def _rows(
    outline: Outline, branches: list[Branch], steps: _Steps, row: FlowRow, record: Record | None
) -> Iterator[TreeRow]:
    moment = now()
    for branch in branches:
        found = record if branch.key[0] == ROOT else steps.get(branch.key)
        status = row.state if branch.key[0] == ROOT else branch.status
        yield TreeRow(
            branch=branch, name=label(outline, branch), sequence=sequence_text(branch.key[1]),
            status="skipped" if status == Status.KEPT else str(status), record_id=found.id if found else "",
            seconds=_seconds(found, moment) if found else None, attempts=found.attempt if found else 0,
            message=_message(found) if found else "",
        )  # fmt: skip


def _seconds(record: Record, moment: str) -> float | None:
    """For how long it ran, pauses taken away."""
    match record.state:
        case Finished(_, finished, started) if started:
            return seconds_between(started, finished)
        case Running(_, started, held):
            return seconds_between(started, moment) - held
        case Paused(_, started, since, held):
            return seconds_between(started, since) - held
    return None


def _message(record: Record) -> str:
    """What is told of its end, and until then why it runs."""
    if isinstance(record.state, Finished) and record.state.message:
        return record.state.message
    reason = str(record.summary.get("reason") or "")
    return f"recovery: {reason}" if reason and reason != "starts anew" else ""

"""Rows that tell of flows and their steps: in the words of flows, with how long each took.

A container has no record of its own: its time goes from the first of its steps that began to the last that ended.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ef_engine.flows.course import Status
from ef_engine.flows.outline import ROOT, Key, Outline, sequence_of, sequence_text
from ef_engine.flows.tree import Branch, label
from ef_engine.store.claims import is_lost
from ef_engine.store.clock import now, seconds_between
from ef_engine.store.flow_runs import FlowRun
from ef_engine.store.places import Places
from ef_engine.store.records import Record
from ef_engine.store.states import Finished, Outcome, Paused, Queued, Running, Staged

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


Steps: TypeAlias = Mapping[Key, Record]
"""The records of steps by what they are of."""


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


def flow_row(record: Record, state: str, top: Branch | None = None) -> FlowRow:
    """The row of a run that stands so; without its tree's `top` of a run that has none."""
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


def tree_rows(
    outline: Outline, branches: list[Branch], steps: Steps, row: FlowRow, record: Record | None
) -> Iterator[TreeRow]:
    """The rows of a tree, each with what its record among the steps, or that of the run, says."""
    moment = now()
    for place, branch in enumerate(branches):
        found = record if branch.key[0] == ROOT else steps.get(branch.key)
        status = row.state if branch.key[0] == ROOT else branch.status
        seconds = _seconds(found, moment) if found else _span(steps, branches, place, moment)
        yield TreeRow(
            branch=branch, name=label(outline, branch), sequence=sequence_text(branch.key[1]),
            status="skipped" if status == Status.KEPT else str(status), record_id=found.id if found else "",
            seconds=None if status == "lost" else seconds,  # nobody knows when its process ended
            attempts=found.attempt if found else 0,
            message=_message(found) if found else "",
        )  # fmt: skip


def _span(steps: Steps, branches: Sequence[Branch], place: int, moment: str) -> float | None:
    """From the first step below a branch that began to the last that ended; to the moment, while one runs."""
    begun, ended = [], []
    for branch in branches[place + 1 :]:
        if len(branch.last) <= len(branches[place].last):
            break
        if step := steps.get(branch.key):
            match step.state:
                case Finished(_, finished, started) if started:
                    begun.append(started)
                    ended.append(finished)
                case Running(_, started, _) | Paused(_, started, _, _):
                    begun.append(started)
                    ended.append(moment)
    return seconds_between(min(begun), max(ended)) if begun else None


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

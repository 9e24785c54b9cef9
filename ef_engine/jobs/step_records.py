"""What one run of a flow writes down of its steps: a record for each time of one, and what a worker is told of it.

Of a step that runs, only its beginning is written here: its worker writes the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ef_engine.flows.arguments import resolved
from ef_engine.flows.course import Course, Status, is_repeats
from ef_engine.flows.outline import Key, Outline, sequence_text
from ef_engine.flows.recovery import Earlier
from ef_engine.jobs.attempt import note_end
from ef_engine.jobs.flow_inputs import fingerprint, inputs_of, lookup_for
from ef_engine.jobs.order import StepOrder
from ef_engine.store import flow_runs, forecasts, journal
from ef_engine.store.clock import now
from ef_engine.store.events import Kind
from ef_engine.store.flow_runs import FlowRun
from ef_engine.store.places import Places
from ef_engine.store.records import Record
from ef_engine.store.states import Outcome, Queued
from ef_engine.store.transitions import Finish, after

_UNRUN = {
    Status.SKIPPED: (Outcome.SKIPPED, "it was not needed"),
    Status.UPSTREAM_FAILED: (Outcome.UPSTREAM_FAILED, "what it waits for failed"),
}


@dataclass(slots=True)
class StepRecords:
    """The records of a run's steps; `reasons` say why they run, `count` is how many there are."""

    places: Places
    run: FlowRun
    outline: Outline
    reasons: Mapping[Key, str]
    count: int = field(init=False, default=0)
    _ids: dict[Key, str] = field(init=False, default_factory=dict)

    def result(self, key: Key) -> Any:
        """What a step gave, as a plain value; None where there is nothing."""
        return flow_runs.read_result(self.places, self._ids[key]) if key in self._ids else None

    def queued(self, key: Key, course: Course) -> Record:
        """The record of a step that is about to begin, written."""
        inputs = inputs_of(self.outline, key, course.values, self.result, Path(self.run.directory))
        reason = {"reason": self.reasons[key]} if key in self.reasons else {}
        return self.queued_again(self._new(key, {"inputs": inputs, **reason}, fingerprint(inputs)))

    def queued_again(self, record: Record) -> Record:
        """The record as waiting for its next try, written."""
        queued = replace(record, state=Queued(now()))
        forecasts.write_record(self.places, queued)
        journal.note(self.places, Kind.RECEIVED, record.id, owner=record.owner, tracking=record.tracking)
        return queued

    def order(self, key: Key, record: Record, course: Course) -> StepOrder:
        """What a worker is told."""
        lookup = lookup_for(self.outline, key, course.values, self.result)
        around = self.outline.values_around(key, course.values)
        return StepOrder(
            places=self.places,
            record_id=record.id,
            owner=self.run.owner,
            work=resolved(self.outline.work_of(key), lookup),
            values=tuple(value for _, value in around),
            directory=self.run.directory,
            path=self.run.path,
            environment={
                "EF_STEP_ID": record.id,
                "EF_STEP_NAME": record.label,
                "EF_STEP_SEQUENCE": record.sequence,
                "EF_STEP_RECOVERY": str(self.run.recovery),
            },
            is_list=is_repeats(key),
        )

    def note_kept(self, key: Key, before: Earlier) -> None:
        """The step of an earlier run under this one: its result first, so that its record is never without."""
        record = self._new(key, {"inputs": dict(before.inputs)}, fingerprint(before.inputs), before.id)
        flow_runs.write_result(self.places, record.id, flow_runs.read_result(self.places, before.id))
        self._finish_unrun(record, Outcome.SKIPPED, f"succeeded as {before.id}")

    def note_never_run(self, course: Course) -> None:
        """Steps that will never run in this flow, because of what became of others."""
        for key, status in course.statuses.items():
            if status in _UNRUN and self._is_step(key):
                self._finish_unrun(self._new(key, {}, None), *_UNRUN[status])

    def _new(self, key: Key, summary: dict[str, Any], mark: str | None, recovers: str | None = None) -> Record:
        """A new record of a step, not written yet; setup and teardown of the flow bear its own name."""
        self.count += 1
        self._ids[key] = flow_runs.step_id(self.run.id, self.count)
        return Record(
            id=self._ids[key], kind="step", label=f"{self.run.name}{key[0]}" if key[0].startswith(".") else key[0],
            owner=self.run.owner, state=Queued(now()), received=now(), tracking=self.run.id, parent=self.run.id,
            fingerprint=mark, summary=summary, sequence=sequence_text(key[1]), recovers=recovers,
        )  # fmt: skip

    def _is_step(self, key: Key) -> bool:
        """Whether the key is that of a step in one pass of what is around it, containers among them."""
        node = self.outline.nodes.get(key[0])
        return node is not None and node.depth > 0 and len(key[1]) == node.depth

    def _finish_unrun(self, record: Record, outcome: Outcome, message: str) -> None:
        """Writes the record once, as ended: half a story would be taken for a step to be run again."""
        finished = after(record, Finish(outcome, now(), message))
        forecasts.write_record(self.places, finished)
        note_end(self.places, finished)

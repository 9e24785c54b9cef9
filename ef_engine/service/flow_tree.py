"""Flows for those who watch them: every run with how far it is, and the tree of one.

Whoever keeps a `FlowWatch` pays for what changed alone; what a run that is over looked like is remembered for good.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ef_engine.errors import EfError
from ef_engine.flows.course import Status
from ef_engine.flows.outline import Outline
from ef_engine.flows.tree import Known, grown
from ef_engine.jobs.flow_plan import key_of, read_outline
from ef_engine.service.flow_tree_rows import FlowRow, TreeRow, flow_row, record_key, run_word, step_word, tree_rows
from ef_engine.service.flows import request_of_name
from ef_engine.store import catalogue, declared_flows, flow_runs, forecasts
from ef_engine.store.flow_runs import FlowRun
from ef_engine.store.places import Places
from ef_engine.store.records import Record
from ef_engine.store.states import Finished

DECLARED = "declared"


@dataclass(frozen=True, slots=True)
class FlowTree:
    """A run and its tree, the flow on top; `problem` says why there is none."""

    run: FlowRow
    rows: tuple[TreeRow, ...] = ()
    problem: str = ""


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
        return FlowTree(row, tuple(tree_rows(outline, grown(outline, Known({})), {}, row, None)))

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
            return FlowTree(flow_row(record, run_word(self.places, record)), (), str(error))
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
        row = flow_row(record, state, branches[0])
        return FlowTree(row, tuple(tree_rows(outline, branches, steps, row, record)))

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

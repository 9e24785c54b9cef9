"""What the steps of flows had run, as part of those flows: a flow's tracking is that of everything it started.

A record says of which set it is. That a step asked for its latest attempt is told by the step.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ef_engine.service.family import parent_of
from ef_engine.store.places import Places
from ef_engine.store.rows import Row


@dataclass(frozen=True, slots=True)
class Callers:
    """The steps that called records, by the ids of those."""

    steps: Mapping[str, str]

    def trackings(self, row: Row) -> tuple[str, ...]:
        """The ids of all a record is part of, the nearest first: its set, and the flow a step of which runs that."""
        found = dict.fromkeys(filter(None, [row.tracking]))
        step = self.steps.get(row.id) or self.steps.get(row.tracking or "")
        while step and (flow := step.partition(".")[0]) not in found:
            found[flow] = None
            step = self.steps.get(flow)
        return tuple(found)

    def with_caller(self, row: Row) -> Row:
        """The row with the tracking of the whole; what was made from nothing else comes from the step."""
        trackings = self.trackings(row)
        if not trackings or trackings[-1] == row.tracking:
            return row
        return row._replace(tracking=trackings[-1], parent=parent_of(row) or self.steps.get(row.id))


def callers_of(places: Places, rows: Iterable[Row]) -> Callers:
    """Who called these records, all of a workspace; a call counts until somebody else runs the same again."""
    attempts = {row.id: row.attempt or 0 for row in rows}
    runs = [row.id for row in rows if row.kind == "flow"]
    if not runs:
        return Callers({})
    from ef_engine.store import flow_calls

    calls = flow_calls.callers(places, runs)
    return Callers({each: step for each, attempt in attempts.items() if (step := calls.get((each, attempt)))})

"""What an action is about: one forecast, set, file, flow or step, wherever it stands."""

from __future__ import annotations

from dataclasses import dataclass

from ef_engine.service.in_progress import InProgress
from ef_engine.service.listing import GROUPS, Row

LOADED, STAGED, IN_PROGRESS, EVALUATED = GROUPS
FLOWS = "flows"
"""The group of what stands on the screen of flows."""

FLOW, STEP, SCHEDULE = "flow", "step", "schedule"


@dataclass(frozen=True, slots=True)
class Subject:
    """`id` is a path for what is only loaded; `state` the word a list shows; dates are ISO text, empty for none.

    `of` is empty for forecasts and sets. `flow` is the name of the flow that it is, or is a step of; it `is_busy` while
    one of its runs is under way. One that never ran has no id.
    """

    id: str
    state: str
    group: str
    is_set: bool
    label: str = ""
    start: str = ""
    end: str = ""
    of: str = ""
    flow: str = ""
    is_busy: bool = False

    @property
    def kind(self) -> str:
        """The word of the command line; a step is one of its flow."""
        if self.of:
            return FLOW
        return "forecastset" if self.is_set else "forecast"

    @property
    def name(self) -> str:
        """What people call it."""
        return self.label or self.id


def subject_of(row: Row | InProgress) -> Subject:
    """The subject a row stands for."""
    if isinstance(row, InProgress):
        record = row.record
        is_set, of = record.kind == "set", record.kind if record.kind in (FLOW, STEP) else ""
        dates = record.start_date, record.end_date
        return Subject(record.id, row.word, IN_PROGRESS, is_set, record.label, *dates, of=of)
    is_set = row.kind == "forecastset"
    return Subject(row.id, row.state, row.group, is_set, row.label, row.start or "", row.end or "")

"""What an action is about: one forecast, set or file, whichever pane it stands in."""

from __future__ import annotations

from dataclasses import dataclass

from ef_engine.service.in_progress import InProgress
from ef_engine.service.listing import GROUPS, Row

LOADED, STAGED, IN_PROGRESS, EVALUATED = GROUPS


@dataclass(frozen=True, slots=True)
class Subject:
    """`id` is a path for what is only loaded; `state` the word a list shows; dates are ISO text, empty for none."""

    id: str
    state: str
    group: str
    is_set: bool
    label: str = ""
    start: str = ""
    end: str = ""

    @property
    def kind(self) -> str:
        """The word of the command line."""
        return "forecastset" if self.is_set else "forecast"

    @property
    def name(self) -> str:
        """What people call it."""
        return self.label or self.id


def subject_of(row: Row | InProgress) -> Subject:
    """The subject a row stands for."""
    if isinstance(row, InProgress):
        record = row.record
        is_set = record.kind == "set"
        return Subject(record.id, row.word, IN_PROGRESS, is_set, record.label, record.start_date, record.end_date)
    is_set = row.kind == "forecastset"
    return Subject(row.id, row.state, row.group, is_set, row.label, row.start or "", row.end or "")

"""One look at flows and schedules, as one value, for threads: what the screen of flows shows.

What knows flows and schedules is imported there too, since that takes longer than an event loop may wait.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from ef_engine.service.workspace import Workspace

if TYPE_CHECKING:
    from ef_engine.service.flow_tree import FlowTree, FlowWatch
    from ef_engine.service.flow_tree_rows import FlowRow
    from ef_engine.service.schedule_rows import ScheduleRow

UNDER_WAY = ("running", "paused")


class Seen(NamedTuple):
    """Runs and declared flows, the tree of one of them, and schedules."""

    flows: Sequence[FlowRow]
    tree: FlowTree | None
    schedules: Sequence[ScheduleRow]

    def is_busy(self, name: str) -> bool:
        """Whether a run of the flow is under way."""
        return any(row.name == name and row.state in UNDER_WAY for row in self.flows)

    def seconds_to_next(self, refresh: float) -> float | None:
        """When to look again though nothing happened: times go on while something runs, and due times come.

        None for never; `refresh` are the seconds between two looks.
        """
        runs = any(row.state in UNDER_WAY for row in self.flows)
        if runs or any(row.word == "running" for row in self.schedules):
            return refresh
        due = min((row.next_due for row in self.schedules if row.next_due), default="")
        return max(1.0, (datetime.fromisoformat(due) - present()).total_seconds() + 1.0) if due else None


def present() -> datetime:
    """The present; tests stop it."""
    return datetime.now(UTC)


def step_text(workspace: Workspace, record_id: str) -> Sequence[str]:
    """All that is known of a step."""
    from ef_engine.service.flow_step import step_lines

    return step_lines(workspace.places, record_id)


def schedule_text(workspace: Workspace, name: str) -> Sequence[str]:
    """All that is known of a schedule."""
    from ef_engine.service.schedule_rows import schedule_lines

    return schedule_lines(workspace.places, name, present())


NOTHING = Seen((), None, ())


class FlowLook:
    """Looks again and again, and remembers what does not change any more."""

    def __init__(self, workspace: Workspace) -> None:
        self._places = workspace.places
        self._lock = threading.Lock()

    @cached_property
    def _watch(self) -> FlowWatch:
        from ef_engine.service.flow_tree import FlowWatch

        return FlowWatch(self._places)

    def look(self, wanted: str) -> Seen:
        """Everything; the tree is that of the wanted row, or of the newest."""
        from ef_engine.service.schedule_rows import schedule_rows

        with self._lock:  # a look that nobody waits for any more may not have ended yet
            flows = self._watch.flows()
            chosen = next((row for row in flows if row.key == wanted), flows[0] if flows else None)
            tree = self._watch.tree_of(chosen) if chosen else None
        return Seen(flows, tree, schedule_rows(self._places, present()))

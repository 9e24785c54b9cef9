"""One look at a workspace, as one immutable value: all that the screens know of what lies on disk.

A snapshot that shows nothing new *is* the one before, so whoever holds it compares with `is` and has nothing to do.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from operator import attrgetter

from ef_engine.errors import EfError
from ef_engine.service.in_progress import InProgress, Lookout
from ef_engine.service.listing import GROUPS, Row, list_rows
from ef_engine.service.workspace import Workspace

LOADED, STAGED, IN_PROGRESS, EVALUATED = GROUPS


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a workspace holds: rows by group, what is in progress as `ps` tells it, and what went wrong looking."""

    loaded: tuple[Row, ...] = ()
    staged: tuple[Row, ...] = ()
    in_progress: tuple[InProgress, ...] = ()
    evaluated: tuple[Row, ...] = ()
    problem: str = ""

    @property
    def unfinished(self) -> int:
        """How many run, wait or are paused; what is lost is not under way."""
        return sum(each.word != "lost" for each in self.in_progress)

    def row(self, record_id: str) -> Row | None:
        """The row of an id or path, wherever it stands; what is in progress has none."""
        return next((row for row in (*self.loaded, *self.staged, *self.evaluated) if row.id == record_id), None)


EMPTY = Snapshot()


@dataclass(slots=True)
class SnapshotReader:
    """Reads one snapshot after the other; remembers the last, and for how long each run has stood still."""

    workspace: Workspace
    lookout: Lookout
    last: Snapshot = field(default=EMPTY)

    def read(self) -> Snapshot:
        """The workspace as it is now; the very same object where nothing changed."""
        try:
            found = self._look()
        except (EfError, OSError) as error:
            found = replace(self.last, problem=str(error))
        if found != self.last:
            self.last = found
        return self.last

    def _look(self) -> Snapshot:
        groups: dict[str, list[Row]] = {group: [] for group in GROUPS}
        for row in list_rows(self.workspace.places):
            groups[row.group].append(row)
        return Snapshot(
            loaded=tuple(sorted(groups[LOADED], key=attrgetter("id"))),
            staged=tuple(groups[STAGED]),
            in_progress=tuple(self.lookout.look()),
            evaluated=tuple(groups[EVALUATED]),
        )

"""One look at a workspace, as one immutable value: all that the screens know of what lies on disk.

A snapshot that shows nothing new *is* the one before, so whoever holds it compares with `is` and has nothing to do.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import TypeAlias

from ef_engine.errors import EfError
from ef_engine.service.in_progress import InProgress, Lookout, Thresholds, is_queue_paused
from ef_engine.service.listing import GROUPS, Row
from ef_engine.service.survey import Signs, Survey
from ef_engine.service.workspace import Workspace
from ef_tui.best_scenarios import with_best_scenarios

_log = logging.getLogger(__name__)

NEWER = "newer version"
"""What the note of a row says that only a newer version can read."""

LOADED, EVALUATED = GROUPS[0], GROUPS[3]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a workspace holds: rows by group, what is in progress as `ps` tells it, and what went wrong looking.

    `signs` differ whenever anything happened, for screens that show something else: events, flows, schedules.
    """

    loaded: tuple[Row, ...] = ()
    staged: tuple[Row, ...] = ()
    in_progress: tuple[InProgress, ...] = ()
    evaluated: tuple[Row, ...] = ()
    is_queue_paused: bool = False
    problem: str = ""
    signs: Signs = ()

    @property
    def warning(self) -> str:
        """What somebody should know who looks at this: what went wrong, or what a newer version wrote."""
        if self.problem:
            return self.problem
        newer = sum(row.state == "unreadable" and NEWER in row.note for row in self.evaluated)
        if not newer:
            return ""
        if newer == 1:
            return "One record was written by a newer version of ef; upgrade ef to see it."
        return f"{newer:,} records were written by a newer version of ef; upgrade ef to see them."

    @property
    def unfinished(self) -> int:
        """How many run, wait or are paused; what is lost is not under way."""
        return sum(each.word != "lost" for each in self.in_progress)

    def row(self, record_id: str) -> Row | None:
        """The row of an id or path, wherever it stands; what is in progress has none."""
        return next((row for row in (*self.loaded, *self.staged, *self.evaluated) if row.id == record_id), None)


EMPTY = Snapshot()

WithDatabase: TypeAlias = Callable[[list[Row]], list[Row]]
"""Adds to the rows of a workspace those of a database."""

DATABASE_SECONDS = 5.0
"""A database, perhaps far away, is asked at most so often where nothing changed here."""


@dataclass(slots=True)
class SnapshotReader:
    """Reads one snapshot after the other; remembers the last, and for how long each run has stood still."""

    workspace: Workspace
    survey: Survey
    lookout: Lookout
    with_database: WithDatabase | None = None
    last: Snapshot = field(default=EMPTY)
    _was_there: bool = False
    _asked: float = -DATABASE_SECONDS
    _rows: tuple[Row, ...] | None = None
    _groups: tuple[tuple[Row, ...], ...] = ((), (), (), ())

    def read(self) -> Snapshot:
        """The workspace as it is now; the very same object where nothing changed."""
        try:
            found = self._look()
        except (EfError, OSError) as error:
            found = replace(self.last, problem=str(error))
        except Exception as error:  # whatever it is, the next look may succeed, and the old one is still worth seeing
            _log.exception("a look at the workspace failed")
            found = replace(self.last, problem=f"The workspace cannot be read ({type(error).__name__}: {error}).")
        if found != self.last:
            self.last = found
        return self.last

    def _look(self) -> Snapshot:
        rows = self.survey.look()
        is_due = self.with_database is not None and time.monotonic() >= self._asked + DATABASE_SECONDS
        if rows is not self._rows or is_due:
            self._rows, self._groups = rows, _grouped(self._extended(rows))
        loaded, staged, _, evaluated = self._groups
        return Snapshot(
            loaded=loaded,
            staged=staged,
            in_progress=tuple(self.lookout.look()),
            evaluated=evaluated,
            is_queue_paused=is_queue_paused(self.workspace.places),
            signs=self.survey.signs,
            problem=self._gone(),
        )

    def _gone(self) -> str:
        """Whether somebody took the workspace away; one that is new has no directory yet."""
        data = self.workspace.places.data
        is_there = data.is_dir()
        self._was_there |= is_there
        return f"The workspace is gone: there is no {data} any more." if self._was_there and not is_there else ""

    def _extended(self, rows: tuple[Row, ...]) -> tuple[Row, ...]:
        """The rows, with what the database adds where one is looked at."""
        if self.with_database is None:
            return rows
        self._asked = time.monotonic()
        return tuple(self.with_database(list(rows)))


def reader_of(
    workspace: Workspace, thresholds: Thresholds | None = None, with_database: WithDatabase | None = None
) -> SnapshotReader:
    """A reader that has seen nothing yet."""
    survey, lookout = Survey(workspace.places), Lookout(workspace.places, thresholds)
    return SnapshotReader(workspace, survey, lookout, with_database)


def _grouped(rows: tuple[Row, ...]) -> tuple[tuple[Row, ...], ...]:
    """The rows by group, files by name, evaluated sets with what their best scenarios came to."""
    groups: dict[str, list[Row]] = {group: [] for group in GROUPS}
    for row in rows:
        groups[row.group].append(row)
    groups[LOADED].sort(key=attrgetter("id"))
    groups[EVALUATED] = with_best_scenarios(groups[EVALUATED])
    return tuple(tuple(groups[group]) for group in GROUPS)

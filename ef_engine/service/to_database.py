"""`run --to database`: results go into a database in bulk, while others are still computed.

The files stay as they are: whatever becomes of the database, `ef_cli export` stores them later.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ef_engine.errors import CommandError, EfError
from ef_engine.service.exchange import export_alone, prepare
from ef_engine.service.run_forecast import Ran
from ef_engine.service.workspace import Workspace
from ef_engine.store import forecasts
from ef_engine.store.records import Record
from ef_engine.store.states import Finished

if TYPE_CHECKING:
    from ef_engine.sources.database.target import Target

AT_ONCE = 200
"""How many are stored in one transaction at most."""

PATIENCE_SECONDS = 5.0
"""How long one that has ended waits for others to be stored with."""


def stored(workspace: Workspace, target: Target, results: Iterable[Ran]) -> Iterator[Ran]:
    """The same results, each stored soon after it ended, and all when the last one has.

    The database is looked at first: EfError where it cannot hold them, before anything is run. If it fails later,
    everything still runs to its end, and then CommandError says what is not stored.
    """
    prepare(target)
    yield from _Storing(workspace, target).through(results)


class _Storing:
    """What has ended and is not stored yet."""

    def __init__(self, workspace: Workspace, target: Target) -> None:
        self._workspace, self._target = workspace, target
        self._waiting: list[str] = []
        self._since = 0.0
        self._error: EfError | None = None

    def through(self, results: Iterable[Ran]) -> Iterator[Ran]:
        for result in results:
            yield result
            if not self._waiting:
                self._since = time.monotonic()
            self._waiting.append(result.id)
            if len(self._waiting) >= AT_ONCE or time.monotonic() - self._since > PATIENCE_SECONDS:
                self._store()
        self._store()
        if self._error:
            count = len(self._waiting)
            problem = f"{count} {'is' if count == 1 else 'are'} not stored in {self._target}: {self._error}"
            raise CommandError(problem.rstrip("."), "`ef_cli export --all` stores what is finished")

    def _store(self) -> None:
        """Stores what waits; after a failure it only goes on waiting."""
        if self._error:
            return
        found = forecasts.read_some(self._workspace.places, self._waiting).values()
        ended = [each.id for each in found if isinstance(each, Record) and isinstance(each.state, Finished)]
        try:
            export_alone(self._workspace, self._target, ended)
            self._waiting = []
        except EfError as error:
            self._error = error

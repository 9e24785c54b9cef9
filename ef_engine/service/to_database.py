"""`run --to database`: results go into a database in bulk, while others are still computed.

The files stay as they are: whatever becomes of the database, `ef_cli export` stores them later.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
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
"""What has waited so long for others to be stored with goes with the next that ends."""


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

    def through(self, results: Iterable[Ran]) -> Iterator[Ran]:
        try:
            for result in results:
                yield result
                if not self._waiting:
                    self._since = time.monotonic()
                self._waiting.append(result.id)
                if len(self._waiting) >= AT_ONCE or time.monotonic() - self._since > PATIENCE_SECONDS:
                    with suppress(EfError):  # tried again with those that come
                        self._store()
        finally:
            self._store_the_last()

    def _store_the_last(self) -> None:
        try:
            self._store()
        except EfError as error:
            count = len(self._ended())
            problem = f"{count} {'is' if count == 1 else 'are'} not stored in {self._target}: {error}".rstrip(".")
            raise CommandError(problem, "`ef_cli export --all` stores what is finished") from error

    def _store(self) -> None:
        """Stores what waits, in one transaction; what somebody runs again meanwhile is theirs."""
        self._since = time.monotonic()
        if ended := self._ended():
            export_alone(self._workspace, self._target, ended)
        self._waiting = []

    def _ended(self) -> list[str]:
        found = forecasts.read_some(self._workspace.places, self._waiting).values()
        return [each.id for each in found if isinstance(each, Record) and isinstance(each.state, Finished)]

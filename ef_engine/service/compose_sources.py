"""Where a set-up takes its forecasts and sets from: files, and the input tables of databases.

A database is only looked at when something is to be done, never when the document is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from ef_engine.errors import NotFoundError
from ef_engine.service import database
from ef_engine.service.inputs import Changes, read_input
from ef_engine.service.stage import stage_file
from ef_engine.service.workspace import Workspace

if TYPE_CHECKING:
    from ef_engine.sources.database.target import Target
    from ef_engine.sources.loaded import Loaded


@dataclass(frozen=True, slots=True)
class FileSource:
    """A JSON document or a workbook."""

    path: Path

    def read(self, _: Workspace, changes: Changes, kind: str) -> Loaded:
        """What is there, changed; raises InputError, NotFoundError, CommandError."""
        return read_input(self.path, changes, kind)

    def stage(self, workspace: Workspace, changes: Changes, kind: str) -> None:
        """Stages it and writes its id into the file."""
        stage_file(workspace, self.path, changes, kind)


@dataclass(frozen=True, slots=True)
class TableSource:
    """The input tables of whoever works in the workspace.

    `settings` are `--database_*` options by name, none for a file in the workspace; a password among them is a Secret.
    `options` are those of a forecast, for which tables have no place.
    """

    settings: Mapping[str, str | None]
    options: Mapping[str, object]

    def target(self, workspace: Workspace) -> Target:
        """The database."""
        return database.target_of(self.settings, workspace.places)

    def read(self, workspace: Workspace, changes: Changes, kind: str) -> Loaded | None:
        """What the rows make; None while there are none, or no tables yet. Raises InputError, CommandError."""
        from ef_engine.service.stage_database import read_tables

        try:
            return read_tables(workspace, self.target(workspace), changes, kind, self.options)[0]
        except NotFoundError:
            return None

    def stage(self, workspace: Workspace, changes: Changes, kind: str) -> None:
        """Stages what the rows make; they stay."""
        from ef_engine.service.stage_database import stage_tables

        stage_tables(workspace, self.target(workspace), changes, kind, options=self.options)


Source: TypeAlias = FileSource | TableSource

"""Staging and restaging for threads, and the options that say the same on a command line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ef_engine.service.errand import ingested
from ef_engine.service.inputs import Changes
from ef_engine.service.restage import restage
from ef_engine.service.rights import Right
from ef_engine.service.stage import stage_file
from ef_engine.service.workspace import Workspace
from ef_tui.verbs import enqueue


def change_words(changes: Changes) -> list[str]:
    """The options of a command that mean these changes."""
    options = {
        "start_date": changes.start_date, "end_date": changes.end_date, "forecast_label": changes.label,
    }  # fmt: skip
    return [word for name, value in options.items() if value is not None for word in (f"--{name}", value)]


def stage_one(workspace: Workspace, path: Path, changes: Changes, is_run: bool) -> str:
    """Stages a file, and queues it where `is_run`; what came of it in sentences."""
    workspace.require(Right.STAGE)
    staged = ingested(workspace, f"stage {path.name}", lambda: stage_file(workspace, path, changes))
    if is_run:
        enqueue(workspace, [staged.id])
    return " ".join((staged.summary, *staged.notes))


def restage_all(workspace: Workspace, ids: Sequence[str], changes: Changes) -> str:
    """Stages a changed copy of each."""
    workspace.require(Right.STAGE)
    return " ".join(restage(workspace, record_id, changes).summary for record_id in ids)

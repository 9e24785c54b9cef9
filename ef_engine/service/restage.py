"""`restage`: the same content with other dates becomes a forecast or set of its own; the original stays."""

from __future__ import annotations

from ef_engine.service.inputs import Changes, read_stored
from ef_engine.service.protect import check_unlocked
from ef_engine.service.stage import Staged, stage_input
from ef_engine.service.workspace import Workspace


def restage(workspace: Workspace, record_id: str, changes: Changes) -> Staged:
    """Stages the stored input of a full id with the changes; the new one records its parent. HeldError if locked."""
    check_unlocked(workspace.places, record_id)
    return stage_input(workspace, read_stored(workspace.places, record_id, changes), parent=record_id)

"""`stage` from a database: its input tables, or one SELECT a dataset.

With `flush` the rows that were staged are deleted. The order is such that nothing can be lost: first the forecast is
safe in the workspace, then the rows go. If they cannot go, what is new in the workspace goes again; unless nobody can
tell whether they are gone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from ef_engine.errors import EfError, NotFoundError, UnavailableError
from ef_engine.service.inputs import Changes, id_of_content
from ef_engine.service.relabel import relabel
from ef_engine.service.stage import Staged, stage_input
from ef_engine.service.workspace import Workspace
from ef_engine.store import forecasts
from ef_engine.store.records import Record

if TYPE_CHECKING:
    from ef_engine.sources.database.input_rows import Frame, Rows
    from ef_engine.sources.database.target import Target
    from ef_engine.sources.loaded import Loaded

MOST_ATTEMPTS = 10
"""How often a flush is tried while others change the same rows."""


def stage_tables(
    workspace: Workspace,
    target: Target,
    changes: Changes,
    kind: str | None = None,
    *,
    options: Mapping[str, object] | None = None,
    flush: bool = False,
) -> Staged:
    """Stages what the user's input tables hold: `kind`, or what there is. InputError, NotFoundError, HeldError."""
    from ef_engine.sources.database.failures import ConflictError

    frame = frame_of(changes, options)
    if not flush:
        return _stage(workspace, target, frame, kind)
    for _ in range(MOST_ATTEMPTS - 1):
        try:
            return _stage_and_flush(workspace, target, frame, kind)
        except ConflictError:
            continue
    return _stage_and_flush(workspace, target, frame, kind)


def stage_selects(
    workspace: Workspace,
    target: Target,
    changes: Changes,
    queries: Mapping[str, str],
    options: Mapping[str, object] | None = None,
) -> Staged:
    """Stages what the SELECTs yield; `queries` by dataset, an empty one for a dataset without rows."""
    from ef_engine.sources.database import selects
    from ef_engine.sources.database.input_rows import read_rows

    rows = selects.run(target, workspace.owner, queries)
    read, notes = read_rows(rows, frame_of(changes, options), rows.kind, "the SELECTs")
    return _with_notes(stage_input(workspace, read), notes)


def frame_of(changes: Changes, options: Mapping[str, object] | None = None) -> Frame:
    """What the command line says beside the rows."""
    from ef_engine.sources.database.input_rows import Frame

    approximate = {"approximate": True} if changes.approximate else {}
    return Frame(
        start_date=changes.start_date,
        end_date=changes.end_date,
        label=changes.label or "",
        options={**(options or {}), **approximate},
    )


def _stage(workspace: Workspace, target: Target, frame: Frame, kind: str | None) -> Staged:
    from ef_engine.sources.database import inputs, schema
    from ef_engine.sources.database.connect import reading

    with reading(target) as connection:
        schema.check(connection, target)
        rows = inputs.read(connection, workspace.owner, kind)
    read, notes = _checked(workspace, target, frame, kind, rows)
    return _with_notes(stage_input(workspace, read), notes)


def _checked(
    workspace: Workspace, target: Target, frame: Frame, kind: str | None, rows: Rows
) -> tuple[Loaded, tuple[str, ...]]:
    """What the rows make, with sentences about what was filled in."""
    from ef_engine.sources.database.input_rows import read_rows

    if rows.is_empty:
        problem = f"the input tables of {workspace.owner} are empty in {target}"
        raise NotFoundError(problem, "fill them, or name another user with --username")
    return read_rows(rows, frame, kind or rows.kind, str(target))


def _with_notes(staged: Staged, notes: tuple[str, ...]) -> Staged:
    return replace(staged, notes=(*notes, *staged.notes))


def _stage_and_flush(workspace: Workspace, target: Target, frame: Frame, kind: str | None) -> Staged:
    from ef_engine.sources.database import inputs, schema
    from ef_engine.sources.database.connect import uncommitted

    with uncommitted(target) as (connection, commit):
        schema.check(connection, target)
        rows = inputs.read(connection, workspace.owner, kind, to_flush=True)
        read, notes = _checked(workspace, target, frame, kind, rows)
        before = _standing(workspace, read)
        staged = _with_notes(stage_input(workspace, read), notes)
        try:
            gone = inputs.delete_read(connection, rows)
        except BaseException:
            _undo(workspace, staged, *before)
            raise
        _commit(commit, staged)
    return staged.with_note(f"The input tables of {workspace.owner} are empty now: {gone} rows.")


def _commit(commit: Callable[[], None], staged: Staged) -> None:
    """Whoever is not answered here cannot know what happened, so what is staged stays."""
    try:
        commit()
    except EfError as error:
        problem = f"{staged.id} is staged, but the input tables may not have been emptied ({error})"
        raise UnavailableError(problem, "look at them before you fill them again") from error


def _standing(workspace: Workspace, read: Loaded) -> tuple[set[str], str | None]:
    """The ids that are known, and the label that this content has among them."""
    known = forecasts.read_record(workspace.places, id_of_content(read.value))
    return forecasts.known_ids(workspace.places), known.label if isinstance(known, Record) else None


def _undo(workspace: Workspace, staged: Staged, known: set[str], label: str | None) -> None:
    """Takes back what staging did: what is new goes, and what was known has its label again."""
    record = forecasts.known(workspace.places, staged.id)
    forecasts.unstage(workspace.places, {staged.id, *(member.id for member in record.members)} - known)
    if label is not None and record.label != label:
        relabel(workspace.places, record, label)

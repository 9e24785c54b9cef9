"""Actions on flows as calls of the service, for threads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ef_engine.service.rights import Right
from ef_engine.service.workspace import Workspace
from ef_tui.subjects import Subject

if TYPE_CHECKING:
    from ef_engine.service.flows import Request, Started


@dataclass(frozen=True, slots=True)
class Recovery:
    """A recovery that was thought through and not begun: `rows` say what is done with which step, and why."""

    request: Request
    rows: Sequence[tuple[str, str, str]]


def run_anew(workspace: Workspace, subject: Subject) -> Started:
    """Starts a flow from its beginning, as its file is now; the earlier runs stay."""
    workspace.require(Right.RUN)
    from ef_engine.service.flows import as_of, request_of_name, start

    return start(workspace.places, as_of(workspace, request_of_name(workspace.places, subject.flow)))


def think_through(workspace: Workspace, subject: Subject) -> Recovery:
    """What a recovery of a run would repeat, and why; nothing is begun."""
    workspace.require(Right.RUN)
    from ef_engine.service.flows import as_of, dry_run, request_of_name, with_recovery

    request = as_of(workspace, request_of_name(workspace.places, subject.flow))
    request = with_recovery(workspace.places, request, run_of(subject))
    return Recovery(request, dry_run(workspace.places, request).rows)


def recover(workspace: Workspace, recovery: Recovery) -> Started:
    """Begins it."""
    workspace.require(Right.RUN)
    from ef_engine.service.flows import start

    return start(workspace.places, recovery.request)


def unschedule(workspace: Workspace, subjects: Sequence[Subject], width: int) -> str:
    """Removes a schedule."""
    workspace.require(Right.SCHEDULE)
    from ef_engine.service.schedules import remove

    remove(workspace.places, subjects[0].id)
    return f"Removed schedule {subjects[0].name}."


def run_of(subject: Subject) -> str:
    """The id of the run that a run, or a step of one, belongs to."""
    return subject.id.partition(".")[0]

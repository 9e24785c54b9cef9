"""Where forecasts run, chosen while a program is open: whether that works is asked of the cluster first."""

from __future__ import annotations

from dataclasses import replace

from ef_engine.jobs.engines import check_engine
from ef_engine.service.rights import Right
from ef_engine.service.workspace import Workspace


def running_at(workspace: Workspace, engine: str, scheduler: str) -> tuple[Workspace, str]:
    """The workspace with its forecasts run there from now on, and what the user should know, or an empty text.

    May take seconds. Raises CommandError or NotFoundError where nothing could run there, ForbiddenError for somebody
    who may run nothing.
    """
    workspace.require(Right.RUN)
    note = check_engine(engine, scheduler)
    return replace(workspace, engine=engine, scheduler=scheduler), note

"""Where forecasts run, for as long as the dashboard is open: asked for, taken, and named in every command."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ef_engine.service.workspace import Workspace
from ef_tui.actions import READ_ONLY
from ef_tui.commands import command_text
from ef_tui.screens.base import EfScreen
from ef_tui.session import Session

if TYPE_CHECKING:
    from ef_tui.app import EfApp
    from ef_tui.screens.engine import Taken

RUNNING = frozenset({"run", "restart"})
"""Commands that say where forecasts run."""


def choose_engine(app: EfApp) -> None:
    """Asks where forecasts shall run; what was queued before stays where it is."""
    if app.session.is_read_only:
        app.warn(f"where forecasts run: {READ_ONLY}.")
        return
    from ef_tui.screens.engine import EngineForm

    def answered(taken: Taken | None) -> None:
        if taken is not None:
            _take(app, *taken)

    app.push_screen(EngineForm(app.workspace, app.session.scheduler), answered)


def _take(app: EfApp, workspace: Workspace, note: str) -> None:
    app.session = replace(app.session, workspace=workspace, is_engine_chosen=True)
    app.tell(" ".join(part for part in (f"Forecasts run on {where_text(app.session)} from now on.", note) if part))
    for screen in app.screen_stack:
        if isinstance(screen, EfScreen):
            screen.show(app.snapshot)


def where_text(session: Session) -> str:
    """Where forecasts run, for people."""
    workspace = session.workspace
    if workspace.engine == "local":
        return "this machine"
    return workspace.scheduler or "a Dask cluster of their own"


def command_words(session: Session, words: Sequence[str]) -> Sequence[str]:
    """The words of a command, and where it shall run if it runs something and does not say so itself."""
    runs = words[:1] and words[0] in RUNNING and not any(word.startswith("--engine") for word in words)
    return (*words, *session.engine_words) if runs else words


def whole_command(session: Session, words: Sequence[str]) -> str:
    """The command as one types it, to mean this workspace and to run where this dashboard does."""
    return command_text(command_words(session, words), session.words)

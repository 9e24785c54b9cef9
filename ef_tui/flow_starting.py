"""Starting a flow from its beginning, and recovering a run: its plan is shown first, and carried out once agreed to."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from ef_tui.actions import Action
from ef_tui.engine_choice import whole_command
from ef_tui.flow_verbs import Recovery, recover, run_anew, think_through
from ef_tui.screens.plan import PlanScreen
from ef_tui.subjects import Subject

if TYPE_CHECKING:
    from ef_engine.service.flows import Started
    from ef_tui.app import EfApp

GoTo = Callable[[str], object]
"""Is told the id of a run that began."""


def start_anew(app: EfApp, action: Action, subject: Subject, go_to: GoTo) -> None:
    """Starts it."""
    app.show_command(action.commands([subject]))
    app.in_background(
        partial(run_anew, app.workspace, subject), partial(_started, app, subject, go_to), group="flow start"
    )


def ask_to_recover(app: EfApp, action: Action, subject: Subject, go_to: GoTo) -> None:
    """Shows what would be run and skipped, and why; then recovers, if that is agreed to."""
    app.in_background(
        partial(think_through, app.workspace, subject), partial(_ask, app, action, subject, go_to), group="flow start"
    )


def _ask(app: EfApp, action: Action, subject: Subject, go_to: GoTo, recovery: Recovery) -> None:
    def answered(is_agreed: bool | None) -> None:
        if is_agreed:
            app.show_command(action.commands([subject]))
            app.in_background(
                partial(recover, app.workspace, recovery), partial(_started, app, subject, go_to), group="flow start"
            )

    question = f"Recover {subject.flow}, run {recovery.request.recover}?"
    command = whole_command(app.session, action.commands([subject])[0])
    app.push_screen(PlanScreen(question, recovery.rows, command), answered)


def _started(app: EfApp, subject: Subject, go_to: GoTo, started: Started) -> None:
    notes = [note for note in started.notes if "its owner" in note]
    app.tell(" ".join([f"{subject.flow} runs as {started.id}.", *notes]))
    app.look_now()
    go_to(started.id)

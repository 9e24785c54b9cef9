"""Doing an action to what it fits: refused with a reason, asked about first where that is wise, its command shown."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from ef_tui.actions import BY_ID, READ_ONLY, Action
from ef_tui.commands import command_text
from ef_tui.engine_choice import whole_command
from ef_tui.opening import open_comparison, open_log, open_output
from ef_tui.subjects import Subject

if TYPE_CHECKING:
    from ef_tui.app import EfApp


def act(app: EfApp, name: str, subjects: Sequence[Subject]) -> None:
    """Does one of the actions of the panes."""
    do(app, BY_ID[name], subjects)


def do(app: EfApp, action: Action, subjects: Sequence[Subject]) -> None:
    """Does an action to those subjects that it fits; says why where it fits none."""
    if refuses(app, action, subjects):
        return
    fitting = action.fitting(subjects)
    if action.question:
        _ask(app, action, fitting)
    else:
        _do(app, action, fitting)


def refuses(app: EfApp, action: Action, subjects: Sequence[Subject]) -> bool:
    """Whether an action cannot be done; says why."""
    reason = action.why_not(subjects, app.session.is_read_only)
    if reason:
        app.warn(f"{action.title_for(subjects)}: {reason}.")
    return bool(reason)


def _ask(app: EfApp, action: Action, subjects: Sequence[Subject]) -> None:
    from ef_tui.screens.confirm import yes_or_no

    verb = action.title_for(subjects).capitalize()
    what = subjects[0].name if len(subjects) == 1 else f"these {len(subjects)}"

    def answered(answer: str | None) -> None:
        if answer == "y":
            _do(app, action, subjects)

    about = whole_command(app.session, action.commands(subjects)[0])
    app.push_screen(yes_or_no(f"{verb} {what}?", about), answered)


def _do(app: EfApp, action: Action, subjects: Sequence[Subject]) -> None:
    match action.id:
        case "compare":
            app.show_command(action.commands(subjects))
            open_comparison(app, [subject.id for subject in subjects])
        case "restage":
            from ef_tui.restaging import ask_for_dates

            ask_for_dates(app, subjects)
        case "log" | "flow_log":
            app.show_command(action.commands(subjects))
            open_log(app, subjects[0])
        case _:
            _call(app, action, subjects)


def _call(app: EfApp, action: Action, subjects: Sequence[Subject]) -> None:
    assert action.verb is not None
    app.show_command(action.commands(subjects))
    verb = partial(action.verb, app.workspace, subjects, max(40, min(app.size.width - 2, 120)))
    if action.shows_text:
        title = command_text(action.commands(subjects)[0], app.session.words)
        app.in_background(verb, partial(open_output, app, title), group="text")
    else:
        app.in_background(verb, app.done, group="action", is_exclusive=False)


def turn_queue(app: EfApp) -> None:
    """Lets nothing new begin, or lets the queue go on."""
    if app.session.is_read_only:
        app.warn(f"pause queue: {READ_ONLY}.")
        return
    from ef_tui.verbs import turn_queue as turn

    is_paused = app.snapshot.is_queue_paused
    app.show_command([("resume",) if is_paused else ("pause",)])
    app.in_background(partial(turn, app.workspace, is_paused), app.done, group="action")

"""Leaving with work unfinished: it goes on without us, or is waited for, or is stopped."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ef_tui.screens.confirm import Answer, Question
from ef_tui.subjects import subject_of

if TYPE_CHECKING:
    from ef_tui.app import EfApp


def leave(app: EfApp) -> None:
    """Leaves at once where nothing is unfinished, or nothing may be done about it."""
    count = app.snapshot.unfinished
    if not count or app.session.is_read_only or any(isinstance(screen, Question) for screen in app.screen_stack):
        app.exit()
        return
    noun, it, goes = ("forecast is", "it", "it goes") if count == 1 else ("forecasts are", "them", "they go")
    answers = (Answer("k", f"keep {it} going"), Answer("w", f"wait for {it}"), Answer("x", f"kill {it}"))
    about = f"A process of its own looks after {it}, so {goes} on without the dashboard. Esc stays here."
    app.push_screen(Question(f"{count:,} {noun} unfinished.", answers, about), partial(_answered, app))


def _answered(app: EfApp, answer: str | None) -> None:
    match answer:
        case "k":
            app.exit()
        case "w":
            app.leaves_when_done = True
            app.tell("The dashboard closes when nothing is unfinished any more.")
        case "x":
            subjects = [subject_of(each) for each in app.snapshot.in_progress if each.word != "lost"]
            from ef_tui.verbs import kill

            app.show_command([("kill", subject.kind, subject.id) for subject in subjects])
            app.in_background(partial(kill, app.workspace, subjects, 0), lambda _: app.exit(), group="leaving")

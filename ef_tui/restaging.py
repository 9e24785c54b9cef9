"""Staging from the forms: a file, or something known with other dates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ef_engine.service.inputs import Changes
from ef_tui.staging import change_words, stage_one
from ef_tui.subjects import Subject

if TYPE_CHECKING:
    from ef_tui.app import EfApp
    from ef_tui.screens.restage import Restaged


def ask_for_dates(app: EfApp, subjects: Sequence[Subject]) -> None:
    """Asks for other dates and stages what is known with them."""
    from ef_tui.screens.restage import DatesForm

    def staged(restaged: Restaged | None) -> None:
        if restaged is not None:
            changes, sentence = restaged
            app.show_command([("restage", each.kind, "--id", each.id, *change_words(changes)) for each in subjects])
            app.done(sentence)

    app.push_screen(DatesForm(subjects), staged)


def stage(app: EfApp, path: Path, changes: Changes, is_run: bool, then: Callable[[], None]) -> None:
    """Stages a file, and queues it where `is_run`; calls `then` once that is done."""
    verb, end = (("run",), ("--detach",)) if is_run else (("stage",), ())
    app.show_command([(*verb, str(path), *change_words(changes), *end)])

    def done(sentence: str) -> None:
        then()
        app.done(sentence)

    work = partial(stage_one, app.workspace, path, changes, is_run)
    app.in_background(work, done, group="action", is_exclusive=False)

"""New dates for something known: it becomes a forecast of its own, the original stays."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input, Label, Static

from ef_engine.errors import EfError
from ef_engine.service.inputs import Changes
from ef_tui.findings import problem_lines
from ef_tui.screens.base import Dialog
from ef_tui.staging import restage_all
from ef_tui.subjects import Subject
from ef_tui.widgets.box import Box

FIELDS = (("start", "First day"), ("end", "Last day"), ("label", "Label"))


Restaged = tuple[Changes, str]
"""What was changed, and what came of it."""


class DatesForm(Dialog[Restaged]):
    """Stages what is known with other dates and ends with that, or None; says what is wrong with what cannot be."""

    def __init__(self, subjects: Sequence[Subject]) -> None:
        super().__init__()
        self._subjects = subjects

    def compose(self) -> ComposeResult:
        """Three boxes, filled with what is so."""
        subject = self._subjects[0]
        many = len(self._subjects)
        values = {"start": subject.start, "end": subject.end, "label": subject.label if many == 1 else ""}
        with Vertical(classes="dialog"):
            name = subject.name if many == 1 else f"{many} of them"
            yield Static(f"New dates for {name}", classes="question", markup=False)
            for field, title in FIELDS:
                with Horizontal(classes="field"):
                    yield Label(title)
                    yield Box(values[field], id=f"field-{field}", compact=True, placeholder=_PLACEHOLDERS[field])
            yield Static(id="told", classes="-bad", markup=False)
            with Horizontal(classes="answers"):
                yield Button("stage it", id="go", compact=True)
                yield Button("back", id="back", compact=True)

    def on_mount(self) -> None:
        """Begins with the last day, which is what changes most often."""
        self.query_one("#told").display = False
        self.query_one("#field-end", Input).focus()

    @on(Input.Submitted)
    @on(Button.Pressed, "#go")
    def _given(self) -> None:
        values = {field: self.query_one(f"#field-{field}", Input).value.strip() or None for field, _ in FIELDS}
        changes = Changes(start_date=values["start"], end_date=values["end"], label=values["label"])
        ids = [subject.id for subject in self._subjects]
        self.dashboard.in_background(
            partial(restage_all, self.dashboard.workspace, ids, changes),
            lambda sentence: self._staged(changes, sentence),
            failed=self._failed,
            group="action",
            is_exclusive=False,
        )

    def _staged(self, changes: Changes, sentence: str) -> None:
        if self.is_current:
            self.dismiss((changes, sentence))

    def _failed(self, error: Exception) -> None:
        if self.is_current:
            told, width = self.query_one("#told", Static), self.query_one(".question").size.width
            lines = problem_lines(error, width) if isinstance(error, EfError) else [str(error)]
            told.display = True
            told.update("\n".join(lines).rstrip())

    @on(Button.Pressed, "#back")
    def _left(self) -> None:
        self.dismiss(None)


_PLACEHOLDERS = {"start": "2026-01-01", "end": "2026-12-31", "label": "as it is"}

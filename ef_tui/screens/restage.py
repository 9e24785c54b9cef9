"""New dates for something known: it becomes a forecast of its own, the original stays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label, Static

from ef_engine.service.inputs import Changes
from ef_tui.subjects import Subject
from ef_tui.widgets.box import Box

FIELDS = (("start", "First day"), ("end", "Last day"), ("label", "Label"))


class DatesForm(ModalScreen[Changes | None]):
    """Ends with the changes, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "back", show=False)]

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
            with Horizontal(classes="answers"):
                yield Button("stage it", id="go", compact=True)
                yield Button("back", id="back", compact=True)

    def on_mount(self) -> None:
        """Begins with the last day, which is what changes most often."""
        self.query_one("#field-end", Input).focus()

    @on(Input.Submitted)
    @on(Button.Pressed, "#go")
    def _given(self) -> None:
        values = {field: self.query_one(f"#field-{field}", Input).value.strip() for field, _ in FIELDS}
        self.dismiss(
            Changes(
                start_date=values["start"] or None, end_date=values["end"] or None, label=values["label"] or None
            )
        )  # fmt: skip

    @on(Button.Pressed, "#back")
    def _left(self) -> None:
        self.dismiss(None)


_PLACEHOLDERS = {"start": "2026-01-01", "end": "2026-12-31", "label": "as it is"}

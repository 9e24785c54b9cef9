"""What a recovery would do, step by step and why, before anything begins; ends with whether it shall."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Static

from ef_tui.screens.base import Dialog
from ef_tui.widgets.columns import Cell, Column
from ef_tui.widgets.virtual_table import VirtualTable

PlanRow = tuple[str, str, str]
"""What is done, the step, and why."""

_COLUMNS = (Column("Action", 6), Column("Step", 18, grow=1), Column("Reason", 20, grow=2))
_TONES = {"run": "accent", "maybe": "warn"}


class PlanScreen(Dialog[bool]):
    """`question` is asked above the plan, `about` names the command that does it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "dismiss(False)", "no", show=False),
        Binding("y", "dismiss(True)", "yes", show=False),
        Binding("left,h,right,l,tab", "app.focus_next", show=False),
    ]

    def __init__(self, question: str, rows: Sequence[PlanRow], about: str) -> None:
        super().__init__()
        self._question, self._rows, self._about = question, rows, about

    def compose(self) -> ComposeResult:
        """The question, what would be done, and the answers."""
        with Vertical(classes="dialog wide palette"):
            yield Static(self._question, classes="question", markup=False)
            yield Static(summary(self._rows), classes="about", markup=False)
            glyphs = self.dashboard.session.glyphs
            yield VirtualTable[tuple[int, PlanRow]](_COLUMNS, lambda row: str(row[0]), _cells, glyphs=glyphs, id="plan")
            yield Static(self._about, classes="about", markup=False)
            with Horizontal(classes="answers"):
                yield Button("n no", id="no", compact=True)
                yield Button("y yes", id="yes", compact=True)

    def on_mount(self) -> None:
        """Begins with the first step that runs."""
        table = self.query_one("#plan", VirtualTable)
        table.show(list(enumerate(self._rows)))
        first = next((place for place, row in enumerate(self._rows) if row[0] == "run"), 0)
        table.go_to(first)
        table.focus()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")


def summary(rows: Sequence[PlanRow]) -> str:
    """How many steps are run and skipped."""
    counts = Counter(action for action, _, _ in rows)
    if not counts["run"] and not counts["maybe"]:
        return "Nothing has to be run again."
    maybe = f", {counts['maybe']} only if something fails" if counts["maybe"] else ""
    return f"{counts['run']} to run, {counts['skip']} to skip{maybe}"


def _cells(row: tuple[int, PlanRow]) -> Sequence[Cell]:
    action, step, reason = row[1]
    return Cell(action, _TONES.get(action, "muted")), Cell(step), Cell(reason, "muted")

"""Questions: a few answers side by side, each given by its key, by enter or with the mouse. Esc gives none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Static

from ef_tui.screens.base import Dialog


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: the key that gives it, and its words."""

    key: str
    text: str


class Question(Dialog[str]):
    """Ends with the key of the answer, or None for none."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "app.focus_previous", show=False),
        Binding("right,l", "app.focus_next", show=False),
    ]

    def __init__(self, question: str, answers: Sequence[Answer], about: str = "") -> None:
        super().__init__()
        self._question, self._answers, self._about = question, answers, about

    def compose(self) -> ComposeResult:
        """The question above its answers."""
        with Vertical(classes="dialog"):
            yield Static(self._question, classes="question", markup=False)
            if self._about:
                yield Static(self._about, classes="about", markup=False)
            with Horizontal(classes="answers"):
                for answer in self._answers:
                    yield Button(f"{answer.key} {answer.text}", id=f"answer-{answer.key}", compact=True)

    def on_mount(self) -> None:
        """The first answer is the harmless one."""
        self.query(Button).first().focus()
        for answer in self._answers:
            self._bindings.bind(answer.key, f"answer('{answer.key}')", answer.text, show=False)

    def action_answer(self, key: str) -> None:
        """Gives an answer."""
        self.dismiss(key)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.dismiss(str(event.button.id).removeprefix("answer-"))


def yes_or_no(question: str, about: str = "") -> Question:
    """A question that ends with `y`, `n` or None."""
    return Question(question, (Answer("n", "no"), Answer("y", "yes")), about)

"""Which keys there are, made from the bindings: what is listed is what the keys do, whatever the config file says."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from ef_tui.actions import BY_ID
from ef_tui.glyphs import plain
from ef_tui.keymap import EVERYWHERE, SCOPES, every_binding
from ef_tui.screens.base import Dialog
from ef_tui.widgets.text_view import TextView

LAST_WORDS = (
    "The mouse does the same: click a row or the name of a key, double-click to open, ctrl+click to select, click the "
    "title of a column to sort. Keys are changed in the table [dashboard.keys] of the config file, by the names at the "
    "end of the lines."
)


WIDE = 100
"""From how many columns on names stand in a column of their own."""


def help_lines(keys: Mapping[str, str], width: int = WIDE, here: str = EVERYWHERE) -> list[str]:
    """A line a key, scope by scope: its keys, what it does, and the name the config file knows it by.

    First come the keys of `here`, the scope of the screen somebody asks on, and those that count everywhere.

    In fewer columns than `WIDE` the name stands in brackets, and what is too long goes on below.
    """
    lines: list[str] = []
    scope = ""
    for bound in every_binding(keys, tuple(dict.fromkeys((here, EVERYWHERE, *SCOPES)))):
        if bound.scope != scope:
            lines += ["", f"{bound.scope.upper()}"] if lines else [bound.scope.upper()]
            scope = bound.scope
        about = BY_ID[bound.id].about if bound.id in BY_ID and scope == "main screen" else ""
        text = f"{bound.title}: {about}" if about else bound.title
        if width >= WIDE:
            lines.append(f"  {bound.shown:<18}{text:<62}{bound.id}".rstrip())
        else:
            lines += _wrapped(f"  {bound.shown:<15} ", f"{text} [{bound.id}]", width)
    return [*lines, "", *_wrapped("", LAST_WORDS, width)]


def _wrapped(begin: str, text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, initial_indent=begin, subsequent_indent=" " * len(begin))


class HelpScreen(Dialog[None]):
    """The keys, to scroll through."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("question_mark,q,f1", "dismiss(None)", "back", show=False)]

    def __init__(self, keys: Mapping[str, str], here: str = EVERYWHERE) -> None:
        super().__init__()
        self._keys_changed, self._here = keys, here

    def compose(self) -> ComposeResult:
        """The list in a frame."""
        with Vertical(classes="dialog wide"):
            yield Static("Keys", classes="question")
            lines = help_lines(self._keys_changed, min(110, self.app.size.width * 95 // 100) - 7, self._here)
            yield TextView(list(map(plain, lines)) if self.dashboard.session.glyphs.is_ascii else lines)
            yield Static("esc back", classes="about")

    def on_mount(self) -> None:
        """Goes to the list."""
        self.query_one(TextView).focus()

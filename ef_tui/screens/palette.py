"""The palette: type, and what fits is listed below. `:` offers the commands of `ef_cli`, ctrl+p the actions too.

Enter runs what is typed if it is a command, else what the cursor is on; tab takes over what the cursor is on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from ef_tui.commands import why_no_command
from ef_tui.glyphs import plain
from ef_tui.palette import Entry, matching
from ef_tui.screens.base import Dialog
from ef_tui.widgets.box import Box
from ef_tui.widgets.columns import Cell, Column
from ef_tui.widgets.virtual_table import VirtualTable

_ACTIONS = (Column("", 24, grow=2), Column("", 4), Column("", 20, grow=3, spare=1))
_COMMANDS = (Column("", 36, grow=3), Column("", 4), Column("", 20, grow=2, spare=1))


class PaletteScreen(Dialog[Entry | str]):
    """Ends with an action's entry, or with the words of a command."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,ctrl+n", "move(1)", "down", show=False, priority=True),
        Binding("up,ctrl+p", "move(-1)", "up", show=False, priority=True),
        Binding("tab", "take", "complete", show=False, priority=True),
    ]

    def __init__(self, entries: Sequence[Entry], prompt: str) -> None:
        super().__init__()
        self._entries, self._prompt = entries, prompt
        self._columns = _ACTIONS if any(entry.action for entry in entries) else _COMMANDS

    def compose(self) -> ComposeResult:
        """The box above the list."""
        with Vertical(classes="dialog wide palette"):
            yield Box(placeholder=self._prompt, id="typed", compact=True)
            glyphs = self.dashboard.session.glyphs
            yield VirtualTable[Entry](self._columns, _key, _cells, glyphs=glyphs, has_header=False, id="offers")
            hints = "enter run   tab complete   ↑↓ choose   esc back"
            yield Static(plain(hints) if glyphs.is_ascii else hints, classes="about")

    def on_mount(self) -> None:
        """Offers everything."""
        self.offers.can_focus = False
        self.offers.show(list(self._entries))
        self.query_one(Input).focus()

    @property
    def offers(self) -> VirtualTable[Entry]:
        """The list."""
        return self.query_one("#offers", VirtualTable)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self.offers.empty_text = why_no_command(event.value) or "enter runs it as it stands"
        self.offers.show(matching(self._entries, event.value))
        self.offers.go_to(0)

    @on(Input.Submitted)
    def _given(self, event: Input.Submitted) -> None:
        if not why_no_command(event.value):
            self.dismiss(event.value)
        elif (entry := self.offers.cursor) is not None:
            self._choose(entry)

    @on(VirtualTable.Opened)
    def _opened(self) -> None:
        if (entry := self.offers.cursor) is not None:
            self._choose(entry)

    def _choose(self, entry: Entry) -> None:
        if entry.action:
            self.dismiss(entry)
        else:
            self.action_take()

    def action_take(self) -> None:
        """Puts what the cursor is on into the box."""
        entry = self.offers.cursor
        if entry is not None and entry.words:
            box = self.query_one(Input)
            box.value = entry.words
            box.cursor_position = len(entry.words)
            box.focus()

    def action_move(self, rows: int) -> None:
        """Moves through the list while typing."""
        self.offers.action_move(rows)

    def on_key(self, event: events.Key) -> None:
        """Keys of the list that are no text."""
        if event.key in ("pageup", "pagedown"):
            self.offers.action_page(1 if event.key == "pagedown" else -1)


def _key(entry: Entry) -> str:
    return f"{entry.title}\n{entry.about}"


def _cells(entry: Entry) -> Sequence[Cell]:
    return Cell(entry.title), Cell(entry.key, "accent"), Cell(entry.about, "muted")

"""A pane: a titled frame around a table. The title counts what the table holds and says what it was filtered by."""

from __future__ import annotations

from typing import Any

from rich.markup import escape
from textual.app import ComposeResult
from textual.containers import Vertical

from ef_tui.widgets.virtual_table import VirtualTable


class Pane(Vertical):
    """One of the four; `number` is the key that leads to it."""

    def __init__(self, number: int, title: str, table: VirtualTable[Any], *, id: str) -> None:
        super().__init__(id=id, classes="pane")
        self.number, self.name_shown, self.table = number, title, table
        self._count = (0, 0)
        self._filter = ""
        self._entitle()

    def compose(self) -> ComposeResult:
        """The table alone."""
        yield self.table

    @property
    def caption(self) -> str:
        """Number, name and how many there are."""
        shown, total = self._count
        count = f"{shown:,}" if shown == total else f"{shown:,} of {total:,}"
        return f"{self.number} {self.name_shown} {count}"

    def count(self, shown: int, total: int) -> None:
        """Says in the title how many rows are shown of how many."""
        if (shown, total) != self._count:
            self._count = (shown, total)
            self._entitle()

    def say_filter(self, text: str) -> None:
        """Says in the frame what the rows are filtered by; nothing for an empty text."""
        if text != self._filter:
            self._filter = text
            self.border_subtitle = escape(f"/{text}") if text else ""

    def _entitle(self) -> None:
        self.border_title = escape(self.caption)

"""A pane: a titled frame around a table. The title counts its rows, the frame says what they are filtered by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.markup import escape

from ef_engine.service.query import Order, Query, apply, parse
from ef_tui.widgets.virtual_table import VirtualTable

SHORT = ("Loaded", "Staged", "Running", "Done")

NONE_FOUND = "no row passes the filter: esc takes it away"

Value = Callable[[Any, str], object]


class Pane(Vertical):
    """One of the four; `number` is the key that leads to it, `fields` what its rows may be filtered by."""

    def __init__(
        self,
        number: int,
        title: str,
        table: VirtualTable[Any],
        *,
        fields: Sequence[str],
        value: Value = getattr,
        id: str,
    ) -> None:
        super().__init__(id=id, classes="pane")
        self.number, self.title_shown, self.table = number, title, table
        self._fields, self._value = fields, value
        self._all: Sequence[Any] = ()
        self._query = Query()
        self._empty_text = table.empty_text
        self.filter_text = ""
        self._entitle()

    def compose(self) -> ComposeResult:
        """The table alone."""
        yield self.table

    @property
    def tables(self) -> tuple[VirtualTable[Any], ...]:
        """Every table of the pane, the one that the keys go to first."""
        return (self.table,)

    @property
    def caption(self) -> str:
        """Number, name and how many there are."""
        shown, total = len(self.table.rows), len(self._all)
        count = f"{total:,}" if shown == total else f"{shown:,} of {total:,}"
        return f"{self.number} {self.title_shown} {count}"

    @property
    def short_caption(self) -> str:
        """Number, a short name, and how many there are."""
        return f"{self.number} {SHORT[self.number - 1]} {len(self.table.rows):,}"

    @property
    def filter_shown(self) -> str:
        """The filter for the frame, nothing without one."""
        return escape(f"/{self.filter_text}") if self.filter_text else ""

    def show(self, rows: Sequence[Any]) -> bool:
        """Shows these rows, as far as they pass the filter; whether that is anything new."""
        if rows is self._all:
            return False
        self._all = rows
        self._refill()
        return True

    def say_empty(self, text: str) -> None:
        """Says this while there is nothing to filter."""
        self._empty_text = text
        self._refill()

    def filter_by(self, text: str) -> None:
        """Shows only what a query finds; raises CommandError, and changes nothing, for one that makes no sense."""
        text = as_query(text)
        query = parse(text, self._fields)
        self.filter_text, self._query = text, query
        self.border_subtitle = self.filter_shown
        label = next((term.values[0] for term in query.terms if term.sign == "~"), "")
        self.table.highlight(label)
        self._refill()

    def sort_by(self, field: str) -> None:
        """Sorts by a field: the largest first, or the smallest where that is so already."""
        order = self._query.order
        is_descending = not (order and order.field == field and order.is_descending)
        self.filter_by(str(replace(self._query, order=Order(field, is_descending))))

    def _refill(self) -> None:
        rows = apply(self._query, self._all, self._value) if self.filter_text else self._all
        self.table.show(rows)
        self.table.say_empty(NONE_FOUND if self.filter_text and self._all else self._empty_text)
        self._entitle()

    def _entitle(self) -> None:
        self.border_title = escape(self.caption)


def as_query(text: str) -> str:
    """A query as people type it: a single word without a sign is looked for in the labels."""
    text = text.strip()
    is_word = text and not any(sign in text for sign in "=~<>") and len(text.split()) == 1
    return f"label~{text}" if is_word else text

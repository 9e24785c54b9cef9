"""The main screen: loaded data, staged, in progress and evaluated, as many of the four at once as fit."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widgets import Static

from ef_engine.service.in_progress import InProgress
from ef_engine.service.listing import Row
from ef_tui import rows
from ef_tui.screens.base import EfScreen
from ef_tui.snapshot import Snapshot
from ef_tui.widgets.pane import Pane
from ef_tui.widgets.virtual_table import VirtualTable

LOADED, STAGED, IN_PROGRESS, EVALUATED = PANES = ("loaded", "staged", "in-progress", "evaluated")


class MainScreen(EfScreen):
    """Four panes over one snapshot."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "pane(0)", "loaded data", show=False, id="pane_loaded"),
        Binding("2", "pane(1)", "staged", show=False, id="pane_staged"),
        Binding("3", "pane(2)", "in progress", show=False, id="pane_in_progress"),
        Binding("4", "pane(3)", "evaluated", show=False, id="pane_evaluated"),
        Binding("right,l", "next_pane(1)", "next pane", show=False, id="next_pane"),
        Binding("left,h", "next_pane(-1)", "previous pane", show=False, id="previous_pane"),
        Binding("space", "select", "select", id="select"),
        Binding("enter", "open", "open", id="open"),
        Binding("c", "compare", "compare", id="compare"),
    ]

    def compose(self) -> ComposeResult:
        """The panes; how they are arranged is said in the stylesheet."""
        glyphs = self.dashboard.session.glyphs
        tables: tuple[VirtualTable[Any], ...] = (
            VirtualTable[Row](
                rows.STAGED_COLUMNS, _row_key, partial(rows.staged_cells, glyphs=glyphs), empty_text="no loose files"
            ),
            VirtualTable[Row](
                rows.STAGED_COLUMNS, _row_key, partial(rows.staged_cells, glyphs=glyphs), empty_text="nothing is staged"
            ),
            VirtualTable[InProgress](
                rows.IN_PROGRESS_SHOWN,
                _record_key,
                partial(rows.in_progress_cells, glyphs=glyphs),
                empty_text="nothing runs",
            ),
            VirtualTable[Row](
                rows.EVALUATED_COLUMNS,
                _row_key,
                partial(rows.evaluated_cells, glyphs=glyphs),
                empty_text="nothing was run yet",
            ),
        )
        titles = ("Loaded data", "Staged", "In progress", "Evaluated")
        yield Container(
            *(
                Pane(number, title, table, id=name)
                for number, (name, title, table) in enumerate(zip(PANES, titles, tables, strict=True), 1)
            ),
            id="panes",
        )
        yield Static("", id="keys")
        yield Static("The terminal is too small: 40 columns and 12 lines are needed.", id="too-small")

    def on_mount(self) -> None:
        """Shows what is known already."""
        self.show(self.dashboard.snapshot)
        self.pane(EVALUATED).table.focus()

    def pane(self, name: str) -> Pane:
        """One of `PANES`."""
        return self.query_one(f"#{name}", Pane)

    @property
    def current(self) -> Pane | None:
        """The pane that has the keys."""
        focused = self.focused
        return next((pane for pane in self.query(Pane) if pane.table is focused), None)

    def show(self, snapshot: Snapshot) -> None:
        """Shows a snapshot; what did not change is not touched."""
        groups = (snapshot.loaded, snapshot.staged, snapshot.in_progress, snapshot.evaluated)
        for name, group in zip(PANES, groups, strict=True):
            pane = self.pane(name)
            pane.table.show(group)
            pane.count(len(group), len(group))

    def chosen_ids(self) -> list[str]:
        """The ids an action is about: what is selected in the current pane, else the row under the cursor."""
        pane = self.current
        if pane is None or pane.id == LOADED:
            return []
        chosen = pane.table.selected or ([pane.table.cursor] if pane.table.cursor is not None else [])
        return [_record_key(row) if isinstance(row, InProgress) else row.id for row in chosen]

    def action_pane(self, place: int) -> None:
        """Goes to a pane."""
        self.pane(PANES[place]).table.focus()

    def action_next_pane(self, steps: int) -> None:
        """Goes to the pane beside this one."""
        current = self.current
        place = PANES.index(str(current.id)) if current else 0
        self.action_pane((place + steps) % len(PANES))

    def action_select(self) -> None:
        """Selects the row under the cursor, or no longer, and moves on."""
        pane = self.current
        if pane and pane.table.cursor_key is not None:
            pane.table.toggle(pane.table.cursor_key)
            pane.table.action_move(1)

    def action_open(self) -> None:
        """Opens the row under the cursor."""
        pane = self.current
        if pane and pane.id != LOADED and pane.table.cursor_key is not None:
            self.dashboard.open_record(pane.table.cursor_key)

    def action_compare(self) -> None:
        """Compares what is selected."""
        self.dashboard.open_comparison(self.chosen_ids())

    @on(VirtualTable.Opened)
    def _opened(self, event: VirtualTable.Opened) -> None:
        self.action_open()


def _row_key(row: Row) -> str:
    return row.id


def _record_key(row: InProgress) -> str:
    return row.record.id

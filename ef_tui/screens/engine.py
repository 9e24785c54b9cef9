"""Where forecasts run: this machine, a Dask cluster of its own, or one at an address, which is asked first."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input, Label, Static

from ef_engine.service.workspace import Workspace
from ef_tui.screens.base import Dialog
from ef_tui.widgets.box import Box
from ef_tui.widgets.columns import Cell, Column
from ef_tui.widgets.virtual_table import VirtualTable

Taken = tuple[Workspace, str]
"""The workspace with its forecasts run where that was chosen, and what to know about it."""


class Place(NamedTuple):
    """One of the places: its engine, what it is called, and what it means."""

    key: str
    engine: str
    title: str
    about: str


HERE = Place("here", "local", "this machine", "a process for every core")
OWN = Place("own", "dask", "a cluster of its own", "Dask, started here when first wanted")
THERE = Place("there", "dask", "the cluster at", "the address of its Dask scheduler")
PLACES = (HERE, OWN, THERE)

_COLUMNS = (Column("", 20), Column("", 20, grow=1))


def _cells(place: Place) -> Sequence[Cell]:
    return Cell(place.title), Cell(place.about, "muted")


class EngineForm(Dialog[Taken]):
    """Ends with what was chosen and can run forecasts, or None; says what is wrong with what cannot.

    The address is that of the cluster in use, else `scheduler`.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "take it", show=False),
    ]

    def __init__(self, workspace: Workspace, scheduler: str = "") -> None:
        super().__init__()
        self._workspace, self._scheduler = workspace, workspace.scheduler or scheduler

    def compose(self) -> ComposeResult:
        """The places, the box for an address, and what came of asking there."""
        glyphs = self.dashboard.session.glyphs
        with Vertical(classes="dialog"):
            yield Static("Where shall forecasts run?", classes="question")
            yield VirtualTable[Place](
                _COLUMNS, lambda place: place.key, _cells, glyphs=glyphs,
                has_header=False, id="places",
            )  # fmt: skip
            with Horizontal(classes="field"):
                yield Label("Address")
                yield Box(self._scheduler, id="scheduler", compact=True, placeholder="tcp://host:8786")
            yield Static("for as long as this dashboard is open", classes="about", id="told", markup=False)
            with Horizontal(classes="answers"):
                yield Button("take it", id="go", compact=True)
                yield Button("back", id="back", compact=True)

    def on_mount(self) -> None:
        """Begins with where they run now."""
        now = HERE if self._workspace.engine == HERE.engine else THERE if self._workspace.scheduler else OWN
        self.places.show(PLACES)
        self.places.select([now.key])
        self.places.go_to_key(now.key)
        self.places.focus()

    @property
    def places(self) -> VirtualTable[Place]:
        """The places to choose from."""
        return self.query_one("#places", VirtualTable)

    @property
    def address(self) -> Input:
        """The box for the address of a cluster."""
        return self.query_one("#scheduler", Input)

    @on(Input.Changed)
    def _typed(self) -> None:
        if self.address.has_focus:
            self.places.go_to_key(THERE.key)

    @on(VirtualTable.Opened)
    @on(Input.Submitted)
    @on(Button.Pressed, "#go")
    def action_take(self) -> None:
        """Asks whether forecasts can run at the place under the cursor; if so, that is the answer."""
        place, scheduler = self.places.cursor or HERE, self.address.value.strip()
        if place == THERE and not scheduler:
            self.address.focus()
            self._say("Type the address of its scheduler, such as tcp://host:8786.")
            return
        self._ask(place.engine, scheduler if place == THERE else "")

    @on(Button.Pressed, "#back")
    def _left(self) -> None:
        self.dismiss(None)

    def _ask(self, engine: str, scheduler: str) -> None:
        self._say(f"Asking {scheduler} ..." if scheduler else "Looking whether that works ...")
        self.dashboard.in_background(
            partial(_running_at, self._workspace, engine, scheduler), self._found, failed=self._failed, group="engine"
        )

    def _found(self, taken: Taken) -> None:
        if self.is_current:
            self.dismiss(taken)

    def _failed(self, error: Exception) -> None:
        if self.is_current:
            self._say(str(error), is_bad=True)

    def _say(self, text: str, *, is_bad: bool = False) -> None:
        told = self.query_one("#told", Static)
        told.set_class(is_bad, "-bad")
        told.update(text)


def _running_at(workspace: Workspace, engine: str, scheduler: str) -> Taken:
    from ef_engine.service.engine_choice import running_at

    return running_at(workspace, engine, scheduler)

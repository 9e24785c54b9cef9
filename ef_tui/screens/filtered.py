"""A screen of panes whose rows can be filtered: a box at the bottom, in which a query takes effect as it is typed."""

from __future__ import annotations

from textual import events, on
from textual.widgets import Input

from ef_engine.errors import EfError
from ef_tui.screens.base import EfScreen
from ef_tui.widgets.box import Box
from ef_tui.widgets.pane import Pane


class FilteredScreen(EfScreen):
    """Has a box `filter`, made by `filter_box`, for the `current` pane."""

    @property
    def current(self) -> Pane:
        """The pane that has the keys, or had them last."""
        raise NotImplementedError

    def filter_box(self, example: str) -> Box:
        """The box, which nobody sees before it is asked for."""
        box = Box(placeholder=example, id="filter", compact=True)
        box.display = False
        return box

    def filtered(self, text: str) -> None:
        """Is told when rows were filtered."""

    def filter_given(self, text: str) -> None:
        """Is told of a filter that somebody is content with."""

    def action_filter(self) -> None:
        """Asks for a filter of the current pane."""
        box = self.query_one("#filter", Input)
        box.display = True
        box.value = self.current.filter_text
        box.focus()

    @on(Input.Changed, "#filter")
    def _filter_changed(self, event: Input.Changed) -> None:
        if self.query_one("#filter").display:
            self._filter(event.value)

    def _filter(self, text: str) -> bool:
        """Filters the current pane; says what is wrong with a query that makes no sense yet."""
        try:
            self.current.filter_by(text)
        except EfError as error:
            self.say_command(str(error), "$warning")
            return False
        self.say_command("")
        self.filtered(text)
        return True

    @on(Input.Submitted, "#filter")
    def _filter_submitted(self, event: Input.Submitted) -> None:
        if self._filter(event.value):
            self._close_filter()
            self.filter_given(self.current.filter_text)

    def on_key(self, event: events.Key) -> None:
        """Esc leaves the filter box and the filter."""
        box = self.query_one("#filter", Input)
        if event.key == "escape" and box.has_focus:
            event.stop()
            event.prevent_default()
            self._filter("")
            self._close_filter()

    def _close_filter(self) -> None:
        self.query_one("#filter").display = False
        self.current.table.focus()

"""The four panes of the main screen: loaded data, staged, in progress and evaluated; which are shown, and where.

From 240 columns on they stand in a row, from 120 two by two, from 80 two at a time, below that one.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from textual.containers import Container
from textual.geometry import Size

from ef_engine.service.in_progress import InProgress
from ef_engine.service.in_progress_fields import FIELDS as IN_PROGRESS_FIELDS
from ef_engine.service.in_progress_fields import value_of
from ef_engine.service.listing import FIELDS, Row
from ef_tui import rows
from ef_tui.best_scenarios import listed
from ef_tui.glyphs import Glyphs
from ef_tui.widgets.loaded_pane import FILE_COLUMNS, LoadedPane, file_cells
from ef_tui.widgets.pane import Pane
from ef_tui.widgets.virtual_table import VirtualTable

LOADED, STAGED, IN_PROGRESS, EVALUATED = range(4)
TWO, FOUR, ROW = 80, 120, 240
"""From how many columns on two panes stand side by side, four two by two, and four in a row."""


class MainPanes(Container):
    """`place` is that of the pane which has the keys, or had them last; `keys` are named where a pane is empty."""

    def __init__(self, glyphs: Glyphs, keys: Mapping[str, str], *, is_read_only: bool) -> None:
        self.place, self.is_zoomed = EVALUATED, False
        self._beside = {LOADED // 2: STAGED, EVALUATED // 2: EVALUATED}
        stage, run = f"{keys['stage']} picks a file", f"{keys['run']} runs what is staged"

        def empty(text: str, next_step: str) -> str:
            return text if is_read_only else f"{text}: {next_step}"

        make = partial(VirtualTable[Any], glyphs=glyphs)
        files = make(FILE_COLUMNS, _row_key, partial(file_cells, glyphs=glyphs))
        staged = make(
            rows.STAGED_COLUMNS, _row_key, partial(rows.staged_cells, glyphs=glyphs),
            empty_text=empty("nothing is staged", stage),
        )  # fmt: skip
        running = make(
            rows.IN_PROGRESS_SHOWN, _record_key, partial(rows.in_progress_cells, glyphs=glyphs),
            empty_text=empty("nothing runs", run),
        )  # fmt: skip
        evaluated = make(
            rows.EVALUATED_COLUMNS, _row_key, partial(rows.evaluated_cells, glyphs=glyphs),
            empty_text=empty("nothing was run yet", run),
        )  # fmt: skip
        self.panes = (
            LoadedPane(1, files, glyphs, id="loaded"),
            Pane(2, "Staged", staged, fields=FIELDS, id="staged"),
            Pane(3, "In progress", running, fields=IN_PROGRESS_FIELDS, value=value_of, id="in-progress"),
            Pane(4, "Evaluated", evaluated, fields=FIELDS, value=listed, id="evaluated"),
        )
        super().__init__(*self.panes, id="panes")

    @property
    def current(self) -> Pane:
        """The pane that has the keys, or had them last."""
        return self.panes[self.place]

    @property
    def shown(self) -> list[bool]:
        """Which of them are shown."""
        return [pane.display for pane in self.panes]

    def go_to(self, place: int) -> None:
        """Makes a pane the current one, and of its two the one that is shown where not both can be."""
        self.place = place
        self._beside[place // 2] = place

    def fit_in(self, size: Size) -> None:
        """Shows those that fit a screen of this size."""
        visible = self._visible(size.width)
        for place, pane in enumerate(self.panes):
            pane.display = place in visible
        is_row = len(visible) == len(self.panes) and size.width >= ROW
        self.set_class(len(visible) == 2, "-two")
        self.set_class(len(visible) == len(self.panes) and not is_row, "-four")
        self.set_class(is_row, "-row")

    def _visible(self, width: int) -> set[int]:
        """Which panes are shown; where there is room for two, one of the first two beside one of the last two."""
        if self.is_zoomed or width < TWO:
            return {self.place}
        return set(self._beside.values()) if width < FOUR else set(range(len(self.panes)))


def _row_key(row: Row) -> str:
    return row.id


def _record_key(row: InProgress) -> str:
    return row.record.id

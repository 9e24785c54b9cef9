"""The three panes of the screen of flows: runs, the steps of one of them, and schedules; which are shown, and where.

From 120 columns on all three are, else the runs above their steps, and schedules alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any

from textual.containers import Container
from textual.geometry import Size

from ef_tui import flow_rows
from ef_tui.glyphs import Glyphs
from ef_tui.widgets.columns import Cell
from ef_tui.widgets.pane import Pane
from ef_tui.widgets.virtual_table import VirtualTable

FLOWS, STEPS, SCHEDULES = range(3)
WIDE, LEAST_HEIGHT = 120, 18


class FlowPanes(Container):
    """`place` is that of the pane which has the keys, or had them last; the key of what is `folded` hides its rows."""

    def __init__(self, glyphs: Glyphs, place: int) -> None:
        self.place, self.is_zoomed = place, False
        self.folded: set[str] = set()
        make = partial(_pane, glyphs)
        self.runs = make(
            1, "Flows", "flow-runs", flow_rows.FLOW_COLUMNS, partial(flow_rows.flow_cells, glyphs=glyphs),
            flow_rows.FLOW_FIELDS, "no flow ran here; `:run flow FILE` starts one",
        )  # fmt: skip
        self.steps = make(
            2, "Steps", "flow-steps", flow_rows.STEP_COLUMNS, partial(_step_cells, glyphs, self.folded),
            flow_rows.STEP_FIELDS, "the steps of the run under the cursor",
        )  # fmt: skip
        self.schedules = make(
            3, "Schedules", "flow-schedules", flow_rows.SCHEDULE_COLUMNS,
            partial(flow_rows.schedule_cells, glyphs=glyphs), flow_rows.SCHEDULE_FIELDS,
            "nothing is scheduled; `:schedule add` does it",
        )  # fmt: skip
        super().__init__(*self.panes, id="flows")

    @property
    def panes(self) -> tuple[Pane, Pane, Pane]:
        """Runs, steps and schedules."""
        return self.runs, self.steps, self.schedules

    @property
    def current(self) -> Pane:
        """The pane that has the keys, or had them last."""
        return self.panes[self.place]

    @property
    def shown(self) -> list[bool]:
        """Which of them are shown."""
        return [pane.display for pane in self.panes]

    def fit_in(self, size: Size) -> None:
        """Shows those that fit a screen of this size."""
        is_schedules = self.place == SCHEDULES
        visible = {FLOWS, STEPS, SCHEDULES} if size.width >= WIDE else {SCHEDULES} if is_schedules else {FLOWS, STEPS}
        if self.is_zoomed or size.height < LEAST_HEIGHT:
            visible = {self.place}
        for place, pane in enumerate(self.panes):
            pane.display = place in visible
        self.set_class(all(self.shown), "-wide")


def _pane(
    glyphs: Glyphs,
    number: int,
    title: str,
    name: str,
    columns: Sequence[Any],
    cells: Callable[[Any], Sequence[Cell]],
    fields: Sequence[str],
    empty_text: str,
) -> Pane:
    table = VirtualTable[Any](columns, flow_rows.key_of, cells, glyphs=glyphs, empty_text=empty_text)
    return Pane(number, title, table, fields=fields, value=flow_rows.value_of, id=name)


def _step_cells(glyphs: Glyphs, folded: Collection[str], row: Any) -> Sequence[Cell]:
    return flow_rows.step_cells(row, glyphs, row.key in folded)

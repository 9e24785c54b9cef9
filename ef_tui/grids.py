"""Grids of a report as rows of a virtual table; pure.

Unlike those of endless lists, the columns are as wide as what they hold: a grid is small.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ef_engine.report.cells import cell_text, is_number, text_width
from ef_engine.report.comparison_report import NOT_REACHED
from ef_engine.report.values import Cell as Value
from ef_engine.report.values import Grid
from ef_tui.widgets.columns import Cell, Column

WIDEST = 44


@dataclass(frozen=True, slots=True)
class GridRow:
    """A row of a grid under a key; `cells` in the order of the columns."""

    key: str
    cells: tuple[Cell, ...]


def key_of(row: GridRow) -> str:
    """What names a row for ever."""
    return row.key


def cells_of(row: GridRow) -> Sequence[Cell]:
    """What a row shows."""
    return row.cells


def grid_columns(grid: Grid) -> list[Column]:
    """A column each, wide enough for its cells, but not endlessly."""
    return [_column(title, [row[place] for row in grid.rows]) for place, title in enumerate(grid.columns)]


def _column(title: str, cells: Sequence[Value]) -> Column:
    texts = [title, *map(cell_text, cells)]
    present = [cell for cell in cells if cell is not None]
    is_right = any(cell != NOT_REACHED for cell in present) and all(map(_is_amount, present))
    return Column(title, max(3, min(WIDEST, max(map(text_width, texts)))), is_right=is_right)


def _is_amount(cell: Value) -> bool:
    return is_number(cell) or _is_signed(cell)


def _is_signed(cell: Value) -> bool:
    """Whether it is a number of days, or stands where one would."""
    return isinstance(cell, str) and (cell.lstrip("+-").isdigit() or cell == NOT_REACHED)


def grid_rows(grid: Grid, keys: Sequence[str] = ()) -> list[GridRow]:
    """The rows; a row without a key is named by its place."""
    return [
        GridRow(keys[place] if place < len(keys) else str(place), tuple(map(cell_of, row)))
        for place, row in enumerate(grid.rows)
    ]


def cell_of(value: Value) -> Cell:
    """A value as a cell; what is missing or does not happen is muted, what was lost is bad."""
    text = cell_text(value)
    if text in (NOT_REACHED, "infeasible", "gone", "failed", "skipped"):
        return Cell(text, "bad")
    if isinstance(value, date) or text in ("0", "0.00", "staged", "queued"):
        return Cell(text, "" if isinstance(value, date) else "muted")
    return Cell(text)

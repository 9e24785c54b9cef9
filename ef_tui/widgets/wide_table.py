"""A virtual table with more columns than fit: the first ones stay, the others are moved through with left and right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar, TypeVar

from textual.binding import Binding, BindingType

from ef_tui.widgets.columns import GAP, Column, Fitted, aligned, fit
from ef_tui.widgets.virtual_table import GUTTER, VirtualTable

RowT = TypeVar("RowT")


class WideTable(VirtualTable[RowT]):
    """`fixed` columns always show; `left` is the number of others that have been moved out of sight."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,l", "shift(1)", "columns right", show=False, id="columns_right"),
        Binding("left,h", "shift(-1)", "columns left", show=False, id="columns_left"),
    ]

    def __init__(self, *arguments: Any, fixed: int = 1, **details: Any) -> None:
        super().__init__(*arguments, **details)
        self.fixed, self.left = fixed, 0

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Has other columns from now on; what was moved out of sight stays so."""
        self.columns, self.left = tuple(columns), max(0, min(self.left, len(columns) - self.fixed - 1))
        self.fit_again()

    def action_shift(self, columns: int) -> None:
        """Moves on to columns further right, or back."""
        left = max(0, min(self.left + columns, len(self.columns) - self.fixed - 1))
        if left != self.left:
            self.left = left
            self.fit_again()
            self.post_message(self.Highlighted(self, self.cursor_key))

    def header(self) -> str:
        """The titles, and at their ends signs of columns out of sight."""
        text, width = super().header(), self.scrollable_content_region.width
        before, after = self.glyphs.more
        if self.left:
            text = before + text[1:]
        if self._fitted[-1:] and self._fitted[-1].index < len(self.columns) - 1:
            text = aligned(text, max(1, width - 1), False, self.glyphs.ellipsis) + after
        return text

    def fitted(self, width: int) -> tuple[Fitted, ...]:
        """The fixed columns, then from the leftmost one on as many as there is room for."""
        kept = [replace(each, width=min(each.width, max(3, width // 2))) for each in self.columns[: self.fixed]]
        used = sum(column.width + GAP for column in kept) - GAP
        for column in self.columns[self.fixed + self.left :]:
            used += column.width + GAP
            if used > width and len(kept) > self.fixed:
                break
            kept.append(column)
        places = [*range(self.fixed), *range(self.fixed + self.left, len(self.columns))]
        return tuple(Fitted(places[each.index], each.column, each.width) for each in fit(kept, width))


class CellTable(WideTable[RowT]):
    """A wide table with a cell under the cursor: left and right move it, and move columns only where it would leave.

    `chosen` is its column, counted from the first one that is not fixed.
    """

    def __init__(self, *arguments: Any, **details: Any) -> None:
        super().__init__(*arguments, **details)
        self.chosen = 0

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Has other columns from now on; the cell stays where it is, if that is still there."""
        super().set_columns(columns)
        self.chosen = max(0, min(self.chosen, len(columns) - self.fixed - 1))

    def action_shift(self, columns: int) -> None:
        """Moves to another cell of the row."""
        self.chosen = max(0, min(self.chosen + columns, len(self.columns) - self.fixed - 1))
        self.left = min(self.left, self.chosen)
        while self.left < self.chosen and not self._is_shown():
            self.left += 1
        self.fit_again()
        self.post_message(self.Highlighted(self, self.cursor_key))

    def _is_shown(self) -> bool:
        width = max(1, self.scrollable_content_region.width - GUTTER)
        return any(each.index == self.fixed + self.chosen for each in self.fitted(width))

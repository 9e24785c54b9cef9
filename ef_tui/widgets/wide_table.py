"""A virtual table with more columns than fit: the first ones stay, the others are moved through with left and right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar, TypeVar

from textual.binding import Binding, BindingType

from ef_tui.widgets.columns import GAP, Column, Fitted, fit
from ef_tui.widgets.virtual_table import VirtualTable

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

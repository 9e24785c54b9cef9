"""Columns of a virtual table: which of them fit, and how wide they are. Pure, so that it can be tried without a screen.

Widths never depend on what the rows hold: measuring ten thousand cells is what makes other tables slow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from ef_engine.report.cells import cut, text_width

GAP = 1
"""Blanks between two columns."""


LUXURY = 3
"""The least `spare` of a column that is worth less than a neighbour that can be read."""


class Cell(NamedTuple):
    """What a cell shows; `tone` names a style: good, bad, warn, muted, accent, strong, or none."""

    text: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of at least `width`; `grow` is its share of what is left over.

    Where not all fit, those with the highest `spare` are left out first; 0 is never left out, and from `LUXURY` on they
    are shown only where every other column is as wide as its `wish`. `field` is what a query calls it, nothing for what
    rows cannot be sorted by.
    """

    title: str
    width: int
    grow: int = 0
    is_right: bool = False
    spare: int = 0
    field: str = ""
    wish: int = 0


@dataclass(frozen=True, slots=True)
class Fitted:
    """A column that is shown: its place among all, and its final width."""

    index: int
    column: Column
    width: int


def fit(columns: Sequence[Column], width: int) -> tuple[Fitted, ...]:
    """The columns that fit into `width`, in their order, together exactly that wide if one of them grows."""
    kept = [Fitted(index, column, column.width) for index, column in enumerate(columns)]
    while spare := max((each.column.spare for each in kept), default=0):
        if _total(kept) + (_wished(kept) if spare >= LUXURY else 0) <= width:
            break
        del kept[max(place for place, each in enumerate(kept) if each.column.spare == spare)]
    left, shares = width - _total(kept), sum(each.column.grow for each in kept)
    fitted = []
    for each in kept:
        added = left * each.column.grow // shares if shares else 0
        left, shares = left - added, shares - each.column.grow
        fitted.append(replace(each, width=max(1, each.width + added)))
    return tuple(fitted)


def _wished(kept: Sequence[Fitted]) -> int:
    return sum(max(0, each.column.wish - each.width) for each in kept)


def _total(kept: Sequence[Fitted]) -> int:
    return sum(each.width for each in kept) + GAP * max(0, len(kept) - 1)


def aligned(text: str, width: int, is_right: bool, ellipsis: str = "…") -> str:
    """The text cut, with an ellipsis at its end, or filled to exactly `width` terminal columns."""
    text = text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)
    shown = cut(text, width).replace("…", ellipsis) if text_width(text) > width > 1 else text[:width]
    blanks = " " * (width - text_width(shown))
    return blanks + shown if is_right else shown + blanks

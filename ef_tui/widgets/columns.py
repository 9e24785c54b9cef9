"""Columns of a virtual table: which of them fit, and how wide they are. Pure, so that it can be tried without a screen.

Widths never depend on what the rows hold: measuring ten thousand cells is what makes other tables slow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from ef_engine.report.cells import cut, text_width
from ef_tui.short_names import sharing

GAP = 1
"""Blanks between two columns."""

JOINT, LEAST_OPTION = " | ", 3
"""What stands between the options of a scenario, and how many columns of one tell anything."""

LUXURY = 3
"""The least `spare` of a column that is worth less than a neighbour that can be read."""


class Cell(NamedTuple):
    """What a cell shows; `tone` names a style: good, bad, warn, muted, accent, strong, or none.

    In a column tighter than it would be, and where `text` does not fit, the first of the `shorter` ones that fits is
    shown, or the last.
    """

    text: str
    tone: str = ""
    shorter: tuple[str, ...] = ()

    def in_column(self, column: Column, width: int) -> str:
        """What it says there; in a tight column no cell says more than another, so that amounts can be compared."""
        texts = self.shorter if self.shorter and width < column.width else (self.text, *self.shorter)
        return next((text for text in texts if text_width(text) <= width), texts[-1])


@dataclass(frozen=True, slots=True)
class Column:
    """A column of `width`; `grow` is its share of what is left over.

    Where not all fit, they become as narrow as `tight`, and then those with the highest `spare` are left out first; 0
    is never left out, and from `LUXURY` on they are shown only where every other column has its width and its `wish`,
    which is what it gets before any column grows. `field` is what a query calls it, nothing for what rows cannot be
    sorted by; `short` is the title where `title` does not fit.
    """

    title: str
    width: int
    grow: int = 0
    is_right: bool = False
    spare: int = 0
    field: str = ""
    wish: int = 0
    tight: int = 0
    short: str = ""

    @property
    def least(self) -> int:
        """How narrow it may become."""
        return self.tight or self.width

    def titled(self, width: int) -> str:
        """Its title in so many columns."""
        return self.title if not self.short or text_width(self.title) <= width else self.short


@dataclass(frozen=True, slots=True)
class Fitted:
    """A column that is shown: its place among all, and its final width."""

    index: int
    column: Column
    width: int

    def shown(self, text: str, ellipsis: str) -> str:
        """The text as wide as the column."""
        return aligned(text, self.width, self.column.is_right, ellipsis)


def fit(columns: Sequence[Column], width: int) -> tuple[Fitted, ...]:
    """The columns that fit into `width`, in their order, together exactly that wide if one of them grows."""
    kept = [Fitted(index, column, column.least) for index, column in enumerate(columns)]
    while spare := max((each.column.spare for each in kept), default=0):
        if (_wished(kept) if spare >= LUXURY else _total(kept)) <= width:
            break
        del kept[max(place for place, each in enumerate(kept) if each.column.spare == spare)]
    kept = _widened(kept, width - _total(kept))
    left, shares = width - _total(kept), sum(each.column.grow for each in kept)
    fitted = []
    for each in kept:
        added = left * each.column.grow // shares if shares else 0
        left, shares = left - added, shares - each.column.grow
        fitted.append(replace(each, width=max(1, each.width + added)))
    return tuple(fitted)


def _widened(kept: Sequence[Fitted], left: int) -> list[Fitted]:
    """With what is `left`, wishes are fulfilled first, then tight columns loosened, those that matter most first."""
    widths = [each.width for each in kept]
    wishing = [(place, each.column.wish) for place, each in enumerate(kept)]
    tight = sorted(range(len(kept)), key=lambda place: kept[place].column.spare)
    for place, wanted in [*wishing, *((place, kept[place].column.width) for place in tight)]:
        added = max(0, min(left, wanted - widths[place]))
        widths[place] += added
        left -= added
    return [replace(each, width=width) for each, width in zip(kept, widths, strict=True)]


def _wished(kept: Sequence[Fitted]) -> int:
    return sum(max(each.column.width, each.column.wish) for each in kept) + GAP * max(0, len(kept) - 1)


def _total(kept: Sequence[Fitted]) -> int:
    return sum(each.width for each in kept) + GAP * max(0, len(kept) - 1)


def aligned(text: str, width: int, is_right: bool, ellipsis: str = "…") -> str:
    """The text cut, with an ellipsis at its end, or filled to exactly `width` terminal columns."""
    text = text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)
    shown = _cut(text, width, ellipsis) if text_width(text) > width > 1 else text[:width]
    blanks = " " * (width - text_width(shown))
    return blanks + shown if is_right else shown + blanks


def _cut(text: str, width: int, ellipsis: str) -> str:
    """As much as fits; of a scenario something of every option, for it is the last one that tells it from others."""
    options = text.split(JOINT)
    left = width - len(JOINT) * (len(options) - 1)
    if len(options) > 1 and left >= LEAST_OPTION * len(options):
        return JOINT.join(sharing(options, left, ellipsis))
    return cut(text, width).replace("…", ellipsis)

"""An aligned plain-text table, as wide as it needs and never wider than asked while text can be cut (with `…`).

Numbers are right-aligned. They and dates are never cut: a shortened number is a wrong one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from ef_engine.report.cells import cell_text, cut, is_number, is_whole, text_width

GAP = "  "
_LEAST = 3


@dataclass(slots=True)
class _Column:
    """The texts of one column, its header first if there is one.

    `width` shrinks where the table is too wide, but never under `least`, so that numbers and dates stay whole.
    """

    name: str
    texts: list[str]
    width: int
    is_right: bool
    least: int

    def aligned(self) -> list[str]:
        """Every text, cut and padded to the width."""
        return [_aligned(text, self.width, self.is_right) for text in self.texts]


def table_lines(
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    width: int | None = None,
    header: bool = True,
    keep: Collection[str] = (),
    spare: Iterable[str] = (),
) -> list[str]:
    """The lines of a table, without trailing blanks.

    Columns in `keep` (ids, say) are never cut. Those in `spare` are left out, one after the other, while the table is
    wider than `width`.
    """
    shown = [_column(name, [row[i] for row in rows], header, name in keep) for i, name in enumerate(columns)]
    if width is not None:
        shown = _without_spare(shown, spare, width)
        _narrow(shown, width)
    return [GAP.join(cells).rstrip() for cells in zip(*(column.aligned() for column in shown), strict=True)]


def column_widths(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> list[int]:
    """How wide each column is when nothing is cut."""
    return [_column(name, [row[i] for row in rows], True, False).width for i, name in enumerate(columns)]


def natural_width(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> int:
    """How wide the table is when nothing is cut."""
    return _total(column_widths(columns, rows))


def _column(name: str, cells: Sequence[object], is_headed: bool, is_kept: bool) -> _Column:
    texts = [cell_text(name)] * is_headed + list(map(cell_text, cells))
    width = max(map(text_width, texts), default=0)
    whole = max((text_width(cell_text(cell)) for cell in cells if is_whole(cell)), default=0)
    least = width if is_kept or _all_are(is_whole, cells) else max(whole, _LEAST)
    return _Column(name, texts, width, _all_are(is_number, cells), least)


def _all_are(kind: Callable[[object], bool], cells: Sequence[object]) -> bool:
    """Whether the cells of a column that are there are all of the kind; of none of them nothing can be said."""
    present = [cell for cell in cells if cell is not None]
    return bool(present) and all(map(kind, present))


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + len(GAP) * (len(widths) - 1)


def _excess(columns: Sequence[_Column], width: int) -> int:
    return _total([column.width for column in columns]) - width


def _without_spare(columns: list[_Column], spare: Iterable[str], width: int) -> list[_Column]:
    for name in spare:
        if _excess(columns, width) <= 0:
            break
        columns = [column for column in columns if column.name != name]
    return columns


def _narrow(columns: Sequence[_Column], width: int) -> None:
    """Takes from the widest column that may be cut, one by one, until the table fits or nothing more may be cut."""
    soft = [column for column in columns if column.width > column.least]
    for _ in range(_excess(columns, width)):
        if not soft:
            return
        max(soft, key=lambda column: column.width).width -= 1
        soft = [column for column in soft if column.width > column.least]


def _aligned(text: str, width: int, is_right: bool) -> str:
    text = cut(text, width)
    if text.isascii():
        return text.rjust(width) if is_right else text.ljust(width)
    blanks = " " * (width - text_width(text))
    return blanks + text if is_right else text + blanks

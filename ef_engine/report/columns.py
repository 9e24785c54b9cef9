"""An aligned plain-text table, as wide as it needs and never wider than asked while text can be cut (with `…`).

Numbers are right-aligned. They and dates are never cut: a shortened number is a wrong one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from ef_engine.report.cells import cell_text, cut, is_number, is_whole, text_width

GAP = "  "
_LEAST = 3


def table_lines(
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    width: int | None = None,
    header: bool = True,
    keep: Collection[str] = (),
) -> list[str]:
    """The lines of a table, without trailing blanks. Columns in `keep` (ids, say) are never cut."""
    shown = [list(map(cell_text, row)) for row in ([columns] if header else []) + list(rows)]
    numeric = [_all_are(is_number, [row[i] for row in rows]) for i in range(len(columns))]
    widths = [max((text_width(row[i]) for row in shown), default=0) for i in range(len(columns))]
    rigid = [name in keep or _all_are(is_whole, [row[i] for row in rows]) for i, name in enumerate(columns)]
    if width is not None:
        _narrow(widths, rigid, width)
    return [GAP.join(map(_aligned, row, widths, numeric)).rstrip() for row in shown]


def natural_width(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> int:
    """How wide the table is when nothing is cut."""
    return max(map(text_width, table_lines(columns, rows)))


def _all_are(kind: Callable[[object], bool], cells: Sequence[object]) -> bool:
    """Whether the cells of a column that are there are all of the kind; of none of them nothing can be said."""
    present = [cell for cell in cells if cell is not None]
    return bool(present) and all(map(kind, present))


def _narrow(widths: list[int], rigid: Sequence[bool], width: int) -> None:
    """Takes from the widest column that may be cut, one by one, until the table fits or nothing more may be cut."""
    soft = [i for i, fixed in enumerate(rigid) if not fixed and widths[i] > _LEAST]
    for _ in range(sum(widths) + len(GAP) * (len(widths) - 1) - width):
        if not soft:
            return
        widest = max(soft, key=widths.__getitem__)
        widths[widest] -= 1
        soft = [i for i in soft if widths[i] > _LEAST]


def _aligned(text: str, width: int, right: bool) -> str:
    text = cut(text, width)
    blanks = " " * (width - text_width(text))
    return blanks + text if right else text + blanks

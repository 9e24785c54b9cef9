"""A report as plain text for a terminal or a pipe: no colours, no line wider than asked while text can be cut.

Charts are left out: whoever wants one asks for another format.
"""

from __future__ import annotations

import textwrap

from ef_engine.report.cells import cell_text, text_width
from ef_engine.report.columns import GAP, column_widths, natural_width, table_lines
from ef_engine.report.values import Block, Grid, Report, Sentences

_LEAST_WIDTH = 20


def render_text(report: Report, width: int = 80) -> str:
    """The report, its blocks separated by blank lines; ends with a line feed."""
    width = max(width, _LEAST_WIDTH)
    blocks = [_wrapped(report.title, width), *(lines for b in report.blocks if (lines := _block_lines(b, width)))]
    return "\n\n".join(map("\n".join, blocks)) + "\n"


def _block_lines(block: Block, width: int) -> list[str]:
    match block:
        case Sentences(heading, sentences):
            return [*_heading(heading, width), *(line for text in sentences for line in _wrapped(text, width))]
        case Grid():
            return _grid_lines(block, width)
        case _:
            return []


def _heading(heading: str, width: int) -> list[str]:
    lines = _wrapped(heading, width)
    return [*lines, "-" * max(map(text_width, lines))] if lines else []


def _wrapped(sentence: str, width: int) -> list[str]:
    """The lines of a sentence; one that begins with blanks, since it belongs to the one above it, keeps them."""
    text = cell_text(sentence)
    indent = " " * (len(text) - len(text.lstrip()) + 2)
    # Dates and amounts hold hyphens; breaking at one would tear them.
    return textwrap.wrap(text, width, subsequent_indent=indent, break_on_hyphens=False)


def _grid_lines(grid: Grid, width: int) -> list[str]:
    if grid.narrower is not None and natural_width(grid.columns, grid.rows) > width:
        return _grid_lines(grid.narrower, width)
    lines = _heading(grid.heading, width)
    for positions in _parts(grid, width):
        lines += [""] * (positions[1:2] > [1])
        rows = [[row[i] for i in positions] for row in grid.rows]
        lines += table_lines([grid.columns[i] for i in positions], rows, width)
    return lines


def _parts(grid: Grid, width: int) -> list[list[int]]:
    """The positions of the columns that stand side by side, part by part."""
    first, *others = column_widths(grid.columns, grid.rows)
    if not grid.is_split:
        return [list(range(len(grid.columns)))]
    parts, free = [[0]], width - first
    for position, needed in enumerate(others, 1):
        if len(parts[-1]) > 1 and len(GAP) + needed > free:
            parts.append([0])
            free = width - first
        parts[-1].append(position)
        free -= len(GAP) + needed
    return parts

"""A report as plain text for a terminal or a pipe: no colours, no line wider than asked while text can be cut.

Charts are left out: whoever wants one asks for another format.
"""

from __future__ import annotations

import textwrap

from ef_engine.report.cells import cell_text, text_width
from ef_engine.report.columns import natural_width, table_lines
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
    # Dates and amounts hold hyphens; breaking at one would tear them.
    return textwrap.wrap(cell_text(sentence), width, subsequent_indent="  ", break_on_hyphens=False)


def _grid_lines(grid: Grid, width: int) -> list[str]:
    if grid.narrower is not None and natural_width(grid.columns, grid.rows) > width:
        return _grid_lines(grid.narrower, width)
    return [*_heading(grid.heading, width), *table_lines(grid.columns, grid.rows, width)]

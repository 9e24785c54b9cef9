"""A report as Markdown (GitHub's tables): the same blocks as text, with every sign that could be markup escaped."""

from __future__ import annotations

import re

from ef_engine.report.cells import cell_text, is_number
from ef_engine.report.values import Block, Cell, Grid, Report, Sentences

_BEGINNINGS = ("-", "+", "=", ":")
_NUMERAL = re.compile(r"^(\d+)(?=[.)]\s)")
_MARKUP = re.compile(r"[\\`*_\[\]<>|~#&$]")


def render_markdown(report: Report) -> str:
    """The report; ends with a line feed. Charts are left out."""
    blocks = [f"# {escaped(report.title)}", *(text for block in report.blocks if (text := _block(block)))]
    return "\n\n".join(blocks) + "\n"


def escaped(text: object) -> str:
    """A text on one line in which nothing is markup."""
    return _MARKUP.sub(r"\\\g<0>", cell_text(text))


def _block(block: Block) -> str:
    match block:
        case Sentences(heading, sentences):
            return _under(heading, [_item(sentence) for sentence in sentences])
        case Grid():
            return _under(block.heading, _table(block))
        case _:
            return ""


def _under(heading: str, lines: list[str]) -> str:
    return "\n".join([*((f"## {escaped(heading)}", "") if heading else ()), *lines])


def _item(sentence: str) -> str:
    indent = "  " if sentence.startswith("  ") else ""
    text = escaped(sentence.strip())
    # At its beginning a sign or a numeral would make another list, a quote or a rule of it.
    return f"{indent}- " + (f"\\{text}" if text[:1] in _BEGINNINGS else _NUMERAL.sub(r"\1\\", text))


def _table(grid: Grid) -> list[str]:
    rights = [_is_right([row[k] for row in grid.rows]) for k in range(len(grid.columns))]
    rule = ["---:" if right else "---" for right in rights]
    return [_row(grid.columns), "| " + " | ".join(rule) + " |", *map(_row, grid.rows)]


def _row(cells: tuple[Cell, ...]) -> str:
    return "| " + " | ".join(cell_text(cell) if is_number(cell) else escaped(cell) for cell in cells) + " |"


def _is_right(cells: list[Cell]) -> bool:
    present = [cell for cell in cells if cell is not None]
    return bool(present) and all(map(is_number, present))

"""The pane of loaded data: above, what belongs to no forecast yet; below, what the selected input holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textual.app import ComposeResult
from textual.markup import escape

from ef_engine.errors import EfError, InputError
from ef_engine.report.cells import money
from ef_engine.service.contents import Contents
from ef_engine.service.listing import FIELDS, Row
from ef_tui.glyphs import Glyphs
from ef_tui.rows import TONES
from ef_tui.widgets.columns import Cell, Column
from ef_tui.widgets.pane import Pane
from ef_tui.widgets.virtual_table import VirtualTable

FILE_COLUMNS = (
    Column("File", 12, grow=2),
    Column("State", 10),
    Column("Label", 8, grow=2, spare=1),
    Column("Start", 10, spare=3),
    Column("End", 10, spare=2),
)
CONTENT_COLUMNS = (
    Column("Name", 12, grow=2, wish=16),
    Column("Amount", 11, is_right=True),
    Column("About", 12, grow=3, spare=1),
)


@dataclass(frozen=True, slots=True)
class ContentRow:
    """A line of an input, or the title of a section."""

    key: str
    cells: tuple[Cell, ...]


def file_cells(row: Row, glyphs: Glyphs) -> Sequence[Cell]:
    """The cells of a file that belongs to no forecast, in the order of `FILE_COLUMNS`."""
    return (
        Cell(Path(row.id).name, "accent"),
        Cell(glyphs.state(row.state), TONES.get(row.state, "muted")),
        Cell(row.label),
        Cell(row.start or "", "muted"),
        Cell(row.end or "", "muted"),
    )


def content_rows(contents: Contents) -> list[ContentRow]:
    """The sections of an input one below the other, each under its title."""
    rows = []
    for section in contents.sections:
        title = (Cell(f"{section.title} ({len(section.lines)})", "strong"), Cell(""), Cell(""))
        rows.append(ContentRow(section.title, title))
        for number, line in enumerate(section.lines):
            amount = "" if line.amount is None else money(line.amount)
            tone = "bad" if amount.startswith("-") else ""
            cells = (Cell(f"  {line.name}"), Cell(amount, tone), Cell(line.about, "muted"))
            rows.append(ContentRow(f"{section.title} {number}", cells))
    return rows


def problem_rows(error: EfError) -> list[ContentRow]:
    """The findings in an input, a place each, or the one thing that is wrong."""
    if not isinstance(error, InputError):
        return [ContentRow("0", (Cell(str(error), "bad"), Cell(""), Cell("")))]
    return [
        ContentRow(str(number), (Cell(problem.place.rpartition(": ")[2], "bad"), Cell(""), Cell(problem.text)))
        for number, problem in enumerate(error.problems)
    ]


def contents_table(id: str, glyphs: Glyphs) -> VirtualTable[ContentRow]:
    """A table for `content_rows`."""
    return VirtualTable[ContentRow](CONTENT_COLUMNS, lambda row: row.key, lambda row: row.cells, glyphs=glyphs, id=id)


class LoadedPane(Pane):
    """`table` are the files; `contents` shows the input the cursor is on, in whatever pane."""

    def __init__(self, number: int, files: VirtualTable[Row], glyphs: Glyphs, *, id: str) -> None:
        super().__init__(number, "Loaded data", files, fields=FIELDS, id=id)
        files.add_class("files")
        files.display = False
        self.contents = contents_table("contents", glyphs)
        self.contents.empty_text = "what the row under the cursor holds: accounts, items, rules and milestones"

    def compose(self) -> ComposeResult:
        """The files above the contents."""
        yield self.table
        yield self.contents

    @property
    def tables(self) -> tuple[VirtualTable[Any], ...]:
        """Files and contents."""
        return self.table, self.contents

    def show(self, rows: Sequence[Any]) -> bool:
        """Shows the files; the table is as high as it has to be, at most a third of the pane."""
        if not super().show(rows):
            return False
        self.table.display = bool(rows)
        self.table.styles.height = min(len(rows) + 1, 8)
        return True

    def show_contents(self, found: Contents | EfError) -> None:
        """Shows what an input holds, or what is wrong with it."""
        if isinstance(found, Contents):
            self.contents.show(content_rows(found))
            self.border_subtitle = escape(found.label[:40])
        else:
            self.contents.show(problem_rows(found))
            self.border_subtitle = ""

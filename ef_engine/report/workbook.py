"""A workbook as a value: sheets of blocks, and charts that draw columns of a sheet."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ef_engine.report.values import Grid, Sentences


class Drawing(StrEnum):
    """How a chart draws its columns."""

    LINES = "lines"
    BARS = "bars"


@dataclass(frozen=True, slots=True)
class SheetChart:
    """A chart of columns (by name) of the first grid of a sheet against its first column."""

    heading: str
    drawing: Drawing
    sheet: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: blocks below one another, charts beside them. One with a single grid has its header frozen."""

    name: str
    blocks: tuple[Sentences | Grid, ...]
    charts: tuple[SheetChart, ...] = ()

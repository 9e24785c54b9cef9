"""What a report is made of, before anybody decides how it looks.

A report knows no width and no colour; renderers choose. A block without content is left out by whoever builds it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeAlias

Cell: TypeAlias = str | int | Decimal | date | None
"""None is an empty cell; a `Decimal` is an amount with two decimals."""


@dataclass(frozen=True, slots=True)
class Sentences:
    """Whole sentences, each with its full stop, under a heading (empty: none).

    One that begins with two blanks belongs to the one above it.
    """

    heading: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A small table. Where it is too wide, `narrower` shows less of the same.

    One that `is_split` goes on below instead, in parts that each begin with its first column.
    """

    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    narrower: Grid | None = None
    is_split: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """Lines over time, one amount a date and line; for renderers that can draw."""

    heading: str
    dates: tuple[date, ...]
    lines: dict[str, tuple[Decimal, ...]]


Block: TypeAlias = Sentences | Grid | Chart


@dataclass(frozen=True, slots=True)
class Report:
    """A title and blocks, in reading order."""

    title: str
    blocks: tuple[Block, ...]

"""One sheet as a table: which row is its header, which column is which field, and the objects in its rows.

Titles above the header, blank rows, and rows that hold nothing but a comment are no objects.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any

from ef_engine.errors import Problem
from ef_engine.model.fields import COMMENT
from ef_engine.model.shapes import Field, Kind
from ef_engine.model.wording import closest, did_you_mean, quoted
from ef_engine.sources.excel_cells import Cells, Line, Unusable, column_letters
from ef_engine.sources.excel_layout import column_title, plain

_LOOKED_AT = 50
"""The header is among the first so many rows that hold something."""

_BESIDE = 20
"""So many columns to the right of the table, what stands there without a header is noticed."""

_TEXTUAL = (Kind.TEXT, Kind.REGEX, Kind.TEXTS, Kind.SCHEMA, Kind.ID)
_NUMERIC = (Kind.AMOUNT, Kind.RATE, Kind.PRIORITY)
_DATES = (Kind.DATE, Kind.OPEN_DATE)
_FLAGS = {"true": True, "yes": True, "false": False, "no": False}


@dataclass(slots=True)
class Table:
    """A sheet that was read, under the title its user gave it.

    `columns` has the users' headers by key and `positions` where they stand, counted from 1; `misspelled` are keys
    that a wrong header seems to mean. Of each object, `numbers` has the number of its row.
    """

    title: str
    columns: dict[str, str] = field(default_factory=dict)
    positions: dict[str, int] = field(default_factory=dict)
    misspelled: set[str] = field(default_factory=set)
    strays: set[int] = field(default_factory=set)
    numbers: list[int] = field(default_factory=list)
    objects: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def place(self, name: str, row: int | None = None, column: str | None = None) -> str:
        """A place in this sheet of the file `name`, as its user would point to it."""
        parts = [name, f"sheet {self.title}"]
        parts += [f"row {row}"] if row is not None else []
        return ", ".join(parts + ([f"column {column}"] if column is not None else []))


def read_table(name: str, title: str, fields: Mapping[str, Field], cells: Cells) -> Table:
    """The table in the sheet `title` of the file `name`; `fields` are its columns by plain name."""
    table = Table(title)
    first = list(islice(cells.lines(title), _LOOKED_AT))
    if not first:
        return table
    header = _header(first, fields)
    by_column = _columns(name, table, header, fields)
    for line in cells.lines(title, max(by_column) + _BESIDE):
        if line.number > header.number:
            _read_line(name, table, line, by_column)
    return table


def _header(lines: Sequence[Line], fields: Mapping[str, Field]) -> Line:
    """The first line half of which are known columns, else the one with the most of them, else the first."""

    def known(line: Line) -> int:
        return sum(isinstance(value, str) and plain(value) in fields for value in line.cells.values())

    return next((line for line in lines if 2 * known(line) >= len(line.cells)), max(lines, key=known))


def _columns(name: str, table: Table, header: Line, fields: Mapping[str, Field]) -> dict[int, Field]:
    """The field of each column that is one; the others are problems."""
    found: dict[int, Field] = {}
    titles = [column_title(each.key) for each in fields.values()]
    for column, value in header.cells.items():
        text = value.strip() if isinstance(value, str) else str(value)
        known = fields.get(plain(text))
        place = table.place(name, header.number, text if isinstance(value, str) else column_letters(column))
        if known is None:
            hint = did_you_mean(text, titles)
            problem = f"{quoted(text)} is no column of this sheet{hint}"
            table.problems.append(Problem(place, problem, "rename or remove it"))
            if near := closest(text, titles):
                table.misspelled.add(fields[plain(near)].key)
        elif known.key in table.columns:
            table.problems.append(Problem(place, "stands there more than once", "keep one of the columns"))
        else:
            table.columns[known.key], table.positions[known.key] = text, column
            found[column] = known
    return dict.fromkeys(header.cells, _IGNORED) | found


_IGNORED = Field(key="", kind=Kind.TEXT, about="")
"""The field of a column whose header is a problem already."""


def _read_line(name: str, table: Table, line: Line, columns: Mapping[int, Field]) -> None:
    values = {}
    for column, value in line.cells.items():
        if column not in columns:
            _note_stray(name, table, line, column)
        elif (wanted := columns[column]) is not _IGNORED:
            values[wanted.key] = converted(value, wanted)
    if values.keys() <= {COMMENT}:
        return
    for column, value in line.inherited.items():
        if (wanted := columns.get(column, _IGNORED)) is not _IGNORED:
            values.setdefault(wanted.key, converted(value, wanted))
    table.numbers.append(line.number)
    table.objects.append(values)


def _note_stray(name: str, table: Table, line: Line, column: int) -> None:
    """Something in a column without header: reported once, at its first row."""
    if column not in table.strays:
        table.strays.add(column)
        place = table.place(name, line.number, column_letters(column))
        table.problems.append(Problem(place, "stands in a column without header", "give it one, or remove it"))


def converted(value: Any, field: Field) -> Any:
    """What a cell means in a column of that field, as a document has it."""
    match value:
        case Unusable():
            return value
        case str():
            return _from_text(value, field)
        case bool():
            return value
        case int() | Decimal() if field.kind in _TEXTUAL:
            return _from_text(_number_text(value), field)
        case int() | Decimal() if field.kind is Kind.BOOLEAN and value in (0, 1):
            return bool(value)  # some programs save TRUE as 1 that is only shown as a word
        case int() | Decimal() if field.kind in _DATES:
            return str(int(value)) if _is_written_date(value) else _unformatted(value)
        case date() if field.kind is Kind.TEXTS:
            return Unusable("must be a list of names, not a date", "write them as text, with ; between them")
    return value


def _number_text(value: int | Decimal) -> str:
    """A number where text belongs, such as an account named 401, without the decimals it does not show."""
    return f"{value:f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value:f}"


def _unformatted(value: int | Decimal) -> Unusable:
    """In place of a date that may well be one, as the number of days by which spreadsheets count."""
    return Unusable(f"must be a date, not the number {_number_text(value)}", "give the cell the format of a date")


def _is_written_date(value: int | Decimal) -> bool:
    """Whether somebody typed a date as 20260131, which a spreadsheet takes for a number."""
    return 10_000_000 <= value < 100_000_000 and value == int(value)


def _from_text(text: str, field: Field) -> Any:
    """Text of a name or pattern stays to the last blank; elsewhere blanks around it mean nothing."""
    if field.kind is Kind.TEXTS:
        return [part for part in text.split(";") if part.strip()]
    if field.kind is Kind.BOOLEAN:
        return _FLAGS.get(text.strip().casefold(), text.strip())
    if field.kind is Kind.WORD:
        word = text.strip().lower()
        return word if word in field.words or word in field.aliases else text.strip()
    return text.strip() if field.kind in (*_NUMERIC, *_DATES, Kind.ID, Kind.SCHEMA) else text

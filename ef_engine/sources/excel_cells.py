"""The cells of a worksheet as plain values, row by row; the only module that reads with openpyxl.

A formula counts as the value its spreadsheet program last stored with it. Numbers have the fifteen digits a spreadsheet
shows, so what was typed as 0.1 is 0.1. A cell that has no usable value is `Unusable` and says why.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any

from ef_engine.errors import EfError
from ef_engine.sources.excel_package import Package, damaged

if TYPE_CHECKING:
    from openpyxl import Workbook

MOST_ROWS = 2**20
_ERROR = re.compile(r"#(N/A|[A-Z0-9/_]+[!?])")
_FORMULA = re.compile(rb"<(?:[\w.-]+:)?f[\s/>]")
_MERGED = re.compile(rb"<(?:[\w.-]+:)?mergeCell\s[^>]*?\bref\s*=\s*[\"']([A-Z]{1,3})(\d+):([A-Z]{1,3})(\d+)[\"']")


@dataclass(frozen=True, slots=True)
class Unusable:
    """In place of a value: what is wrong with the cell, and the remedy."""

    problem: str
    remedy: str


UNCALCULATED = Unusable(
    "is a formula whose value was never calculated", "open the file in a spreadsheet program and save it there"
)
WITH_TIME = Unusable("holds a time of day", "write a date alone")
UNREADABLE = Unusable("holds nothing a forecast can read", "write the value as text, a number or a date")
MERGED = Unusable("is merged over several columns", "unmerge it and write each value into its own cell")


@dataclass(frozen=True, slots=True)
class Line:
    """A row that holds something. `cells` has its values by column, both counted from 1; what is empty is not there.

    `inherited` are values of cells merged downwards from a row above.
    """

    number: int
    cells: Mapping[int, Any]
    inherited: Mapping[int, Any]


class Cells:
    """An open workbook. Reading a sheet anew starts from its first row again."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._formulas: dict[str, frozenset[tuple[int, int]]] = {}
        with _reading(package.name):
            self._values = _open(package.data, values=True)

    def lines(self, title: str, width: int | None = None) -> Iterator[Line]:
        """Every row of the sheet that holds something, in order; of each, the first `width` columns, or all.

        Without a width, one cell far to the right costs all its empty neighbours: for the first few rows only.
        """
        merges = list(_merges(self._package.part(self._package.sheets[title])))
        broad = {(first, left) for left, first, right, last in merges if right > left}
        down = {(first, left): last for left, first, right, last in merges if last > first and right == left}
        running: dict[int, tuple[int, Any]] = {}
        for number, cells in self._rows(title, width):
            if merges:
                running = {column: held for column, held in running.items() if held[0] >= number}
                cells |= {column: MERGED for column in cells if (number, column) in broad}
            yield Line(number, cells, {column: value for column, (_, value) in running.items() if column not in cells})
            for column, value in cells.items() if down else ():
                if last := down.get((number, column)):
                    running[column] = last, value

    def formulas(self, title: str) -> frozenset[tuple[int, int]]:
        """Row and column of every formula in the sheet, both counted from 1."""
        if title not in self._formulas:
            self._formulas[title] = frozenset(self._formulas_of(title))
        return self._formulas[title]

    def _formulas_of(self, title: str) -> Iterator[tuple[int, int]]:
        if _FORMULA.search(self._package.part(self._package.sheets[title])):
            with _reading(self._package.name):
                for row in _sheet(_open(self._package.data, values=False), title).iter_rows(max_row=MOST_ROWS):
                    yield from (_place(cell) for cell in row if cell.data_type == "f")

    def _rows(self, title: str, width: int | None) -> Iterator[tuple[int, dict[int, Any]]]:
        """Number and values of each row that holds something."""
        from openpyxl.cell.read_only import EMPTY_CELL

        formulas = self.formulas(title)
        with _reading(self._package.name):
            rows = _sheet(self._values, title).iter_rows(max_row=MOST_ROWS, max_col=width, values_only=not formulas)
            nothing, blank = EMPTY_CELL if formulas else None, None
            for number, row in enumerate(rows, 1):
                if row is blank or all(cell is nothing for cell in row):
                    blank = row  # one and the same for every row that is not there, of which there may be a million
                    continue
                if formulas:
                    row = tuple(_result(cell, formulas) for cell in row)
                cells = {column: _value(value) for column, value in enumerate(row, 1) if value is not None}
                if any(value is not None for value in cells.values()):
                    yield number, {column: value for column, value in cells.items() if value is not None}


def _sheet(workbook: Workbook, title: str) -> Any:
    """A sheet of which all that is there is read, whatever it says about its size."""
    sheet = workbook[title]
    sheet.reset_dimensions()
    return sheet


def _result(cell: Any, formulas: frozenset[tuple[int, int]]) -> Any:
    """The value of a cell. An empty text made by a formula has a type, "str"; what was never calculated has none."""
    is_open = cell.value is None and cell.data_type == "n" and _place(cell) in formulas
    return UNCALCULATED if is_open else cell.value


def _open(data: bytes, *, values: bool) -> Workbook:
    from openpyxl import load_workbook

    return load_workbook(BytesIO(data), read_only=True, data_only=values, keep_links=False)


@contextmanager
def _reading(name: str) -> Iterator[None]:
    """Whatever openpyxl fails at is a damaged file."""
    try:
        yield
    except EfError:
        raise
    except Exception as error:  # its readers raise whatever the broken part happens to lead to
        raise damaged(name, str(error).split("\n", 1)[0] or type(error).__name__) from error


@contextmanager
def without_warnings() -> Iterator[None]:
    """What openpyxl warns of, such as drawings it leaves out, is nothing a forecast needs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _place(cell: Any) -> tuple[int, int]:
    """Row and column; what stands for cells that are not there has neither."""
    return getattr(cell, "row", 0), getattr(cell, "column", 0)


def _value(value: Any) -> Any:
    match value:
        case str() if _ERROR.fullmatch(value):
            return Unusable(f"holds the error {value}", "correct its formula")
        case str():
            return value if value.strip() else None
        case bool() | int() | Unusable():
            return value
        case float():
            return Decimal(f"{value:.15g}")
        case datetime():
            return value.date() if value.time() == time() else WITH_TIME
        case date():
            return value
    return WITH_TIME if isinstance(value, time | timedelta) else UNREADABLE


def _merges(xml: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Left, first, right and last of every merged range."""
    for left, first, right, last in _MERGED.findall(xml):
        yield column_number(left.decode()), int(first), column_number(right.decode()), int(last)


def column_number(letters: str) -> int:
    """`A` is 1, `AA` is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    """1 is `A`, 27 is `AA`."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters

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
WIDEST = 300
"""Columns beyond are looked at in no row: one cell far to the right must not cost its empty neighbours."""

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
        with _reading(package.name):
            self._values = _open(package.data, values=True)

    def lines(self, title: str) -> Iterator[Line]:
        """Every row of the sheet that holds something, in order."""
        xml = self._package.part(self._package.sheets[title])
        formulas = self.formulas(title)
        merges = list(_merges(xml))
        broad = {(first, left) for left, first, right, last in merges if right > left}
        down = {(first, left): last for left, first, right, last in merges if last > first and right == left}
        del xml
        running: dict[int, tuple[int, Any]] = {}
        for number, cells in _rows(self._package.name, self._values, title, formulas):
            running = {column: held for column, held in running.items() if held[0] >= number}
            cells |= {column: MERGED for column in cells if (number, column) in broad}
            yield Line(number, cells, {column: value for column, (_, value) in running.items() if column not in cells})
            for column, value in cells.items():
                if last := down.get((number, column)):
                    running[column] = last, value

    def formulas(self, title: str) -> frozenset[tuple[int, int]]:
        """Row and column of every formula in the sheet, both counted from 1."""
        if not _FORMULA.search(self._package.part(self._package.sheets[title])):
            return frozenset()
        with _reading(self._package.name):
            sheet = _open(self._package.data, values=False)[title]
            sheet.reset_dimensions()
            rows = sheet.iter_rows(max_row=MOST_ROWS, max_col=WIDEST)
            return frozenset(_place(cell) for row in rows for cell in row if cell.data_type == "f")


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


def _rows(
    name: str, workbook: Workbook, title: str, formulas: frozenset[tuple[int, int]]
) -> Iterator[tuple[int, dict[int, Any]]]:
    """Number and values of each row that holds something."""
    with _reading(name):
        sheet = workbook[title]
        sheet.reset_dimensions()
        for row in sheet.iter_rows(max_row=MOST_ROWS, max_col=WIDEST):
            cells: dict[int, Any] = {}
            for cell in row:
                # An empty text that a formula yields has a type of its own, "str"; a formula without value has none.
                if cell.value is not None:
                    value = _value(cell.value, cell.data_type)
                elif formulas and cell.data_type == "n" and _place(cell) in formulas:
                    value = UNCALCULATED
                else:
                    continue
                if value is not None:
                    number, column = _place(cell)
                    cells[column] = value
            if cells:
                yield number, cells


def _place(cell: Any) -> tuple[int, int]:
    """Row and column; what stands for cells that are not there has neither."""
    return getattr(cell, "row", 0), getattr(cell, "column", 0)


def _value(value: Any, data_type: str) -> Any:
    match value:
        case str() if data_type == "e":
            return Unusable(f"holds the error {value}", "correct the formula")
        case str():
            return value if value.strip() else None
        case float():
            return Decimal(f"{value:.15g}")
        case datetime():
            return value.date() if value.time() == time() else WITH_TIME
        case time() | timedelta():
            return WITH_TIME
        case bool() | int() | date():
            return value
    return Unusable("holds nothing a forecast can read", "write the value as text, a number or a date")


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

"""Workbooks for tests, made with openpyxl as a user's program would: one sheet a list, one row an object."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook

from ef_engine.model import findings
from ef_engine.model.fields import COMMENT
from ef_engine.model.scalars import NUMBER
from ef_engine.model.shapes import Field, Kind
from ef_engine.sources.excel_layout import CONFIG_FIELDS, LAYOUTS, column_title, layout_at, plain
from tests.model.documents import MISSING

EXACT_DIGITS = 15
"""More of them, a spreadsheet cannot hold as a number."""


def workbook_of(document: Mapping[str, Any]) -> Workbook:
    """A workbook with everything the document holds, every column of every sheet, in the order of the layouts."""
    workbook = Workbook()
    config = workbook.active
    assert config is not None
    config.title = "Config"
    config.append(["Field", "Value"])
    for path in CONFIG_FIELDS:
        config.append([path[-1], cell_of(_at(document, path))])
    for layout in LAYOUTS:
        sheet = workbook.create_sheet(layout.title)
        sheet.append([column_title(field.key) for field in layout.fields])
        for each in _at(document, layout.path) or ():
            keys = [field.key for field in layout.fields]
            sheet.append([cell_of(each.get(key)) for key in keys])
    return workbook


def _at(document: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        document = document.get(key) if isinstance(document, Mapping) else None
    return document


def cell_of(value: Any) -> Any:
    """How somebody would write a value into a cell: dates as dates, numbers as numbers where they fit."""
    if isinstance(value, list | tuple):
        return "; ".join(map(str, value))
    if isinstance(value, str) and len(value) == 10 and value[4::3] == "--":
        try:
            return date.fromisoformat(value) if int(value[:4]) >= 1900 else value
        except ValueError:
            return value
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        digits = len(f"{abs(value):f}".replace(".", "").strip("0"))
        return value if digits <= EXACT_DIGITS else f"{value:f}"
    return value


def saved(workbook: Workbook) -> bytes:
    """The bytes of the workbook's file."""
    stream = BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def config_of(data: bytes) -> dict[str, Any]:
    """The sheet Config as openpyxl reads it."""
    rows = load_workbook(BytesIO(data))["Config"].iter_rows(min_row=2, values_only=True)
    return {str(row[0]): row[1] for row in rows if row[0] is not None}


def why_not(path: findings.Path, value: object) -> str:
    """Why no cell holds the value so that it means the same; empty where one does."""
    layout = layout_at(path)
    if layout is None:
        field = CONFIG_FIELDS.get(tuple(map(str, path))) if path != ("schema",) else None
    elif len(path) == len(layout.path) + 2:
        field = layout.by_name.get(plain(str(path[-1])))
    else:
        return "a sheet has cells: no rows in one piece, and no lists in lists"
    if field is None or field.key == COMMENT:
        return "there is no such column or row of the sheet Config, or it may say anything"
    if not _is_plain(value):
        return "a cell does not keep such a value as it is"
    return "" if _means_the_same(value, field) else "to a spreadsheet it is the same as what is right"


def _means_the_same(value: object, field: Field) -> bool:
    """A spreadsheet knows no difference between 401 and the text 401, TRUE and 1, or of case in a word out of a few."""
    if isinstance(value, str):
        return field.kind is not Kind.TEXTS and value.lower() not in (*field.words, *field.aliases)
    if isinstance(value, bool) or value is MISSING:
        return True
    return field.kind not in (Kind.TEXT, Kind.REGEX, Kind.ID) and not (field.kind is Kind.BOOLEAN and value in (0, 1))


def _is_plain(value: object) -> bool:
    """Whether a spreadsheet keeps the value as it is, neither blank nor a word it takes for another."""
    if value is MISSING or isinstance(value, bool):
        return True
    if isinstance(value, str):
        is_safe = value.isprintable() and value.isascii() and value.strip() == value and value[:1] != "="
        return bool(value) and is_safe and value.lower() not in ("true", "false", "yes", "no")
    if isinstance(value, int | Decimal):
        return Decimal(value).is_finite() and bool(NUMBER.fullmatch(f"{value:f}")) and len(f"{value:f}") <= EXACT_DIGITS
    return False


def write(workbook: Workbook, path: Path) -> Path:
    """Writes the workbook as a file."""
    path.write_bytes(saved(workbook))
    return path


def cell(workbook: Workbook, title: str, row: int, key: str) -> Any:
    """A cell of a workbook made here, by the key of its column."""
    if title == "Config":
        return workbook[title].cell([path[-1] for path in CONFIG_FIELDS].index(key) + 2, 2)
    layout = next(each for each in LAYOUTS if each.title == title)
    return workbook[title].cell(row, [field.key for field in layout.fields].index(key) + 1)

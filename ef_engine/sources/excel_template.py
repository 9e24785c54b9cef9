"""A document written as a workbook for people to fill in: formats, lists to choose from, and notes on every column.

Text stays text: what begins like a formula is marked, so that no spreadsheet program ever takes it for one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from ef_engine.model.fields import ACCOUNTS, COMMENT
from ef_engine.model.shapes import Field, Kind
from ef_engine.model.spreadsheet_text import FORMULA_STARTS
from ef_engine.sources.excel_cells import column_letters
from ef_engine.sources.excel_layout import CONFIG, CONFIG_FIELDS, LAYOUTS, Layout, column_title

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

START = "Start Here"
_LINES = (
    "A forecast in a workbook",
    "",
    "What you see is an invented household. Replace it by your own: look for CHANGE FIRST, SECOND, THIRD and FOURTH",
    "in the columns called Comment.",
    "Config: from when to when. Accounts: what you have and owe. Budget: what comes in and goes out.",
    "MemoRules: which account each kind of budget item moves money from and to; empty is the world outside.",
    "The sheets of milestones: what you want to reach.",
    "",
    "Point at the name of a column to read what belongs into it. Cells with few possible values offer them as a list.",
    "Columns that a type of account does not have stay empty. The column Comment is yours.",
    "Names of sheets and columns must stay; more sheets of your own do no harm.",
    "",
    "Then save the workbook and say: ef_cli run forecast FILE.xlsx",
)
_LAST_ROW = 1000
"""Lists to choose from, and formats, are ready down to this row."""

_DATE, _MONEY, _RATE = "yyyy-mm-dd", "#,##0.00", "0.00%"
_FORMATS = {Kind.DATE: _DATE, Kind.OPEN_DATE: _DATE, Kind.AMOUNT: _MONEY, Kind.RATE: _RATE}
_WIDTHS = {Kind.DATE: 12, Kind.OPEN_DATE: 12, Kind.AMOUNT: 13, Kind.RATE: 9, Kind.BOOLEAN: 11, Kind.PRIORITY: 9}
_HEAD_HEIGHT = 46
_WIDE, _WIDER, _WIDEST = 22, 34, 70
_ACCOUNT_NAMES = ("account_from", "account_to", "account_name")
_MADE = datetime(2026, 1, 1)
"""The time in the workbook's properties: the same document makes the same parts."""


def workbook_bytes(document: Mapping[str, Any]) -> bytes:
    """The bytes of a workbook that holds the document of a forecast, its comments included."""
    from openpyxl import Workbook

    workbook = Workbook()
    workbook.properties.created = workbook.properties.modified = _MADE
    workbook.properties.creator = "ef"
    _write_start(workbook)
    _write_config(workbook.create_sheet(CONFIG), document)
    for layout in LAYOUTS:
        _write_table(workbook.create_sheet(layout.title), layout, _at(document, layout.path) or ())
    stream = BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def _at(document: Any, path: Sequence[str]) -> Any:
    for key in path:
        document = document.get(key) if isinstance(document, Mapping) else None
    return document


def _write_start(workbook: Workbook) -> None:
    from openpyxl.styles import Font

    sheet = workbook.active
    assert sheet is not None
    sheet.title = START
    sheet.column_dimensions["A"].width = 110
    for row, line in enumerate(_LINES, 1):
        sheet.cell(row, 1, line)
    sheet.cell(1, 1).font = Font(bold=True, size=14)


def _write_config(sheet: Worksheet, document: Mapping[str, Any]) -> None:
    for column, (title, width) in enumerate((("Field", _WIDE), ("Value", _WIDE), ("Comment", _WIDEST)), 1):
        _write_head(sheet, column, title, width)
    for row, (path, field) in enumerate(CONFIG_FIELDS.items(), 2):
        _write(sheet.cell(row, 1), path[-1])
        _write(sheet.cell(row, 2), _at(document, path), field)
        if path != (COMMENT,):
            _write(sheet.cell(row, 3), field.about + (f" ({field.default} if empty)" if field.default else ""))
        _offer(sheet, field, f"B{row}")
    sheet.freeze_panes = "A2"


def _write_table(sheet: Worksheet, layout: Layout, objects: Sequence[Mapping[str, Any]]) -> None:
    for column, field in enumerate(layout.fields, 1):
        letters = column_letters(column)
        _write_head(sheet, column, column_title(field.key), _width(field), _note(layout, field))
        _offer(sheet, field, f"{letters}2:{letters}{_LAST_ROW}")
        for row in range(2, len(objects) + 2):
            _write(sheet.cell(row, column), objects[row - 2].get(field.key), field)
    sheet.freeze_panes = "A2"
    sheet.row_dimensions[1].height = _HEAD_HEIGHT
    sheet.auto_filter.ref = f"A1:{column_letters(len(layout.fields))}{len(objects) + 1}"


def _width(field: Field) -> int:
    if field.key == COMMENT:
        return _WIDEST
    return _WIDER if field.kind in (Kind.REGEX, Kind.TEXTS) or field.key == "memo" else _WIDTHS.get(field.kind, _WIDE)


def _note(layout: Layout, field: Field) -> str:
    """What the note on a column says: what belongs there, the possible words, and for which accounts."""
    lines = [field.about[:1].upper() + field.about[1:] + "."]
    if field.words:
        lines.append("One of: " + ", ".join(field.words) + ".")
    if field.kind is Kind.TEXTS:
        lines.append("Several are separated by semicolons.")
    types = [name for name, shape in ACCOUNTS.items() if shape.field_of(field.key)]
    if layout.path == ("accounts",) and 0 < len(types) < len(ACCOUNTS):
        lines.append("For " + ", ".join(types) + ".")
    return "\n".join(lines)


def _write_head(sheet: Worksheet, column: int, title: str, width: int, note: str | None = None) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill

    cell = sheet.cell(1, column, title)
    cell.font = Font(bold=True, color="FFFFFF")
    cell.fill = PatternFill("solid", fgColor="2F5D62")
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if note is not None:
        cell.comment = Comment(note, "ef", height=110, width=260)
    sheet.column_dimensions[column_letters(column)].width = width


def _write(cell: Cell | MergedCell, value: Any, field: Field | None = None) -> None:
    """A value as a spreadsheet has it: dates as dates, lists with semicolons, and never a formula."""
    if isinstance(value, list | tuple):
        value = "; ".join(value)
    if field is not None:
        cell.number_format = _FORMATS.get(field.kind, "General")
        if isinstance(value, str) and _FORMATS.get(field.kind) == _DATE:
            value = date.fromisoformat(value)
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(FORMULA_STARTS)


def _offer(sheet: Worksheet, field: Field, cells: str) -> None:
    """What a spreadsheet program offers, or refuses, in these cells."""
    from openpyxl.worksheet.datavalidation import DataValidation

    rule: DataValidation
    if field.words or field.kind is Kind.BOOLEAN:
        words = ",".join(field.words or ("TRUE", "FALSE"))
        rule = DataValidation(type="list", formula1=f'"{words}"', allow_blank=True)
        rule.error = f"It is one of {words.replace(',', ', ')}."
    elif field.key in _ACCOUNT_NAMES:
        rule = DataValidation(type="list", formula1=f"Accounts!$B$2:$B${_LAST_ROW}", allow_blank=True)
        rule.errorStyle = "warning"
        rule.error = "The sheet Accounts has no account of that name."
    elif field.kind is Kind.PRIORITY:
        rule = DataValidation(type="whole", operator="greaterThanOrEqual", formula1="1", allow_blank=True)
        rule.error = "A priority is a whole number from 1."
    elif _FORMATS.get(field.kind) == _DATE:
        rule = DataValidation(type="date", operator="greaterThan", formula1="1", allow_blank=True)
        rule.error = "This is no date."
    else:
        return
    rule.showErrorMessage = True
    rule.add(cells)
    sheet.add_data_validation(rule)

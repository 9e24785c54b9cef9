"""Workbooks from report values, with openpyxl: real dates and numbers, frozen headers, native charts.

A text is stored as text even where it begins like a formula: memos come from users.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.chart.axis import DateAxis
from openpyxl.chart.legend import Legend
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from ef_engine.model.spreadsheet_text import FORMULA_STARTS
from ef_engine.report.cells import cell_text, text_width
from ef_engine.report.values import Cell, Grid, Sentences
from ef_engine.report.workbook import Drawing, Sheet, SheetChart

AMOUNT_FORMAT = "#,##0.00;[Red]-#,##0.00"
DATE_FORMAT = "yyyy-mm-dd"
_EXACT = Decimal(10) ** 13
"""A larger amount has more than the 15 digits a spreadsheet keeps, so it is written as text."""
_MOST_CHARACTERS = 32_767
_WIDEST = 60
_HEADER_FONT, _HEADER_FILL = Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor="1F4E79")
_HEADING_FONT, _TITLE_FONT = Font(bold=True, size=13), Font(bold=True, size=16)
_COLORS = ("0072B2", "D55E00", "009E73", "CC79A7", "E69F00", "56B4E9", "4A5560", "7A6F00")


def render_workbook(title: str, sheets: Sequence[Sheet]) -> bytes:
    """The workbook as an `.xlsx` file; the title stands above the first sheet."""
    workbook = Workbook()
    workbook.properties.title = cell_text(title)
    workbook.properties.creator = "ef"
    workbook.remove(workbook.worksheets[0])
    targets = {sheet.name: workbook.create_sheet(sheet.name) for sheet in sheets}
    for sheet in sheets:
        _fill(targets[sheet.name], sheet, title if sheet is sheets[0] else "")
    for sheet in sheets:
        _draw(targets, sheet, {each.name: each for each in sheets})
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def _fill(target: Worksheet, sheet: Sheet, title: str) -> None:
    row = 1
    if title:
        _put(target, 1, 1, title, _TITLE_FONT)
        row = 3
    is_table = len(sheet.blocks) == 1 and isinstance(sheet.blocks[0], Grid)
    for block in sheet.blocks:
        if block.heading and not is_table:
            _put(target, row, 1, block.heading, _HEADING_FONT)
            row += 1
        row = _fill_block(target, block, row) + 1
    if is_table and isinstance(sheet.blocks[0], Grid):
        target.freeze_panes = "B2"
        target.auto_filter.ref = f"A1:{get_column_letter(len(sheet.blocks[0].columns))}{len(sheet.blocks[0].rows) + 1}"
    _set_widths(target, [block for block in sheet.blocks if isinstance(block, Grid)])


def _fill_block(target: Worksheet, block: Sentences | Grid, row: int) -> int:
    """Writes a block from the row on; returns the row after it."""
    if isinstance(block, Sentences):
        for row, sentence in enumerate(block.sentences, row):  # noqa: B020  (the next free row goes on)
            _put(target, row, 1, sentence)
        return row + 1
    for column, name in enumerate(block.columns, 1):
        cell = _put(target, row, column, name, _HEADER_FONT)
        cell.fill, cell.alignment = _HEADER_FILL, Alignment(wrap_text=True, vertical="center")
    for row, cells in enumerate(block.rows, row + 1):  # noqa: B020
        for column, value in enumerate(cells, 1):
            if value is not None and value != "":
                _put(target, row, column, value)
    return row + 1


def _put(target: Worksheet, row: int, column: int, value: Cell, font: Font | None = None):  # type: ignore[no-untyped-def]
    cell = target.cell(row, column)
    match value:
        case Decimal() if abs(value) < _EXACT:
            cell.value, cell.number_format = value, AMOUNT_FORMAT
        case date():
            cell.value, cell.number_format = value, DATE_FORMAT
        case int() if not isinstance(value, bool) and abs(value) < _EXACT:
            cell.value = value
        case _:
            cell.value = text = cell_text(value)[:_MOST_CHARACTERS]
            cell.data_type = "s"
            # Else it would become a formula when somebody edits the cell.
            cell.quotePrefix = text.startswith(FORMULA_STARTS)
    if font:
        cell.font = font
    return cell


def _set_widths(target: Worksheet, grids: Iterable[Grid]) -> None:
    widths: dict[int, int] = {}
    for grid in grids:
        for k, name in enumerate(grid.columns):
            longest = max((text_width(cell_text(row[k])) for row in grid.rows), default=0)
            widths[k] = max(widths.get(k, 0), min(_WIDEST, max(longest, min(text_width(name), 16))) + 2)
    for k, width in widths.items():
        target.column_dimensions[get_column_letter(k + 1)].width = width


def _draw(targets: dict[str, Worksheet], sheet: Sheet, sheets: dict[str, Sheet]) -> None:
    grids = [block for block in sheet.blocks if isinstance(block, Grid)]
    free = get_column_letter(max((len(grid.columns) for grid in grids), default=0) + 2)
    for k, chart in enumerate(sheet.charts):
        (grid,) = sheets[chart.sheet].blocks
        assert isinstance(grid, Grid)
        targets[sheet.name].add_chart(_chart(targets[chart.sheet], grid, chart), f"{free}{2 + 19 * k}")


def _chart(source: Worksheet, grid: Grid, described: SheetChart) -> LineChart | BarChart:
    is_dated = bool(grid.rows) and isinstance(grid.rows[0][0], date)
    chart = LineChart() if described.drawing is Drawing.LINES else BarChart()
    chart.title, chart.height, chart.width = described.heading, 9, 22
    last = len(grid.rows) + 1
    for k, name in enumerate(described.columns):
        column = grid.columns.index(name) + 1
        chart.add_data(Reference(source, min_col=column, min_row=1, max_row=last), titles_from_data=True)
        drawn = chart.series[k]
        drawn.graphicalProperties.line.solidFill = _COLORS[k % len(_COLORS)]
        drawn.graphicalProperties.line.dashStyle = ("solid", "dash", "sysDot")[k // len(_COLORS) % 3]
        if described.drawing is Drawing.BARS:
            drawn.graphicalProperties.solidFill = _COLORS[k % len(_COLORS)]
        else:
            drawn.smooth = False
    chart.set_categories(Reference(source, min_col=1, min_row=2, max_row=last))
    if is_dated:
        chart.x_axis = DateAxis(crossAx=100, majorTimeUnit="months")
        chart.x_axis.number_format = "yyyy-mm"
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.y_axis.number_format, chart.y_axis.crossAx = "#,##0", chart.x_axis.axId
    chart.x_axis.tickLblPos = "low"
    chart.legend = Legend(legendPos="b")
    return chart

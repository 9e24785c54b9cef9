"""Excel workbooks (.xlsx) -> a forecast, or every problem at its cell; and the id written into one cell.

Reading never writes, and writing an id leaves every other part of the file byte for byte as it was: the workbook is
never loaded and saved again.
"""

from __future__ import annotations

import os
from itertools import count
from pathlib import Path
from zipfile import BadZipFile

from ef_engine.errors import InputError
from ef_engine.model.document import read_forecast
from ef_engine.sources.excel_cells import Cells, without_warnings
from ef_engine.sources.excel_document import Workbook, problems_of, read_settings, read_workbook
from ef_engine.sources.excel_layout import FIELD, ID_KEY, VALUE
from ef_engine.sources.excel_package import Package, damaged, open_package
from ef_engine.sources.excel_patch import with_text
from ef_engine.sources.json_file import file_bytes
from ef_engine.sources.loaded import Loaded
from ef_engine.sources.zip_edit import with_member


def read_file(path: str | os.PathLike[str]) -> Loaded:
    """The forecast in a workbook; `NotFoundError` for a missing file, `InputError` for all else that is wrong."""
    name = os.fspath(path)
    return read_bytes(file_bytes(Path(path), name), name)


def read_bytes(data: bytes, name: str) -> Loaded:
    """The forecast in the bytes of a workbook that problems call `name`; else `InputError`."""
    workbook = _read(open_package(data, name))
    value = read_forecast(workbook.document)
    problems = problems_of(workbook, value if isinstance(value, list) else ())
    if problems or isinstance(value, list):
        raise InputError(problems)
    return Loaded(name, value, workbook.document.get(ID_KEY), data, "excel")


def _read(package: Package) -> Workbook:
    with without_warnings():
        return read_workbook(package.name, Cells(package), package.sheets)


def identified(read: Loaded, record_id: str) -> bytes:
    """The bytes of a workbook that was read, with the id in its sheet Config: one cell of one part is another.

    `InputError` for an archive that is readable and yet too odd to be changed.
    """
    if read.carried_id == record_id:
        return read.data
    package = open_package(read.data, read.name)
    with without_warnings():
        cells = Cells(package)
        workbook, _ = read_settings(package.name, cells, package.sheets)
        formulas = cells.formulas(workbook.config.title)
    table, part = workbook.config, package.sheets[workbook.config.title]
    row = workbook.rows.get((ID_KEY,))
    xml = package.part(part)
    if row is None:
        row = _free_row(workbook, formulas)
        xml = with_text(xml, row, table.positions[FIELD], ID_KEY)
    try:
        return with_member(read.data, part, with_text(xml, row, table.positions[VALUE], record_id))
    except BadZipFile as error:
        raise damaged(read.name, str(error)) from None


def _free_row(workbook: Workbook, formulas: frozenset[tuple[int, int]]) -> int:
    """The first row after the settings where nothing stands under Field and Value, not even a formula without value.

    Comments may stand in any row down to the last one a sheet can have.
    """
    columns = [workbook.config.positions[key] for key in (FIELD, VALUE)]
    below = count(max(workbook.rows.values()) + 1)
    return next(row for row in below if not any((row, column) in formulas for column in columns))

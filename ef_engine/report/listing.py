"""A list in one of its three formats: a table for people, json and csv for programs.

Rows hold raw values; only the table format drops digits or cuts text. JSON keys are the columns in snake_case.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal

from ef_engine.model.spreadsheet_text import guarded
from ef_engine.report.columns import table_lines

FORMATS = ("table", "json", "csv")


def render_list(
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    form: str = "table",
    header: bool = True,
    width: int | None = None,
    keep: Collection[str] = (),
    spare: Iterable[str] = (),
) -> str:
    """The list as text that ends with a line feed, or is empty. `header` is nothing to json, `width` to json and csv.

    A table too wide leaves out the columns in `spare`, in that order, before it cuts any that are not in `keep`.
    """
    if form == "json":
        return list_json(columns, rows)
    if form == "csv":
        return list_csv(columns, rows, header)
    return "".join(line + "\n" for line in table_lines(columns, rows, width, header, keep, spare))


def list_json(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """An array of objects, one a line. A `Decimal` is a number with two decimals; what JSON lacks, its text."""
    keys = [json.dumps(snake_case(column), ensure_ascii=False) for column in columns]
    members = ([f"{key}: {_json(cell)}" for key, cell in zip(keys, row, strict=True)] for row in rows)
    objects = ["{" + ", ".join(texts) + "}" for texts in members]
    return "[\n  " + ",\n  ".join(objects) + "\n]\n" if objects else "[]\n"


def list_csv(columns: Sequence[str], rows: Sequence[Sequence[object]], header: bool = True) -> str:
    """RFC 4180 with LF line ends; None is empty, and no text a formula. The header has the columns in snake_case."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    lines = [list(map(snake_case, columns)), *rows] if header else rows
    writer.writerows([guarded(cell) if isinstance(cell, str) else cell for cell in line] for line in lines)
    return text.getvalue()


def _json(cell: object) -> str:
    return f"{cell:.2f}" if isinstance(cell, Decimal) else json.dumps(cell, ensure_ascii=False, default=str)


def snake_case(column: str) -> str:
    """`Last heartbeat` -> `last_heartbeat`."""
    return "_".join(column.lower().replace(":", " ").replace("-", " ").split())

"""A list as table, json and csv."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from datetime import date
from decimal import Decimal

import pytest

from ef_engine.model.spreadsheet_text import FORMULA_STARTS
from ef_engine.report.listing import FORMATS, render_list

COLUMNS = ("Id", "Last heartbeat", "End-of-month", "Share")
ROWS = [("0123", date(2026, 1, 2), Decimal("12.4"), None), ('a, "b"', None, Decimal(3), True)]
HEAVY = ("pandas", "numpy", "textual", "rich", "openpyxl", "sqlalchemy", "ef_engine.simulation", "ef_engine.evaluation")


def test_json_is_an_array_of_objects_with_keys_in_snake_case() -> None:
    text = render_list(COLUMNS, ROWS, "json")
    assert text == (
        "[\n"
        '  {"id": "0123", "last_heartbeat": "2026-01-02", "end_of_month": 12.40, "share": null},\n'
        '  {"id": "a, \\"b\\"", "last_heartbeat": null, "end_of_month": 3.00, "share": true}\n'
        "]\n"
    )
    assert len(json.loads(text)) == len(ROWS)


def test_csv_is_quoted_and_ends_lines_with_lf() -> None:
    assert render_list(COLUMNS, ROWS, "csv") == (
        'id,last_heartbeat,end_of_month,share\n0123,2026-01-02,12.4,\n"a, ""b""",,3,True\n'
    )
    assert render_list(COLUMNS, ROWS, "csv", header=False).startswith("0123,")


def test_a_table_is_for_people() -> None:
    assert render_list(("Id", "Done"), [("0123", 5)]) == "Id    Done\n0123     5\n"
    assert render_list(("Id", "Done"), [("0123", 5)], header=False) == "0123  5\n"


@pytest.mark.parametrize(("form", "text"), list(zip(FORMATS, ("", "[]\n", ""), strict=True)))
def test_nothing_to_list_without_a_header(form: str, text: str) -> None:
    assert render_list(("Id",), [], form, header=False) == text


def test_listing_imports_nothing_heavy() -> None:
    code = f"import sys, ef_engine.report.listing; print([name for name in {HEAVY} if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


@pytest.mark.parametrize("label", ["=1+1", "+1", "-1", "@x", "\t=1"])
def test_no_text_of_a_csv_list_is_a_formula_and_numbers_stay_numbers(label: str) -> None:
    columns, rows = ("ID", f"{label} paid"), [("a", label), ("b", Decimal("-1.50"))]
    head, *lines = csv.reader(io.StringIO(render_list(columns, rows, "csv"), newline=""))
    assert head[1].startswith(FORMULA_STARTS) is False
    assert lines == [["a", f"'{label}"], ["b", "-1.50"]]
    assert json.loads(render_list(("ID", "Label"), rows, "json"))[0] == {"id": "a", "label": label}

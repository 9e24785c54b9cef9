"""The workbook to fill in: a worked example that stages, with help in its cells; and workbooks of any size."""

from __future__ import annotations

import subprocess
import sys
from importlib.resources import files
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from openpyxl import Workbook, load_workbook

from benchmarks.workbooks import large_workbook
from ef_engine.model.document import to_document
from ef_engine.model.fields import BUDGET_ITEM
from ef_engine.model.forecast import Forecast
from ef_engine.service.sample import template
from ef_engine.sources import excel
from ef_engine.sources.excel_layout import LAYOUTS, column_title
from ef_engine.sources.excel_template import workbook_bytes
from ef_engine.sources.json_file import read_bytes
from tests.sources.workbooks import cell
from tests.strategies import forecasts


@pytest.fixture(scope="module")
def workbook() -> Workbook:
    return load_workbook(BytesIO(template("excel")))


def household() -> Forecast:
    value = read_bytes(files("ef_engine.sample").joinpath("household.json").read_bytes(), "household.json").value
    assert isinstance(value, Forecast)
    return value


def test_the_template_is_the_sample_household() -> None:
    found = excel.read_bytes(template("excel"), "f.xlsx").value
    assert found == household()


@given(forecast=forecasts())
@settings(max_examples=25, deadline=None)
def test_any_forecast_can_be_written_as_a_workbook(forecast: Forecast) -> None:
    assert excel.read_bytes(workbook_bytes(to_document(forecast)), "f.xlsx").value == forecast


def test_every_column_of_every_sheet_is_there_with_a_note(workbook: Workbook) -> None:
    for layout in LAYOUTS:
        heads = [head for head in workbook[layout.title][1] if head.value]
        assert [head.value for head in heads] == [column_title(field.key) for field in layout.fields]
        assert all(head.comment is not None and len(head.comment.text) > 10 for head in heads)
    assert workbook["Accounts"]["F1"].comment.text.endswith("For savings, investment, loan.")


def test_cells_with_few_possible_values_offer_them(workbook: Workbook) -> None:
    offered = {str(each.sqref): str(each.formula1) for each in workbook["Budget"].data_validations.dataValidation}
    cadence = BUDGET_ITEM.field_of("cadence")
    assert cadence is not None
    assert offered["D2:D1000"] == f'"{",".join(cadence.words)}"'
    assert offered["G2:G1000"] == '"TRUE,FALSE"'
    rules = {str(each.sqref): each for each in workbook["MemoRules"].data_validations.dataValidation}
    assert rules["B2:B1000"].formula1 == "Accounts!$B$2:$B$1000"
    assert rules["B2:B1000"].errorStyle == "warning", "ALL_LOANS is none of the accounts"


def test_dates_amounts_and_rates_are_formatted(workbook: Workbook) -> None:
    assert cell(workbook, "Budget", 2, "start_date").number_format == "yyyy-mm-dd"
    assert cell(workbook, "Budget", 2, "start_date").is_date
    assert cell(workbook, "Budget", 2, "amount").number_format == "#,##0.00"
    assert cell(workbook, "Accounts", 4, "apr").number_format == "0.00%"
    assert workbook["Budget"].freeze_panes == "A2"


@pytest.mark.parametrize("memo", ["=1+1", "+1", "-1", "@x", '=cmd|"/c calc"!A1'])
def test_text_that_looks_like_a_formula_stays_text(memo: str) -> None:
    document = to_document(household())
    document["budget_items"][0]["memo"] = memo
    written = load_workbook(BytesIO(workbook_bytes(document)))
    found = cell(written, "Budget", 2, "memo")
    assert (found.value, found.data_type, found.quotePrefix) == (memo, "s", True)


LARGE = """
import resource, sys
from ef_engine.sources import excel
found = excel.read_file(sys.argv[1])
excel.identified(found, "0" * 12)
print(len(found.value.budget_items), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
def test_a_hundred_thousand_rows_are_read_in_bounded_memory(tmp_path: Path) -> None:
    path = large_workbook(tmp_path / "large.xlsx", 100_000)
    done = subprocess.run([sys.executable, "-c", LARGE, str(path)], capture_output=True, text=True, check=True)
    count, kilobytes = map(int, done.stdout.split())
    assert count == 100_000
    assert kilobytes < 500 * 1024

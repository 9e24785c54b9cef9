"""What people do in spreadsheets, and what is said about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from ef_engine.errors import InputError
from ef_engine.model.content_id import forecast_id
from ef_engine.model.document import read_forecast
from ef_engine.model.forecast import Forecast
from ef_engine.sources import excel
from tests.model.documents import forecast_document
from tests.sources.workbooks import cell, saved, workbook_of

FILES = Path(__file__).parent / "files"


@pytest.fixture
def workbook() -> Workbook:
    return workbook_of(forecast_document())


def read(workbook: Workbook) -> Forecast:
    value = excel.read_bytes(saved(workbook), "f.xlsx").value
    assert isinstance(value, Forecast)
    return value


def refusal(workbook: Workbook) -> list[str]:
    with pytest.raises(InputError) as caught:
        read(workbook)
    return [str(problem).removeprefix("f.xlsx, ") for problem in caught.value.problems]


def original() -> Forecast:
    value = read_forecast(forecast_document())
    assert isinstance(value, Forecast)
    return value


@pytest.mark.parametrize("path", sorted(FILES.glob("*.xlsx")), ids=lambda path: path.stem)
def test_workbooks_of_many_programs_hold_the_same_forecast(path: Path) -> None:
    value = excel.read_file(path).value
    assert isinstance(value, Forecast)
    assert forecast_id(value) == forecast_id(original())


def test_headers_and_sheets_match_without_regard_to_case_blanks_and_underscores(workbook: Workbook) -> None:
    workbook["Budget"].title = "budget items"
    workbook["MemoRules"].title = "MEMO_RULES"
    for sheet, text in (("budget items", "START DATE"), ("MEMO_RULES", " memo_Regex ")):
        workbook[sheet]["A1"] = text
    workbook["Config"]["A5"] = "Start Date"
    assert read(workbook) == original()


def test_sheets_of_one_s_own_do_no_harm_and_hidden_ones_count(workbook: Workbook) -> None:
    workbook.create_sheet("Calculations", 0)["A1"] = "anything"
    workbook["Budget"].sheet_state = "hidden"
    workbook["MemoRules"].row_dimensions[2].hidden = True
    assert read(workbook) == original()


def test_titles_blank_rows_and_rows_of_comments_are_no_objects(workbook: Workbook) -> None:
    sheet = workbook["Budget"]
    sheet.insert_rows(3, 2)
    cell(workbook, "Budget", 4, "comment").value = "what we would like"
    sheet.insert_rows(1, 3)
    sheet["A1"] = "Our budget"
    sheet.merge_cells("A1:F2")
    assert read(workbook) == original()


def test_a_cell_merged_downwards_counts_in_every_row(workbook: Workbook) -> None:
    sheet = workbook["Budget"]
    column = cell(workbook, "Budget", 2, "start_date").column_letter
    sheet.merge_cells(f"{column}2:{column}3")
    assert [item.start_date for item in read(workbook).budget_items] == [date(2026, 1, 2)] * 2


def test_a_cell_merged_over_columns_is_a_finding(workbook: Workbook) -> None:
    workbook["MemoRules"].merge_cells("A2:C2")
    assert refusal(workbook)[0] == (
        "sheet MemoRules, row 2, column Memo Regex: is merged over several columns; "
        "unmerge it and write each value into its own cell."
    )


@pytest.mark.parametrize("value", [datetime(2026, 1, 2), "2026-01-02", " 20260102 ", 20260102])
def test_dates_are_dates_or_written_as_such(workbook: Workbook, value: object) -> None:
    found = cell(workbook, "Budget", 2, "start_date")
    found.value = value
    found.number_format = "yyyy-mm-dd" if isinstance(value, datetime) else "General"
    assert read(workbook) == original()


def test_dates_count_from_1904_where_the_workbook_does(workbook: Workbook) -> None:
    workbook.epoch = CALENDAR_MAC_1904
    assert read(workbook) == original()


def test_numbers_may_be_text_and_text_may_be_numbers(workbook: Workbook) -> None:
    cell(workbook, "Budget", 3, "amount").value = " 19.99 "
    cell(workbook, "Budget", 3, "priority").value = "2"
    cell(workbook, "Accounts", 3, "name").value = 401
    cell(workbook, "MemoMilestones", 2, "name").value = 2026.0
    cell(workbook, "CompositeMilestones", 2, "memo_milestones").value = 2026
    found = read(workbook)
    assert found.budget_items == original().budget_items
    assert found.accounts[1].name == "401"
    assert found.milestones.composite[0].memo_milestones == ("2026",)


@pytest.mark.parametrize(
    ("number", "rate"), [(0.1 + 0.2, "0.3"), (0.07, "0.07"), (1 / 3, "0.333333333333333"), (2.5e-05, "0.000025")]
)
def test_a_number_has_the_digits_a_spreadsheet_shows(workbook: Workbook, number: float, rate: str) -> None:
    cell(workbook, "Accounts", 3, "apr").value = number
    account: Any = read(workbook).accounts[1]
    assert account.apr == Decimal(rate)


@pytest.mark.parametrize("value", [True, "TRUE", "yes", " Yes ", 1, 1.0])
def test_yes_is_true(workbook: Workbook, value: object) -> None:
    cell(workbook, "Budget", 3, "deferrable").value = value
    assert read(workbook) == original()


def test_words_may_be_capitalized(workbook: Workbook) -> None:
    cell(workbook, "Budget", 2, "cadence").value = "Monthly "
    cell(workbook, "Accounts", 2, "type").value = "Checking"
    assert read(workbook) == original()


def test_names_keep_their_blanks(workbook: Workbook) -> None:
    cell(workbook, "AccountMilestones", 2, "name").value = " card paid "
    composite = cell(workbook, "CompositeMilestones", 2, "account_milestones")
    composite.value = "worth;  card paid "
    assert refusal(workbook) == [
        'sheet CompositeMilestones, row 2, column Account Milestones: "card paid" is not an account milestone '
        '(did you mean " card paid "?); name one that exists.'
    ]
    composite.value = "worth; card paid "
    assert read(workbook).milestones.composite[0].account_milestones == ("worth", " card paid ")


def test_what_is_empty_is_left_out(workbook: Workbook) -> None:
    cell(workbook, "Accounts", 2, "min_balance").value = "  "
    cell(workbook, "MemoRules", 2, "account_from").value = ""
    assert read(workbook) == original()


def with_cell(title: str, row: int, key: str, value: object) -> Callable[[Workbook], None]:
    def change(workbook: Workbook) -> None:
        cell(workbook, title, row, key).value = value

    return change


def as_plain_number(title: str, row: int, key: str, value: int) -> Callable[[Workbook], None]:
    def change(workbook: Workbook) -> None:
        found = cell(workbook, title, row, key)
        found.value, found.number_format = value, "General"

    return change


def with_header(title: str, place: str, text: str | int) -> Callable[[Workbook], None]:
    def change(workbook: Workbook) -> None:
        workbook[title][place] = text

    return change


def without_sheet(title: str) -> Callable[[Workbook], None]:
    return lambda workbook: workbook.remove(workbook[title])


def with_sheet(title: str) -> Callable[[Workbook], None]:
    def change(workbook: Workbook) -> None:
        workbook.create_sheet(title)

    return change


def renamed(title: str, other: str) -> Callable[[Workbook], None]:
    def change(workbook: Workbook) -> None:
        workbook[title].title = other

    return change


MISTAKES = {
    "a word": (
        with_cell("Budget", 3, "cadence", "weakly"),
        'sheet Budget, row 3, column Cadence: cannot be "weakly" (did you mean "weekly"?); '
        "write one of once, daily, weekly, biweekly, semimonthly, monthly, quarterly, yearly.",
    ),
    "a column": (
        with_header("Budget", "D1", "Cadense"),
        'sheet Budget, row 1, column Cadense: "Cadense" is no column of this sheet (did you mean "Cadence"?); '
        "rename or remove it.\n"
        "sheet Budget, column Cadence: is missing; "
        "write one of once, daily, weekly, biweekly, semimonthly, monthly, quarterly, yearly.",
    ),
    "a column twice": (
        with_header("Budget", "D1", "Amount"),
        "sheet Budget, row 1, column Amount: stands there more than once; keep one of the columns.",
    ),
    "a header that is a number": (
        with_header("MemoRules", "G1", 7),
        'sheet MemoRules, row 1, column G: "7" is no column of this sheet; rename or remove it.',
    ),
    "beside the table": (
        with_header("MemoRules", "H3", "see above"),
        "sheet MemoRules, row 3, column H: stands in a column without header; give it one, or remove it.",
    ),
    "a field": (
        with_header("Config", "A4", "lable"),
        'sheet Config, row 4: "lable" is no field of a forecast (did you mean "label"?); rename or remove it.',
    ),
    "a field twice": (
        with_header("Config", "A4", "Start Date"),
        "sheet Config, row 5: sets start_date once more; keep one of the rows.",
    ),
    "a date": (
        with_cell("Config", 0, "end_date", "31/12/2026"),
        'sheet Config, row 6, column Value: must be a date, not text "31/12/2026"; '
        "write a date, or 2026-01-31 as text.",
    ),
    "a date without its format": (
        as_plain_number("Budget", 2, "start_date", 46054),
        "sheet Budget, row 2, column Start Date: must be a date, not the number 46054; "
        "give the cell the format of a date.",
    ),
    "settings without their header": (
        with_header("Config", "B1", ""),
        "sheet Config, row 2, column B: stands in a column without header; give it one, or remove it.\n"
        "sheet Config, column Value: is missing; write Field and Value above the settings.",
    ),
    "a time": (
        with_cell("Budget", 2, "start_date", datetime(2026, 1, 2, 8, 30)),
        "sheet Budget, row 2, column Start Date: holds a time of day; write a date alone.",
    ),
    "a time alone": (
        with_cell("Budget", 2, "amount", time(8, 30)),
        "sheet Budget, row 2, column Amount: holds a time of day; write a date alone.",
    ),
    "a date as an amount": (
        with_cell("Budget", 2, "amount", date(2026, 1, 2)),
        "sheet Budget, row 2, column Amount: must be a number, not a date; write a plain number such as 1250.50.",
    ),
    "a flag": (
        with_cell("Budget", 3, "deferrable", "maybe"),
        'sheet Budget, row 3, column Deferrable: must be true or false, not text "maybe"; write TRUE or FALSE.',
    ),
    "a field of another type": (
        with_cell("Accounts", 2, "apr", 0.1),
        'sheet Accounts, row 2, column APR: "apr" is no key of a checking account; rename or remove it.',
    ),
    "a formula that was never calculated": (
        with_cell("Budget", 2, "amount", "=1000*2"),
        "sheet Budget, row 2, column Amount: is a formula whose value was never calculated; "
        "open the file in a spreadsheet program and save it there.",
    ),
    "an error": (
        with_cell("Budget", 2, "amount", "#REF!"),
        "sheet Budget, row 2, column Amount: holds the error #REF!; correct its formula.",
    ),
    "a formula as id": (
        with_cell("Config", 0, "forecast_id", '="b73"'),
        "sheet Config, row 3, column Value: must not be a formula; clear it, staging writes the id.",
    ),
    "no accounts": (without_sheet("Accounts"), "sheet Accounts: is missing; add the list of accounts."),
    "a sheet": (
        renamed("Accounts", "Acounts"),
        'sheet Acounts: is no sheet of a forecast (did you mean "Accounts"?); rename it.\n'
        "sheet Accounts: is missing; add the list of accounts.",
    ),
    "a sheet twice": (
        with_sheet("Budget Items"),
        "sheet Budget Items: means the same as sheet Budget; rename or remove one of them.",
    ),
    "no dates": (
        without_sheet("Config"),
        "sheet Config, field start_date: is missing; add the day of the opening balances.\n"
        "sheet Config, field end_date: is missing; add the last day, simulated too.",
    ),
    "a newer version": (
        with_cell("Config", 0, "schema", "ef/forecast/2"),
        "sheet Config, row 2, column Value: is ef/forecast/2, newer than this ef can read; upgrade ef.",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_found_at_its_cell(workbook: Workbook, mistake: str) -> None:
    change, expected = MISTAKES[mistake]
    change(workbook)
    assert refusal(workbook)[: expected.count("\n") + 1] == expected.split("\n")


def test_a_column_that_is_not_there_is_missed_once(workbook: Workbook) -> None:
    workbook["Budget"].delete_cols(cell(workbook, "Budget", 1, "memo").column)
    assert refusal(workbook) == ["sheet Budget, column Memo: is missing; add what it is."]


@pytest.mark.parametrize("title", ["Choices", "Optional Budget Items", "Forecast Set"])
def test_a_set_is_refused_with_the_sentence_that_names_json(workbook: Workbook, title: str) -> None:
    workbook.create_sheet(title)
    with pytest.raises(InputError) as caught:
        read(workbook)
    assert str(caught.value) == (
        "f.xlsx: is to hold a forecast set, which Excel files cannot; "
        "write the set as JSON, as `ef_cli schema forecastset` describes it."
    )


def test_formulas_count_as_the_values_stored_with_them() -> None:
    found = excel.read_file(FILES / "xlsxwriter.xlsx")
    assert b"<f>1000*2</f>" in sheet_with_formula(found.data)
    assert isinstance(found.value, Forecast)
    assert [item.amount for item in found.value.budget_items] == [2000_000_000, 19_990_000]


def sheet_with_formula(data: bytes) -> bytes:
    from ef_engine.sources.excel_package import open_package

    package = open_package(data, "f.xlsx")
    return package.part(package.sheets["BUDGET"])


def test_a_formula_that_yields_nothing_is_empty() -> None:
    data = sheet_with_formula((FILES / "xlsxwriter.xlsx").read_bytes())
    empty = data.replace(b"<f>1000*2</f><v>2000</v>", b'<f>IF(1,"")</f><v></v>').replace(
        b'<c r="E2" s="4">', b'<c r="E2" s="4" t="str">'
    )
    assert empty.count(b't="str"') == 1
    from ef_engine.sources.zip_edit import with_member

    whole = (FILES / "xlsxwriter.xlsx").read_bytes()
    with pytest.raises(InputError, match="column Amount: is missing"):
        excel.read_bytes(with_member(whole, "xl/worksheets/sheet4.xml", empty), "f.xlsx")

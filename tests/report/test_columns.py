"""Plain-text tables fit, align, and never show a wrong number."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ef_engine.report.cells import cut, text_width
from ef_engine.report.columns import table_lines


def test_text_is_left_and_numbers_are_right() -> None:
    rows = [("rent", 1, Decimal("-1234.5"), None), ("pay", 10, None, "yes")]
    assert table_lines(("Memo", "Priority", "Amount", ""), rows) == [
        "Memo  Priority     Amount",
        "rent         1  -1,234.50",
        "pay         10             yes",
    ]


def test_the_header_may_be_left_out() -> None:
    assert table_lines(("A long header",), [("a",)], header=False) == ["a"]


def test_a_list_of_nothing_is_its_header() -> None:
    assert table_lines(("Id", "Label"), []) == ["Id  Label"]


def test_the_widest_text_is_cut_first_and_ids_never() -> None:
    rows = [("0123456789ab", "a label that goes on and on", "evaluated", 12345)]
    assert table_lines(("Id", "Label", "State", "Done"), rows, width=40, keep=("Id",)) == [
        "Id            Label     State       Done",
        "0123456789ab  a label…  evaluated  12345",
    ]


def test_what_can_be_spared_goes_before_anything_is_cut() -> None:
    rows = [("0123456789ab", "a label that goes on", "2026-01-01", "2026-12-31")]
    columns, spare = ("Id", "Label", "Start", "End"), ("Start", "End")
    assert table_lines(columns, rows, width=60, keep=("Id",), spare=spare)[0].split() == ["Id", "Label", "Start", "End"]
    assert table_lines(columns, rows, width=48, keep=("Id",), spare=spare)[0].split() == ["Id", "Label", "End"]
    assert table_lines(columns, rows, width=24, keep=("Id",), spare=spare)[1] == "0123456789ab  a label t…"


def test_numbers_are_whole_even_where_they_do_not_fit() -> None:
    assert table_lines(("Amount", "Memo"), [(Decimal("123456.78"), "groceries")], width=8)[1] == "123,456.78  gr…"


def test_dates_are_whole_too() -> None:
    assert table_lines(("Date", "Memo"), [(date(2026, 1, 2), "groceries")], width=14)[1] == "2026-01-02  gr…"


def test_control_characters_do_not_reach_the_terminal() -> None:
    assert table_lines(("Label",), [("a\x1b[31m\nb",)], header=False) == ["a [31m b"]


def test_wide_characters_take_two_columns() -> None:
    assert table_lines(("名", "x"), [("家計簿", 1), ("a", 2)]) == ["名      x", "家計簿  1", "a       2"]
    assert cut("家計簿", 5) == "家計…"


@given(st.lists(st.tuples(st.text(), st.text(), st.integers(0, 999)), min_size=1), st.integers(15, 60))
def test_a_table_is_no_wider_than_asked(rows: list[tuple[str, str, int]], width: int) -> None:
    lines = table_lines(("Name", "Label", "N"), rows, width)
    assert len(lines) == len(rows) + 1
    assert max(map(text_width, lines)) <= width

"""The three csv files: exact texts, quoting, and the daily table read back."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ef_engine.evaluation.csv_text import daily_csv, decisions_csv, postings_csv, read_daily_csv
from ef_engine.evaluation.table import Table, daily_table
from ef_engine.model.money import CENT
from ef_engine.model.spreadsheet_text import FORMULA_STARTS, guarded, unguarded
from ef_engine.simulation.result import Cause, DecisionStatus, Part
from tests.evaluation.builders import checking, day, decision, forecast, posting, simulation, skipped

TREAT = posting("Checking", -0.05, Cause.SPEND, memo='a "treat", sweet')
DAILY = """\
Date,Checking,Marginal Interest,Net Gain,Net Loss,Net Worth,Loan Total,CC Debt Total,Liquid Total,Next Income Date,\
Memo Directives,Memo
2026-01-01,0.00,0.00,0.00,0.00,0.00,0.00,0.00,0.00,2026-01-03,,
2026-01-02,-0.05,0.00,0.00,0.00,-0.05,0.00,0.00,-0.05,2026-01-03,,"a ""treat"", sweet (Checking -$0.05)"
2026-01-03,1234.50,0.00,0.00,0.00,1234.50,0.00,0.00,1234.50,,INCOME (Checking +$1234.55),pay (Checking +$1234.55)
"""


def made_by_hand() -> Table:
    pay = posting("Checking", 1234.55, Cause.DEPOSIT, memo="pay", on=2)
    return daily_table(forecast(), simulation([checking(0, -0.05, 1234.5)], [TREAT, pay]))


def test_the_daily_table_is_this() -> None:
    assert daily_csv(made_by_hand()) == DAILY


def test_the_daily_table_is_read_back() -> None:
    assert read_daily_csv(DAILY) == made_by_hand()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Date,Memo\n2026-01-01,\n",
        DAILY.splitlines()[0] + "\n",
        DAILY.replace("-0.05,0.00", "-0.5,0.00"),
        DAILY + "x\n",
    ],
    ids=["nothing", "other columns", "no rows", "another number of decimals", "a short row"],
)
def test_what_is_no_daily_table_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read_daily_csv(text)


texts = st.text(st.characters(exclude_characters="\n;", exclude_categories=["Cs"]))


@given(st.lists(st.integers(-(10**15), 10**15), min_size=1), texts)
def test_any_table_is_read_back_to_the_cent(cents: list[int], memo: str) -> None:
    amounts = [cent * CENT for cent in cents]
    rows = len(amounts)
    table = Table([day(row) for row in range(rows)], {'A, "b"': amounts}, [day(9)] * rows, [""] * rows, [memo] * rows)
    assert read_daily_csv(daily_csv(table)) == table


@given(st.lists(texts, min_size=1))
def test_other_readers_of_csv_understand_any_memo(memos: list[str]) -> None:
    text = postings_csv(simulation([checking(0)], [posting("Checking", -1, Cause.SPEND, memo=memo) for memo in memos]))
    assert [unguarded(row["memo"]) for row in csv.DictReader(io.StringIO(text, newline=""))] == memos


@given(st.text())
def test_any_guarded_text_comes_back_and_is_no_formula(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert not guarded(text).startswith(FORMULA_STARTS)


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=cmd|"/c calc"!A1', "'=1", '=HYPERLINK("http://x",A1)']


@pytest.mark.parametrize("memo", FORMULAS)
def test_no_text_in_a_file_of_a_result_is_a_formula(memo: str) -> None:
    """Neither a memo nor the name of an account, and amounts below zero stay numbers."""
    spent = posting(memo, -0.05, Cause.SPEND, memo=memo)
    table = replace(made_by_hand(), amounts={memo: [-5 * CENT] * 3}, memos=[memo] * 3)
    files = [postings_csv(simulation([checking(0)], [spent])), decisions_csv([skipped(memo)]), daily_csv(table)]
    cells = [cell for text in files for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    assert [cell for cell in cells if cell.startswith(FORMULA_STARTS) and cell != "-0.05"] == []
    assert cells.count("-0.05") == 4
    assert read_daily_csv(files[-1]) == table


def test_postings_are_these() -> None:
    interest = posting("Loan", -0.225, Cause.LOAN_MINIMUM, Part.INTEREST)
    assert postings_csv(simulation([checking(0)], [TREAT, interest])) == (
        "date,account,part,amount,cause,memo\n"
        '2026-01-02,Checking,balance,-0.05,spend,"a ""treat"", sweet"\n'
        "2026-01-02,Loan,interest balance,-0.22,loan minimum payment,\n"
    )


def test_decisions_are_these() -> None:
    assert decisions_csv([decision("rent", priority=1), skipped("shoes")]) == (
        "original_date,executed_date,priority,memo,requested,executed,status,reason,binding_date,binding_account,"
        "shortfall\n"
        "2026-01-02,2026-01-02,1,rent,100.00,100.00,confirmed,,,,\n"
        "2026-01-02,,2,shoes,100.00,0.00,skipped,Checking would be 12.40 below its minimum on 2026-01-10,2026-01-10,"
        "Checking,12.40\n"
    )


@pytest.mark.parametrize("status", DecisionStatus)
def test_every_status_is_its_word(status: DecisionStatus) -> None:
    assert f",{status.value}," in decisions_csv([decision(status=status)])

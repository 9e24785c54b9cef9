"""What is said first: debts, and what cannot be afforded."""

from __future__ import annotations

from datetime import date, timedelta

from ef_engine.evaluation.table import Table
from ef_engine.model.milestones import SUMMARY_COLUMNS
from ef_engine.model.money import UNIT
from ef_engine.report.headlines import headlines
from tests.report.documents import occurrence, result_with

LOWEST = {"Checking": {"date": "2026-01-01", "amount": 0}}


def table(**owed: list[int]) -> Table:
    days = len(next(iter(owed.values())))
    dates = [date(2026, 1, 1) + timedelta(days=number) for number in range(days)]
    debts = {f"{name}: Principal Balance": [UNIT * each for each in values] for name, values in owed.items()}
    amounts = {**debts, **{name: [0] * days for name in SUMMARY_COLUMNS}}
    return Table(dates, amounts, [None] * days, [""] * days, [""] * days)


def said(*decisions: dict[str, object], **owed: list[int]) -> str:
    result = result_with(*decisions)
    result["summary"]["lowest"] = LOWEST
    return "\n".join(headlines(result, table(**(owed or {"Loan": [0]}))))


def test_a_debt_is_paid_off_on_the_first_day_it_is_gone_for_good() -> None:
    assert "Car is paid off on 2026-01-05." in said(Car=[5, 0, 0, 2, 0, 0])


def test_what_is_left_of_a_debt_is_said_and_nothing_of_one_that_never_was() -> None:
    text = said(Car=[5, 4], Boat=[0, 0])
    assert "4.00 of Car is still owed on 2026-01-02." in text
    assert "Boat" not in text


def test_what_never_happens_is_said_with_its_first_reason() -> None:
    text = said(occurrence("trip", "skipped"), occurrence("trip", "skipped", reason="another"))
    expected = "Nothing can be afforded of trip, because Checking would be 12.40 below its minimum on 2026-03-05."
    assert expected in text


def test_what_a_debt_refuses_is_not_called_unaffordable() -> None:
    text = said(occurrence("extra", "skipped", reason="nothing is owed on Card on 2026-03-05", binding_account="Card"))
    assert "Nothing comes of extra, because nothing is owed on Card on 2026-03-05." in text


def test_what_happens_once_is_no_such_thing() -> None:
    assert "afforded" not in said(occurrence("trip", "skipped"), occurrence("trip"))

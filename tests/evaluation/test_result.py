"""The result, its document and the exact text of `result.json`."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ef_engine.evaluation import Result, Status, evaluate, result_document
from ef_engine.evaluation.result_text import dump_result
from ef_engine.model.milestones import AccountMilestone, CompositeMilestone, MemoMilestone, Milestones
from ef_engine.simulation.result import Cause, Failure, Part
from tests.evaluation.builders import (
    CARD,
    CHECKING,
    LOAN,
    checking,
    day,
    decision,
    forecast,
    posting,
    simulation,
    skipped,
)

MILESTONES = Milestones(
    account=(AccountMilestone(name="ten", account_name="Checking", min_balance=10_000_000),),
    memo=(MemoMilestone(name="shod", memo_regex="shoes"), MemoMilestone(name="away", memo_regex="trip")),
    composite=(CompositeMilestone(name="both", account_milestones=("ten",), memo_milestones=("shod",)),),
)


def made_by_hand() -> Result:
    decisions = [decision("shoes", requested=12.4, executed=12.4), skipped("a 5 % \"treat\", 'naïve'")]
    made = simulation([checking(3, 12.4)], [posting("Checking", -12.4, Cause.SPEND, memo="shoes")], decisions)
    return evaluate(forecast(milestones=MILESTONES), made)


GOLDEN = """\
{
  "schema": "ef/result/1",
  "forecast_id": "0123456789ab",
  "label": "by hand",
  "status": "feasible",
  "failure": null,
  "decisions": [
    {"original_date": "2026-01-02", "executed_date": "2026-01-02", "priority": 2, "memo": "shoes", \
"requested": 12.40, "executed": 12.40, "status": "confirmed", "reason": "", "binding_date": null, \
"binding_account": null, "shortfall": null},
    {"original_date": "2026-01-02", "executed_date": null, "priority": 2, "memo": "a 5 % \\"treat\\", 'naïve'", \
"requested": 100.00, "executed": 0.00, "status": "skipped", \
"reason": "Checking would be 12.40 below its minimum on 2026-01-10", "binding_date": "2026-01-10", \
"binding_account": "Checking", "shortfall": 12.40}
  ],
  "milestones": {"account": {"ten": {"held_since": "2026-01-02", "first_reached": "2026-01-02"}}, \
"memo": {"shod": "2026-01-02", "away": null}, "composite": {"both": "2026-01-02"}},
  "summary": {"final": {"Checking": 12.40, "Marginal Interest": 0.00, "Net Gain": 0.00, "Net Loss": 0.00, \
"Net Worth": 12.40, "Loan Total": 0.00, "CC Debt Total": 0.00, "Liquid Total": 12.40}, \
"lowest": {"Checking": {"date": "2026-01-01", "amount": 3.00}}, \
"totals": {"interest_paid": 0.00, "interest_earned": 0.00, "deposits": 0.00, "spends": 12.40, "purchases": 0.00, \
"extra_payments": 0.00, "minimum_payments": 0.00}}
}
"""


def test_the_text_of_a_result_is_this() -> None:
    assert dump_result(result_document(made_by_hand(), "0123456789ab", "by hand")) == GOLDEN


def test_equal_inputs_give_equal_texts() -> None:
    texts = {dump_result(result_document(made_by_hand(), "0123456789ab", "by hand")) for _ in range(2)}
    assert len(texts) == 1


def test_an_infeasible_result_names_its_failure() -> None:
    failure = Failure(day(2), "rent", "Checking", 100_000_000, 87_600_000, "Checking would be 12.40 below its minimum")
    result = evaluate(forecast(), simulation([checking(0, 0)], failure=failure))
    assert result.status is Status.INFEASIBLE
    assert result_document(result, "0123456789ab", "")["failure"] == {
        "date": "2026-01-03",
        "posting": "rent",
        "account": "Checking",
        "needed": Decimal("100.00"),
        "available": Decimal("87.60"),
        "reason": "Checking would be 12.40 below its minimum",
    }


def test_a_forecast_without_items_has_an_empty_list_of_decisions() -> None:
    document = result_document(evaluate(forecast(), simulation([checking(0, 0)])), "0123456789ab", "")
    assert json.loads(dump_result(document))["decisions"] == []


def test_totals_count_money_once_where_it_leaves() -> None:
    postings = [
        posting("Checking", 500, Cause.DEPOSIT),
        posting("Checking", -20, Cause.SPEND),
        posting("Card", 30, Cause.PURCHASE, Part.CURRENT),
        posting("Checking", -40, Cause.CARD_MINIMUM),
        posting("Card", -40, Cause.CARD_MINIMUM, Part.PREVIOUS),
        posting("Checking", -50, Cause.LOAN_MINIMUM),
        posting("Loan", -50, Cause.LOAN_MINIMUM, Part.PRINCIPAL),
        posting("Checking", -60, Cause.CARD_PAYMENT),
        posting("Card", -60, Cause.CARD_PAYMENT, Part.PREVIOUS),
        posting("Checking", -7, Cause.LOAN_PAYMENT),
        posting("Loan", -7, Cause.LOAN_PAYMENT, Part.INTEREST),
        posting("Checking", 1.5, Cause.INTEREST_EARNED),
    ]
    made = simulation([checking(0, 0)], postings, interest=[0, 2_345_000])
    totals = result_document(evaluate(forecast([CHECKING, CARD, LOAN]), made), "", "")["summary"]["totals"]
    assert {name: str(amount) for name, amount in totals.items()} == {
        "interest_paid": "2.34",
        "interest_earned": "1.50",
        "deposits": "500.00",
        "spends": "20.00",
        "purchases": "30.00",
        "extra_payments": "67.00",
        "minimum_payments": "90.00",
    }


def test_the_lowest_balance_is_that_of_its_first_day() -> None:
    result = evaluate(forecast(), simulation([checking(5, 2, 9, 2)]))
    assert (result.summary.lowest["Checking"].date, result.summary.lowest["Checking"].amount) == (day(1), 2_000_000)


amounts = st.decimals(min_value=-(10**12), max_value=10**12, places=2)
scalars = st.none() | st.text() | amounts | st.integers() | st.booleans()
records = st.lists(
    st.fixed_dictionaries({"memo": st.text(), "amount": amounts | st.none(), "priority": st.integers()}), max_size=5
)


@given(st.dictionaries(st.text(), scalars | records | st.dictionaries(st.text(), scalars), max_size=5))
def test_whatever_is_written_is_read_back(document: dict[str, Any]) -> None:
    assert json.loads(dump_result(document), parse_float=Decimal) == document


@given(st.integers(-(10**18), 10**18))
def test_amounts_have_two_decimals_rounded_half_even(amount: int) -> None:
    made = decision()._replace(requested=amount)
    result = evaluate(forecast(), simulation([checking(0)], decisions=[made]))
    text = dump_result(result_document(result, "", "")).split('"requested": ')[1].split(",")[0]
    assert text.removeprefix("-").replace(".", "").isdigit()
    assert Decimal(text) == Decimal(amount).scaleb(-6).quantize(Decimal("0.01"), "ROUND_HALF_EVEN")
    assert text[-3] == "."

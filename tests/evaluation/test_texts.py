"""Memo and Memo Directives say exactly what domain.md 4 prints."""

from __future__ import annotations

import pytest

from ef_engine.evaluation.texts import Entries, directives_text, grouped_memo_text, memo_text
from ef_engine.simulation.result import Cause, Part, Posting
from tests.evaluation.builders import posting

SPEND = posting("Checking", -100, Cause.SPEND, memo="groceries")


def test_the_memo_names_deposits_spends_and_purchases_in_their_order() -> None:
    postings = [
        posting("Checking", 2000, Cause.DEPOSIT, memo="pay"),
        SPEND,
        posting("Card", 30.5, Cause.PURCHASE, Part.CURRENT, memo="fuel"),
        posting("Checking", -70, Cause.TRANSFER, memo="put aside"),
    ]
    assert (
        memo_text(postings, Entries()) == "pay (Checking +$2000.00); groceries (Checking -$100.00); fuel (Card +$30.50)"
    )


def test_equal_entries_of_a_step_of_a_month_are_one_with_their_number_and_total() -> None:
    other_account = posting("Cash", -5, Cause.SPEND, memo="groceries")
    other_sign = posting("Checking", 5, Cause.DEPOSIT, memo="groceries")
    assert grouped_memo_text([SPEND, other_account, SPEND, other_sign, SPEND, SPEND], Entries()) == (
        "groceries x4 (Checking -$400.00); groceries (Cash -$5.00); groceries (Checking +$5.00)"
    )


DIRECTIVES: list[tuple[str, list[Posting]]] = [
    ("INCOME (Checking +$200.00)", [posting("Checking", 200, Cause.DEPOSIT, memo="pay")]),
    ("", [SPEND]),
    ("CC INTEREST (Card: Prev Stmt Bal +$4.17)", [posting("Card", 4.17, Cause.CARD_INTEREST, Part.PREVIOUS)]),
    ("INTEREST (Savings +$5.50)", [posting("Savings", 5.5, Cause.INTEREST_EARNED)]),
    (
        "TRANSFER (Checking -$100.00); TRANSFER (Savings +$100.00)",
        [posting("Checking", -100, Cause.TRANSFER), posting("Savings", 100, Cause.TRANSFER)],
    ),
    (
        "CC MIN PAYMENT (Card: Prev Stmt Bal -$40.00); CC MIN PAYMENT (Card: Curr Stmt Bal -$2.00); "
        "CC MIN PAYMENT (Checking -$42.00)",
        [
            posting("Checking", -42, Cause.CARD_MINIMUM),
            posting("Card", -40, Cause.CARD_MINIMUM, Part.PREVIOUS),
            posting("Card", -2, Cause.CARD_MINIMUM, Part.CURRENT),
            posting("Card", -7, Cause.STATEMENT, Part.CURRENT),
            posting("Card", 7, Cause.STATEMENT, Part.PREVIOUS),
        ],
    ),
    (
        "CC MIN PAYMENT ALREADY MADE (Card: Prev Stmt Bal -$0.00); CC MIN PAYMENT ALREADY MADE (Checking -$0.00)",
        [
            posting("Card", 0, Cause.CARD_MINIMUM_ALREADY_MADE, Part.PREVIOUS),
            posting("Checking", 0, Cause.CARD_MINIMUM_ALREADY_MADE),
        ],
    ),
    (
        "ADDTL CC PAYMENT (Checking -$300.00); ADDTL CC PAYMENT (Card: Prev Stmt Bal -$300.00); "
        "ADDTL CC PAYMENT (Checking -$25.00); ADDTL CC PAYMENT (Card: Curr Stmt Bal -$25.00)",
        [
            posting("Checking", -325, Cause.CARD_PAYMENT),
            posting("Card", -300, Cause.CARD_PAYMENT, Part.PREVIOUS),
            posting("Card", -25, Cause.CARD_PAYMENT, Part.CURRENT),
        ],
    ),
    (
        "LOAN MIN PAYMENT (Loan: Interest -$10.27); LOAN MIN PAYMENT (Loan: Principal Balance -$39.73); "
        "LOAN MIN PAYMENT (Checking -$50.00); LOAN MIN PAYMENT (Loan 2: Principal Balance -$20.00); "
        "LOAN MIN PAYMENT (Checking -$20.00)",
        [
            posting("Checking", -50, Cause.LOAN_MINIMUM),
            posting("Loan", -10.27, Cause.LOAN_MINIMUM, Part.INTEREST),
            posting("Loan", -39.73, Cause.LOAN_MINIMUM, Part.PRINCIPAL),
            posting("Checking", -20, Cause.LOAN_MINIMUM),
            posting("Loan 2", -20, Cause.LOAN_MINIMUM, Part.PRINCIPAL),
        ],
    ),
    (
        "ADDTL LOAN PAYMENT (Savings -$5.00); ADDTL LOAN PAYMENT (Loan: Interest -$5.00); "
        "ADDTL LOAN PAYMENT (Checking -$7.00); ADDTL LOAN PAYMENT (Loan 2: Principal Balance -$7.00)",
        [
            posting("Savings", -5, Cause.LOAN_PAYMENT),
            posting("Loan", -4.996, Cause.LOAN_PAYMENT, Part.INTEREST),
            posting("Loan", -0.004, Cause.LOAN_PAYMENT, Part.PRINCIPAL),
            posting("Loan", 0.002, Cause.FRACTION, Part.PRINCIPAL),
            posting("Checking", -7, Cause.LOAN_PAYMENT),
            posting("Loan 2", -7, Cause.LOAN_PAYMENT, Part.PRINCIPAL),
        ],
    ),
]


@pytest.mark.parametrize(("text", "postings"), DIRECTIVES, ids=lambda value: value[:20] if str(value) == value else "")
def test_directives_read_as_specified(text: str, postings: list[Posting]) -> None:
    assert directives_text(postings, Entries()) == text

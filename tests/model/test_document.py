from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ef_engine.model.accounts import Checking, Credit, Loan, Savings
from ef_engine.model.cadence import Cadence
from ef_engine.model.document import read_forecast, read_forecast_set, set_to_document, to_document
from ef_engine.model.findings import Path as FindingPath
from ef_engine.model.forecast import Forecast, LoanStrategy
from ef_engine.model.money import UNIT
from tests.model.documents import (
    MISSING,
    changed,
    forecast,
    forecast_document,
    forecast_set,
    once,
    set_document,
)
from tests.strategies import forecasts

CASES = sorted((Path(__file__).parent.parent / "cases").glob("*.json"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: str(path.stem))
def test_every_acceptance_case_reads_without_findings(path: Path) -> None:
    document = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal).get("forecast")
    if document is not None:
        value = read_forecast(document)
        assert isinstance(value, Forecast), value
        assert read_forecast(to_document(value)) == value


@given(forecasts())
@settings(max_examples=50, deadline=None)
def test_a_forecast_written_and_read_is_the_same(value: Forecast) -> None:
    assert read_forecast(to_document(value)) == value


@given(st.decimals(-(10**12), 10**12, places=6), st.decimals(0, 100, places=12))
def test_amounts_and_rates_are_exact(amount: Decimal, rate: Decimal) -> None:
    document = changed(forecast_document(), ("accounts", 1, "balance"), str(amount))
    document = changed(changed(document, ("accounts", 1, "min_balance"), amount), ("accounts", 1, "apr"), rate)
    savings = forecast(document).accounts[1]
    assert isinstance(savings, Savings)
    assert (savings.balance, savings.apr) == (int(amount.scaleb(6)), rate)


def test_a_set_written_and_read_is_the_same() -> None:
    value = forecast_set()
    assert read_forecast_set(set_to_document(value)) == value


def test_documents_carry_ids_and_stay_readable() -> None:
    one, many = to_document(forecast(), "0123456789ab"), set_to_document(forecast_set(), "S0123456789ab")
    assert list(one)[:2] == ["schema", "forecast_id"]
    assert list(many)[:2] == ["schema", "forecast_set_id"]
    assert read_forecast(one) == forecast()
    assert read_forecast_set(many) == forecast_set()


def test_what_is_left_out_is_filled_in() -> None:
    checking, savings, _, card, loan = forecast().accounts
    assert isinstance(checking, Checking)
    assert (checking.primary, checking.min_balance) == (True, 0)
    assert isinstance(savings, Savings)
    assert (savings.billing_start_date, savings.max_balance) == (None, None)
    assert isinstance(card, Credit)
    assert (card.billing_cycle_payment_balance, card.end_of_previous_cycle_balance) == (0, 500 * UNIT)
    assert isinstance(loan, Loan)
    assert (loan.end_of_previous_cycle_balance, loan.extra_payments_reduce_next_minimum) == (1000 * UNIT, True)
    assert (loan.interest_type, loan.interest_cadence) == ("simple", "daily")


def test_payments_of_the_cycle_count_into_a_cards_previous_cycle() -> None:
    card = forecast(changed(forecast_document(), ("accounts", 3, "billing_cycle_payment_balance"), 30)).accounts[3]
    assert isinstance(card, Credit)
    assert card.end_of_previous_cycle_balance == 530 * UNIT


def test_a_forecast_needs_no_more_than_accounts_and_dates() -> None:
    document = forecast_document()
    for key in ("label", "options", "budget_items", "memo_rules", "milestones"):
        del document[key]
    value = forecast(document)
    assert (value.budget_items, value.options.all_loans_strategy, value.label) == ((), LoanStrategy.AVALANCHE, "")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("start_date",), "20260101"),
        (("start_date",), date(2026, 1, 1)),
        (("accounts", 0, "balance"), "1000.00"),
        (("accounts", 0, "balance"), Decimal("1E+3")),
        (("accounts", 0, "balance"), "1000.0000004"),
        (("accounts", 0, "primary"), True),
        (("accounts", 3, "end_of_previous_cycle_balance"), None),
        (("accounts", 1, "billing_start_date"), None),
        (("budget_items", 0, "priority"), Decimal("1.0")),
        (("memo_rules", 0, "account_from"), None),
        (("comment",), ["any", "text"]),
        (("accounts", 0, "comment"), "mine"),
        (("milestones", "comment"), "goals"),
        (("forecast_id",), "stale"),
        (("forecast_id",), None),
    ],
)
def test_the_same_thing_may_be_written_in_several_ways(path: FindingPath, value: object) -> None:
    assert forecast(changed(forecast_document(), path, value)) == forecast()


def test_the_old_name_of_biweekly_is_understood() -> None:
    value = forecast(changed(forecast_document(), ("budget_items", 1, "cadence"), "semiweekly"))
    assert value.budget_items[1].cadence is Cadence.BIWEEKLY


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("accounts", 0, "balance"), Decimal("999999999999.999999")),
        (("accounts", 0, "min_balance"), -500),
        (("budget_items", 1, "amount"), Decimal("0.0051")),
        (("accounts", 1, "apr"), 100),
        (("memo_rules", 1, "memo_regex"), "[[a-z]|.*"),
        (("label",), ""),
        (("start_date",), "1900-01-01"),
    ],
)
def test_limits_are_inclusive(path: FindingPath, value: Any) -> None:
    document = changed(forecast_document(), ("accounts", 0, "max_balance"), None)
    if path == ("start_date",):
        document["end_date"] = "2100-01-01"
    forecast(changed(document, path, value))


def test_a_base_may_keep_its_schema_and_id() -> None:
    document = changed(set_document(), ("base", "schema"), "ef/forecast/1")
    assert forecast_set(changed(document, ("base", "forecast_id"), "0123456789ab")) == forecast_set()


def test_optional_items_are_checked_against_rules_and_base() -> None:
    document = changed(set_document(), ("optional_budget_items", 4), once("cinema"))
    document = changed(document, ("optional_budget_items", 5), once("car wash", priority=5))
    findings = read_forecast_set(document)
    assert isinstance(findings, list)
    assert [(finding.path, finding.problem) for finding in findings] == [
        (("optional_budget_items", 4, "memo"), 'another budget item of priority 2 has the memo "cinema"'),
        (
            ("optional_budget_items", 5, "memo"),
            'no memo rule of priority 5 matches "car wash", but one of priority 2 does',
        ),
    ]


@pytest.mark.parametrize("schema", [MISSING, "a forecast", 1])
def test_all_problems_are_reported_at_once(schema: object) -> None:
    document = forecast_document()
    for path, value in [
        (("schema",), schema),
        (("start_date",), "soon"),
        (("accounts", 0, "balance"), "much"),
        (("accounts", 3, "apr"), -1),
        (("budget_items", 1, "cadence"), "wekly"),
        (("memo_rules", 1, "account_from"), "Cheking"),
        (("milestones", "account", 0, "account_name"), "Crd"),
    ]:
        document = changed(document, path, value)
    findings = read_forecast(document)
    assert isinstance(findings, list)
    assert [finding.path for finding in findings] == [
        ("schema",),
        ("start_date",),
        ("accounts", 0, "balance"),
        ("accounts", 3, "apr"),
        ("budget_items", 1, "cadence"),
        ("memo_rules", 1, "account_from"),
        ("milestones", "account", 0, "account_name"),
    ]

"""The metrics of a result: every one has a name of its own, and a debt is a metric as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ef_engine.report.metrics import Value, milestone_values, values_of_result
from ef_engine.report.scenarios import Scenario, Scenarios, final_balances, is_less_better

FINAL = {
    "Checking": "1000.00", "Card: Curr Stmt Bal": "120.00", "Card: Prev Stmt Bal": "80.00",
    "Card: Billing Cycle Payment Bal": "40.00", "Student Loan: Principal Balance": "500.00",
    "Student Loan: Interest": "1.50", "Marginal Interest": "0.00", "Net Gain": "0.00", "Net Loss": "0.00",
    "Net Worth": "298.50", "Loan Total": "501.50", "CC Debt Total": "200.00", "Liquid Total": "1000.00",
}  # fmt: skip


def result(**milestones: Mapping[str, Any]) -> dict[str, Any]:
    none: dict[str, Any] = {"account": {}, "memo": {}, "composite": {}}
    return {
        "milestones": none | milestones,
        "summary": {
            "final": {name: Decimal(amount) for name, amount in FINAL.items()},
            "totals": {"interest_paid": Decimal("12.00")},
            "lowest": {"Checking": {"amount": Decimal("900.00"), "date": "2026-01-05"}},
        },
    }


def set_of(*values: Mapping[str, Value]) -> Scenarios:
    scenarios = tuple(
        Scenario(id=f"{at:012x}", name=f"s{at}", options=(), state="evaluated", values=each)
        for at, each in enumerate(values)
    )
    return Scenarios(choices=(), scenarios=scenarios)


@pytest.mark.parametrize(
    ("text", "metric", "amount"),
    [
        ("Student Loan", "Student Loan: Debt", "501.50"),
        ("student_loan: debt", "Student Loan: Debt", "501.50"),
        ("card", "Card: Debt", "200.00"),
        ("Card: Curr Stmt Bal", "Card: Curr Stmt Bal", "120.00"),
        ("lowest checking", "Lowest Checking", "900.00"),
        ("interest_paid", "Interest paid", "12.00"),
    ],
)
def test_a_metric_is_found_by_its_name(text: str, metric: str, amount: str) -> None:
    values = values_of_result(result())
    assert set_of(values).find_metric(text) == metric
    assert values[metric] == Decimal(amount)


def test_less_of_a_whole_debt_is_better() -> None:
    ranking = set_of({"Card: Debt": Decimal(9)}, {"Card: Debt": Decimal(3)}).ranking("Card: Debt")
    assert [(each.scenario.name, each.behind) for each in ranking] == [("s1", Decimal(0)), ("s0", Decimal(6))]
    assert is_less_better("Card: Debt")


def test_a_milestone_named_like_a_balance_or_another_milestone_replaces_nothing() -> None:
    days = result(
        account={"Checking": {"held_since": "2026-02-01"}, "free": {"held_since": "2026-03-01"}},
        memo={"free": "2026-04-01", "net worth": "2026-05-01", "trip": None},
        composite={"interest_paid": "2026-06-01"},
    )
    values = values_of_result(days)
    assert values["Checking"] == Decimal("1000.00")
    assert milestone_values(days) == {
        "Checking (account milestone)": date(2026, 2, 1),
        "free (account milestone)": date(2026, 3, 1),
        "free (memo milestone)": date(2026, 4, 1),
        "net worth (memo milestone)": date(2026, 5, 1),
        "trip": None,
        "interest_paid (composite milestone)": date(2026, 6, 1),
    }
    scenarios = set_of(values)
    for name in values:
        assert scenarios.find_metric(name) == name
    assert scenarios.find_metric("net worth") == "Net Worth"
    assert scenarios.find_metric("free") is None


def test_an_account_named_like_a_total_replaces_nothing() -> None:
    found = result()
    found["summary"]["final"] = {"Interest paid": Decimal(5), "Lowest Checking": Decimal(6)} | found["summary"]["final"]
    values = values_of_result(found)
    assert (values["Interest paid"], values["Interest paid (total)"]) == (Decimal(5), Decimal(12))
    assert (values["Lowest Checking"], values["Lowest Checking (lowest balance)"]) == (Decimal(6), Decimal(900))


def test_final_balances_are_of_accounts_and_debts_are_whole() -> None:
    (scenario,) = set_of(values_of_result(result())).scenarios
    assert final_balances(scenario) == {
        "Checking": Decimal("1000.00"), "Card": Decimal("200.00"), "Student Loan": Decimal("501.50"),
    }  # fmt: skip

"""How much the engine does: counts of steps, which unlike seconds are the same on every machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from benchmarks.households import household
from ef_engine.model.accounts import Checking, Credit
from ef_engine.model.cadence import Cadence
from ef_engine.model.forecast import Forecast
from ef_engine.model.items import BudgetItem, MemoRule
from ef_engine.model.money import UNIT
from ef_engine.simulation.debts import card_statement
from ef_engine.simulation.engine import simulate
from ef_engine.simulation.loan import LoanLine

START, END = date(2026, 1, 1), date(2027, 12, 31)
CHECKING = Checking(name="Checking", balance=90_000 * UNIT, primary=True)
CARD = Credit(
    name="Card",
    current_statement_balance=0,
    previous_statement_balance=1_000 * UNIT,
    apr=Decimal("0.2"),
    minimum_payment=40 * UNIT,
    billing_start_date=START,
    billing_cycle_payment_balance=0,
    end_of_previous_cycle_balance=1_000 * UNIT,
)
FROM_CHECKING = MemoRule(memo_regex="", account_from="Checking", account_to=None, priority=2)
FROM_CARD = replace(FROM_CHECKING, account_from="Card", priority=3)


def weekly(priority: int, name: str) -> BudgetItem:
    cadence = Cadence.WEEKLY
    return BudgetItem(
        start_date=START, end_date=END, priority=priority, cadence=cadence, amount=9 * UNIT, memo=f"{name} {priority}"
    )


def forecast(*items: BudgetItem) -> Forecast:
    rules = tuple({item.priority: FROM_CHECKING if item.priority == 2 else FROM_CARD for item in items}.values())
    return Forecast(start_date=START, end_date=END, accounts=(CHECKING, CARD), budget_items=items, memo_rules=rules)


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], int]]:
    """Counts the billing dates of cards and the lines of loans that are stepped while choosing."""
    count = 0
    run = LoanLine.run

    def counting_bill(*arguments: int | tuple[int, int]) -> tuple[int, int]:
        nonlocal count
        count += 1
        return card_statement(*arguments)  # type: ignore[arg-type]  # passed through as it came

    def counting_run(line: LoanLine, place: int, *rest: object, **named: object) -> object:
        nonlocal count
        count += 1
        return run(line, place, *rest, **named)  # type: ignore[arg-type]  # passed through as it came

    with monkeypatch.context() as patch:
        patch.setattr("ef_engine.simulation.card.card_statement", counting_bill)
        patch.setattr(LoanLine, "run", counting_run)
        yield lambda: count


def steps(monkeypatch: pytest.MonkeyPatch, plan: Forecast) -> int:
    with counted(monkeypatch) as count:
        simulate(plan)
        return count()


def test_spends_from_an_account_without_interest_step_no_debt(monkeypatch: pytest.MonkeyPatch) -> None:
    few = steps(monkeypatch, forecast(weekly(2, "one")))
    many = steps(monkeypatch, forecast(*(weekly(2, f"item {k}") for k in range(20))))

    assert few == many


def test_an_accepted_purchase_is_stepped_once(monkeypatch: pytest.MonkeyPatch) -> None:
    billings = 23
    purchases = 105

    stepped = steps(monkeypatch, forecast(weekly(3, "lunch")))

    assert stepped <= billings * (1 + purchases / 2) * 1.1


def test_work_grows_little_faster_than_the_horizon(monkeypatch: pytest.MonkeyPatch) -> None:
    short, long = (
        steps(monkeypatch, household(years=years, checking=1, cards=1, loans=2, items=40)) for years in (2, 4)
    )

    assert long < 4 * short

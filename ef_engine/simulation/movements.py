"""What executing an item does to accounts: one function an item, prepared once and called for every occurrence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from ef_engine.model.accounts import ALL_LOANS
from ef_engine.model.items import Movement
from ef_engine.model.money import Micros
from ef_engine.simulation.journal import Journal
from ef_engine.simulation.plan import Plan
from ef_engine.simulation.result import Cause, Part
from ef_engine.simulation.split import split_payment, total_debt
from ef_engine.simulation.states import CardState, LoanState, OwnedState, Paid, State

Executor: TypeAlias = Callable[[Micros], Micros]
"""Executes an amount in whole cents; returns what was executed, or raises RefusedError before anything changed."""


def executor(plan: Plan, item: int, states: Sequence[State], journal: Journal) -> Executor:
    """What executes an item of the plan."""
    route, memo = plan.routes[item], plan.forecast.budget_items[item].memo
    source = None if route.source is None else states[plan.index[route.source]]
    if route.target == ALL_LOANS:
        return _all_loans_payer(plan, item, _owned(source), states, journal)
    target = None if route.target is None else states[plan.index[route.target]]
    match route.movement:
        case Movement.DEPOSIT:
            return _depositor(_owned(target), journal, memo, item)
        case Movement.SPEND:
            return _spender(_owned(source), journal, memo, item)
        case Movement.PURCHASE:
            assert isinstance(source, CardState)
            return _purchaser(source, journal, memo, item)
        case Movement.TRANSFER:
            return _transferrer(_owned(source), _owned(target), journal, memo, item)
        case _:
            assert isinstance(target, CardState | LoanState)
            return _payer(_owned(source), target, journal, memo, item)


def _owned(state: State | None) -> OwnedState:
    assert isinstance(state, OwnedState)
    return state


def _depositor(target: OwnedState, journal: Journal, memo: str, item: int) -> Executor:
    def deposit(amount: Micros) -> Micros:
        target.balance += amount
        journal.gain += amount
        journal.post(target.name, Part.BALANCE, amount, Cause.DEPOSIT, memo, item)
        return amount

    return deposit


def _spender(source: OwnedState, journal: Journal, memo: str, item: int) -> Executor:
    def spend(amount: Micros) -> Micros:
        source.take(amount)
        journal.loss += amount
        journal.post(source.name, Part.BALANCE, -amount, Cause.SPEND, memo, item)
        return amount

    return spend


def _purchaser(card: CardState, journal: Journal, memo: str, item: int) -> Executor:
    def purchase(amount: Micros) -> Micros:
        card.purchase(amount)
        journal.loss += amount
        journal.post(card.account.name, Part.CURRENT, amount, Cause.PURCHASE, memo, item)
        return amount

    return purchase


def _transferrer(source: OwnedState, target: OwnedState, journal: Journal, memo: str, item: int) -> Executor:
    def transfer(amount: Micros) -> Micros:
        source.take(amount)
        target.balance += amount
        journal.post(source.name, Part.BALANCE, -amount, Cause.TRANSFER, memo, item)
        journal.post(target.name, Part.BALANCE, amount, Cause.TRANSFER, memo, item)
        return amount

    return transfer


def _payer(source: OwnedState, debt: CardState | LoanState, journal: Journal, memo: str, item: int) -> Executor:
    cause = Cause.CARD_PAYMENT if isinstance(debt, CardState) else Cause.LOAN_PAYMENT

    def pay(amount: Micros) -> Micros:
        source.take(amount)
        journal.post(source.name, Part.BALANCE, -amount, cause, memo, item)
        _pay(debt, amount, journal, cause, memo, item)
        return amount

    return pay


def _all_loans_payer(plan: Plan, item: int, source: OwnedState, states: Sequence[State], journal: Journal) -> Executor:
    """Splits at most what is owed; the source is tested once with the whole amount, then each loan with its share."""
    loans = [state for state in states if isinstance(state, LoanState)]
    rates = [loan.apr for loan in loans]
    strategy, memo = plan.forecast.options.all_loans_strategy, plan.forecast.budget_items[item].memo

    def pay_all(amount: Micros) -> Micros:
        owed = [(loan.principal, loan.interest) for loan in loans]
        amount = min(amount, total_debt(owed))
        source.take(amount)
        for loan, share in zip(loans, split_payment(strategy, amount, owed, rates), strict=True):
            if share:
                journal.post(source.name, Part.BALANCE, -share, Cause.LOAN_PAYMENT, memo, item)
                _pay(loan, share, journal, Cause.LOAN_PAYMENT, memo, item)
        return amount

    return pay_all


def _pay(debt: CardState | LoanState, amount: Micros, journal: Journal, cause: Cause, memo: str, item: int) -> None:
    """A voluntary payment, which counts towards the next minimum payment."""
    paid = debt.pay(amount)
    debt.payments += amount
    settle(journal, debt.account.name, paid, cause, memo, item)


def settle(journal: Journal, account: str, paid: Paid, cause: Cause, memo: str = "", item: int | None = None) -> None:
    """Writes what a payment did to a debt; a fraction of a cent that it cleared is interest of the day."""
    for part, change in paid.changes:
        if change:
            journal.post(account, part, change, cause, memo, item)
    for part, change in paid.fractions:
        if change:
            journal.interest += change
            journal.post(account, part, change, Cause.FRACTION, memo, item)

"""Payments of debts: which balance they clear, and the fraction of a cent that the last one leaves (domain.md 2)."""

from __future__ import annotations

from ef_engine.model.accounts import ALL_LOANS
from ef_engine.model.money import Micros
from ef_engine.simulation.result import Cause, Part
from tests.reference.household import Occurrence
from tests.reference.ledger import PAYMENTS, Ledger, debt_parts
from tests.reference.split import OwedLoan, split


def pay_one(ledger: Ledger, occurrence: Occurrence, source: str, debt: str, amount: Micros) -> Micros:
    """A payment to one card or loan; returns what was paid."""
    ledger.debts[occurrence.key] = ledger.debt(debt)
    ledger.test_source(source, amount, occurrence.memo)
    ledger.test_payment(debt, amount, occurrence.memo)
    _pay_extra(ledger, occurrence, source, debt, amount)
    return amount


def pay_all_loans(ledger: Ledger, occurrence: Occurrence, source: str, amount: Micros) -> Micros:
    """A payment to all loans, capped at their total debt; returns what was paid."""
    loans = ledger.household.loans
    total = sum(ledger.debt(loan.name) for loan in loans)
    ledger.debts[occurrence.key] = total
    amount = min(amount, total)
    ledger.test_source(source, amount, occurrence.memo)
    shares = _shares(ledger, amount)
    for loan, share in shares.items():
        ledger.test_payment(loan, share, occurrence.memo)
    for loan, share in shares.items():
        _pay_extra(ledger, occurrence, source, loan, share)
    return amount


def _shares(ledger: Ledger, amount: Micros) -> dict[str, Micros]:
    """The share of every loan that gets one, in account order."""
    owed = [
        OwedLoan(
            apr=loan.apr,
            principal=ledger.balances[loan.name, Part.PRINCIPAL],
            interest=ledger.balances[loan.name, Part.INTEREST],
            debt=ledger.debt(loan.name),
        )
        for loan in ledger.household.loans
    ]
    shares = split(owed, amount, ledger.household.forecast.options.all_loans_strategy)
    return {loan.name: share for loan, share in zip(ledger.household.loans, shares, strict=True) if share}


def _pay_extra(ledger: Ledger, occurrence: Occurrence, source: str, debt: str, amount: Micros) -> None:
    cause = Cause(occurrence.route.movement.value)
    clears = amount == ledger.debt(debt)
    ledger.post(source, Part.BALANCE, -amount, cause, occurrence)
    pay_parts(ledger, debt, amount, cause, occurrence)
    if clears:
        clear_fraction(ledger, debt, occurrence)
    ledger.balances[debt, PAYMENTS] += amount


def pay_parts(ledger: Ledger, debt: str, amount: Micros, cause: Cause, occurrence: Occurrence | None = None) -> None:
    """A card: previous statement first, then current. A loan: interest first, then principal."""
    first, second = debt_parts(ledger.household.accounts[debt])
    to_first = min(amount, ledger.balances[debt, first])
    ledger.post(debt, first, -to_first, cause, occurrence)
    ledger.post(debt, second, to_first - amount, cause, occurrence)


def clear_fraction(ledger: Ledger, debt: str, occurrence: Occurrence | None = None) -> None:
    """Books what is left of a cleared debt, at most half a cent either way, as interest of the day."""
    for part in debt_parts(ledger.household.accounts[debt]):
        left = ledger.balances[debt, part]
        ledger.post(debt, part, -left, Cause.FRACTION, occurrence)
        ledger.add_interest(-left)


def is_to_all_loans(occurrence: Occurrence) -> bool:
    """Whether the occurrence is a payment to all loans."""
    return occurrence.route.target == ALL_LOANS

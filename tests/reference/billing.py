"""Steps 2 to 5 of a day: interest, loan minimum payments, ends of cycles, card billing (domain.md 2)."""

from __future__ import annotations

from datetime import date, timedelta

from ef_engine.model.accounts import Credit, InterestType, Investment, Loan, Savings
from ef_engine.model.money import Micros, floor_to_cents, to_cents
from ef_engine.simulation.result import Cause, Part
from tests.reference.household import Step
from tests.reference.ledger import PAYMENTS, PREVIOUS_CYCLE, Ledger
from tests.reference.payments import clear_fraction, pay_parts
from tests.reference.rates import card_due, card_interest, one_accrual


def accrue_interest(ledger: Ledger, step: Step) -> None:
    """Step 2, for every calendar day since the step before."""
    for account in ledger.household.forecast.accounts:
        match account:
            case Loan():
                _accrue_on_loan(ledger, account, step)
            case Savings() | Investment():
                _credit_interest(ledger, account, step)
            case _:
                pass


def _accrue_on_loan(ledger: Ledger, loan: Loan, step: Step) -> None:
    part = Part.INTEREST if loan.interest_type is InterestType.SIMPLE else Part.PRINCIPAL
    for day in step.days:
        if day in ledger.household.interest_dates[loan.name]:
            ledger.accrue(loan.name, part, one_accrual(loan, ledger.balances[loan.name, Part.PRINCIPAL]))


def _credit_interest(ledger: Ledger, account: Savings | Investment, step: Step) -> None:
    """Posts what the days of the step credit in one posting; a day's credit bears interest on the next day."""
    credited = 0
    for day in step.days:
        accrues = day in ledger.household.interest_dates[account.name]
        if accrues:
            base = max(0, ledger.balances[account.name, Part.BALANCE] + credited)
            ledger.accrued[account.name] += one_accrual(account, base)
        if accrues if account.interest_type is InterestType.COMPOUND else (day + timedelta(days=1)).day == 1:
            whole_cents = floor_to_cents(ledger.accrued[account.name])
            ledger.accrued[account.name] -= whole_cents
            credited += whole_cents
    ledger.gains += credited
    ledger.post(account.name, Part.BALANCE, credited, Cause.INTEREST_EARNED)


def pay_loan_minimums(ledger: Ledger, step: Step) -> None:
    """Step 3."""
    for loan in ledger.household.loans:
        for _ in _billings(ledger, loan.name, step):
            _pay_loan_minimum(ledger, loan)


def _pay_loan_minimum(ledger: Ledger, loan: Loan) -> None:
    reduction = ledger.balances[loan.name, PAYMENTS] if loan.extra_payments_reduce_next_minimum else 0
    due = to_cents(min(max(0, loan.minimum_payment - reduction), ledger.exact_debt(loan.name)))
    if due:
        clears = due == ledger.debt(loan.name)
        _draw_minimum(ledger, loan, due, Cause.LOAN_MINIMUM)
        pay_parts(ledger, loan.name, due, Cause.LOAN_MINIMUM)
        if clears:
            clear_fraction(ledger, loan.name)
    ledger.balances[loan.name, PAYMENTS] = 0
    ledger.cycle_ends[loan.name] = ledger.balances[loan.name, Part.PRINCIPAL]


def _draw_minimum(ledger: Ledger, debt: Credit | Loan, due: Micros, cause: Cause) -> None:
    """Takes a minimum payment out of the primary account, if it breaks no bound."""
    ledger.test_source(ledger.household.primary, due, cause.value)
    ledger.test_payment(debt.name, due, cause.value)
    ledger.post(ledger.household.primary, Part.BALANCE, -due, cause)


def remember_cycle_ends(ledger: Ledger, ends: dict[str, Micros]) -> None:
    """Step 4: `ends` are the balances right after the billing of the step before."""
    for name, balance in ends.items():
        ledger.balances[name, PREVIOUS_CYCLE] = balance


def bill_cards(ledger: Ledger, step: Step) -> None:
    """Step 5."""
    for card in ledger.household.cards:
        for _ in _billings(ledger, card.name, step):
            _bill_card(ledger, card)


def _billings(ledger: Ledger, name: str, step: Step) -> list[date]:
    return [day for day in step.days if day in ledger.household.billing_dates[name]]


def _bill_card(ledger: Ledger, card: Credit) -> None:
    previous_before = ledger.balances[card.name, Part.PREVIOUS]
    cycle_end = ledger.balances[card.name, PREVIOUS_CYCLE]
    paid = ledger.balances[card.name, PAYMENTS]
    interest = card_interest(card, cycle_end)
    ledger.post(card.name, Part.PREVIOUS, interest, Cause.CARD_INTEREST)
    ledger.add_interest(interest)
    due = card_due(card, interest, cycle_end, paid, ledger.exact_debt(card.name))
    if due:
        _pay_card_minimum(ledger, card, due, previous_before)
    elif paid > 0 and cycle_end > 0:
        ledger.post(card.name, Part.PREVIOUS, 0, Cause.CARD_MINIMUM_ALREADY_MADE)
        ledger.post(ledger.household.primary, Part.BALANCE, 0, Cause.CARD_MINIMUM_ALREADY_MADE)
    _roll_statement(ledger, card)
    ledger.balances[card.name, PAYMENTS] = 0
    ledger.cycle_ends[card.name] = ledger.balances[card.name, Part.PREVIOUS]


def _pay_card_minimum(ledger: Ledger, card: Credit, due: Micros, previous_before: Micros) -> None:
    """Pays up to the previous balance before interest from there, the rest from the current one."""
    fraction = due - ledger.exact_debt(card.name) if due == ledger.debt(card.name) else 0
    _draw_minimum(ledger, card, due, Cause.CARD_MINIMUM)
    to_previous = min(due, previous_before)
    ledger.post(card.name, Part.PREVIOUS, -to_previous, Cause.CARD_MINIMUM)
    ledger.post(card.name, Part.CURRENT, to_previous - due, Cause.CARD_MINIMUM)
    reached = Part.CURRENT if due > to_previous else Part.PREVIOUS
    ledger.post(card.name, reached, fraction, Cause.FRACTION)
    ledger.add_interest(fraction)


def _roll_statement(ledger: Ledger, card: Credit) -> None:
    """Moves whatever is in the current balance into the previous one."""
    current = ledger.balances[card.name, Part.CURRENT]
    ledger.post(card.name, Part.CURRENT, -current, Cause.STATEMENT)
    ledger.post(card.name, Part.PREVIOUS, current, Cause.STATEMENT)

"""What is due on a debt and how a payment clears it (domain.md 2, steps 3 and 5, and Money).

"The debt" of a payment is the exact debt rounded half-even to cents; paying that much leaves exactly nothing.
"""

from __future__ import annotations

from ef_engine.model.accounts import Debt
from ef_engine.model.money import CENT, Micros, round_half_even, to_cents


def lowest_debt(account: Debt) -> Micros:
    """How low a payment may bring the debt: its minimum balance, and never below nothing."""
    return max(0, account.min_balance)


def card_statement(
    previous_cycle: Micros, paid: Micros, balance: Micros, minimum: Micros, rate: tuple[int, int]
) -> tuple[Micros, Micros]:
    """The interest I of a card's billing date and what is due, both in whole cents; `rate` is apr / 12 as a fraction.

    I = E x apr / 12. Due is 0 if E = 0, else max(0, max(M, I + 1 % of E) - A), at most the whole balance including I
    (domain.md 2.5). 1 % of E is exact, so that sum is taken in hundredths of a micro-unit and rounded once.
    """
    if not previous_cycle:
        return 0, 0
    interest = round_half_even(previous_cycle * rate[0], rate[1] * CENT) * CENT
    hundredths = interest * 100 + previous_cycle
    if hundredths < minimum * 100:
        hundredths = minimum * 100
    hundredths -= paid * 100
    if hundredths <= 0:
        return interest, 0
    balance += interest
    if hundredths >= balance * 100:
        return interest, to_cents(balance)
    return interest, round_half_even(hundredths, 100 * CENT) * CENT


def loan_due(minimum: Micros, paid: Micros, debt: Micros) -> Micros:
    """What a loan asks for on its billing date, in whole cents: the minimum less what was paid, at most the debt."""
    due = minimum - paid
    if due > debt:
        due = debt
    return to_cents(due) if due > 0 else 0


def pay_loan(principal: Micros, interest: Micros, amount: Micros) -> tuple[Micros, Micros]:
    """Principal and interest balance after a payment in whole cents: interest first, then principal.

    A payment of the debt as rounded to cents clears both; the fraction is booked by the caller.
    """
    if principal + interest - amount < CENT and amount == to_cents(principal + interest):
        return 0, 0
    if amount < interest:
        return principal, interest - amount
    return principal + interest - amount, 0

"""Interest dates, and the interest of one period in exact integers (domain.md 2.2)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ef_engine.model.accounts import Account, Checking, Credit, InterestCadence, Investment, Loan, Savings
from ef_engine.model.cadence import Cadence, anniversaries, cadence_dates
from ef_engine.model.money import CENT, Micros, round_half_even

MONTHS = {InterestCadence.MONTHLY: 1, InterestCadence.QUARTERLY: 3, InterestCadence.YEARLY: 12}

PERIOD = {
    InterestCadence.DAILY: (4, 1461),
    InterestCadence.MONTHLY: (1, 12),
    InterestCadence.QUARTERLY: (1, 4),
    InterestCadence.YEARLY: (1, 1),
}
"""The part of a year that one accrual is for; a day is 1 / 365.25."""


def interest_dates(account: Account, last: date) -> Iterator[date]:
    """The dates up to `last` on which a loan, a savings account or an investment accrues; none for others."""
    if isinstance(account, Checking | Credit) or account.billing_start_date is None:
        return iter(())
    if account.interest_cadence is InterestCadence.DAILY:
        return cadence_dates(Cadence.DAILY, account.billing_start_date, last)
    return anniversaries(account.billing_start_date, MONTHS[account.interest_cadence], last)


def one_accrual(account: Savings | Investment | Loan, balance: Micros) -> Micros:
    """Interest of one period: balance x apr x part of the year, rounded half-even to the micro-unit."""
    part, whole = PERIOD[account.interest_cadence]
    rate, scale = account.apr.as_integer_ratio()
    return round_half_even(balance * rate * part, scale * whole)


def card_interest(card: Credit, end_of_previous_cycle: Micros) -> Micros:
    """I = E x apr / 12, rounded half-even to cents (domain.md 2.5)."""
    rate, scale = card.apr.as_integer_ratio()
    return round_half_even(end_of_previous_cycle * rate, scale * 12 * CENT) * CENT


def card_due(card: Credit, interest: Micros, end_of_previous_cycle: Micros, paid: Micros, balance: Micros) -> Micros:
    """What a card asks for on its billing date, rounded half-even to cents (domain.md 2.5).

    0 if E = 0, else max(0, max(M, I + 1 % of E) - A), at most the balance. Everything is counted in hundredths of a
    micro-unit until the end, so that 1 % of E is exact.
    """
    if end_of_previous_cycle == 0:
        return 0
    asked = max(100 * card.minimum_payment, 100 * interest + end_of_previous_cycle)
    due = min(max(0, asked - 100 * paid), 100 * balance)
    return round_half_even(due, 100 * CENT) * CENT

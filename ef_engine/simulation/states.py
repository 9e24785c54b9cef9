"""Balances of accounts while days pass, and what one payment, purchase or billing does to them.

Owned accounts hold one balance, cards and loans two and two helper balances without bounds. A test that fails raises
before anything changes.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple, TypeAlias

from ef_engine.model.accounts import Account, Checking, Credit, Loan, Owned
from ef_engine.model.forecast import Forecast
from ef_engine.model.money import Micros, to_cents
from ef_engine.simulation.debts import card_statement, loan_due, lowest_debt, pay_loan
from ef_engine.simulation.interest import EarnedInterest, LoanInterest
from ef_engine.simulation.reasons import Bound
from ef_engine.simulation.result import Part, Series

Change: TypeAlias = tuple[Part, Micros]
"""A balance and by how much it changes."""


class Paid(NamedTuple):
    """What a payment did: the parts it lowered, and the fractions booked as interest where it clears a debt."""

    changes: list[Change]
    fractions: list[Change]


class RefusedError(Exception):
    """A bound of `account` does not allow `needed`, only `available` (micro-units)."""

    def __init__(self, bound: Bound, account: str, needed: Micros, available: Micros) -> None:
        super().__init__(bound, account, needed, available)
        self.bound, self.account, self.needed, self.available = bound, account, needed, available


class OwnedState:
    """Money you own; `accrued` is earned interest that is not credited yet."""

    __slots__ = ("accrued", "balance", "interest", "is_primary", "minimum", "name", "series")

    def __init__(self, account: Owned, forecast: Forecast) -> None:
        self.name = account.name
        self.is_primary = isinstance(account, Checking) and account.primary
        self.minimum = account.min_balance
        self.balance = account.balance
        self.accrued: Micros = 0
        self.interest = earned_interest(account, forecast)
        self.series = [Series(account.name, Part.BALANCE, [account.balance])]

    def take(self, amount: Micros) -> None:
        """Money goes out."""
        if self.balance - amount < self.minimum:
            raise RefusedError(Bound.MINIMUM, self.name, amount, self.balance - self.minimum)
        self.balance -= amount

    def earn(self, after: int, until: int) -> Micros:
        """Interest of (after, until]; returns what was credited."""
        assert self.interest is not None
        before = self.balance
        self.balance, self.accrued = self.interest.advance(before, self.accrued, after, until)
        return self.balance - before

    def record(self) -> None:
        """Notes the day's closing balance."""
        self.series[0].values.append(self.balance)


def earned_interest(account: Owned, forecast: Forecast) -> EarnedInterest | None:
    """What the account earns within the forecast; None where it bears no interest."""
    if isinstance(account, Checking):
        return None
    return EarnedInterest.of(account, forecast.start_date, forecast.end_date)


class CardState:
    """A card: purchases gather in `current`, billing moves them to `previous`."""

    __slots__ = ("account", "current", "payments", "previous", "previous_cycle", "rate", "series")

    def __init__(self, account: Credit) -> None:
        self.account = account
        self.current = account.current_statement_balance
        self.previous = account.previous_statement_balance
        self.payments = account.billing_cycle_payment_balance
        self.previous_cycle = account.end_of_previous_cycle_balance
        self.rate = (Fraction(account.apr) / 12).as_integer_ratio()
        parts = (Part.CURRENT, Part.PREVIOUS, "payments", "previous cycle")
        self.series = [Series(account.name, part, [value]) for part, value in zip(parts, self._values(), strict=True)]

    def _values(self) -> tuple[Micros, Micros, Micros, Micros]:
        return self.current, self.previous, self.payments, self.previous_cycle

    def debt(self) -> Micros:
        """The debt as rounded to cents, which is what a payment can pay."""
        return to_cents(self.current + self.previous)

    def purchase(self, amount: Micros) -> None:
        """Something is bought; the exact debt may reach the credit limit."""
        limit = self.account.max_balance
        if limit is not None and self.current + self.previous + amount > limit:
            raise RefusedError(Bound.LIMIT, self.account.name, amount, limit - self.current - self.previous)
        self.current += amount

    def pay(self, amount: Micros) -> Paid:
        """A voluntary payment: previous first, then current."""
        refuse_overpayment(self.account, amount, self.debt())
        clears = amount == self.debt()
        changes = self._take(amount, min(amount, self.previous))
        fractions: list[Change] = []
        if clears:
            fractions = [(Part.PREVIOUS, -self.previous), (Part.CURRENT, -self.current)]
            self.previous = self.current = 0
        return Paid(changes, fractions)

    def bill(self) -> tuple[Micros, Micros]:
        """The interest of the cycle and what is due; changes nothing."""
        balance, minimum = self.current + self.previous, self.account.minimum_payment
        return card_statement(self.previous_cycle, self.payments, balance, minimum, self.rate)

    def pay_minimum(self, interest: Micros, due: Micros) -> Paid:
        """Pays what is due after `interest` was charged to previous; the statement is rolled right after.

        What exceeds the previous balance before interest counts as paid on current, which may lend the interest part.
        """
        refuse_overpayment(self.account, due, self.debt())
        clears = due == self.debt()
        on_previous = min(due, self.previous - interest)
        changes = self._take(due, on_previous)
        rest = self.previous + self.current if clears else 0
        if due > on_previous:
            self.current -= rest
            return Paid(changes, [(Part.CURRENT, -rest)])
        self.previous -= rest
        return Paid(changes, [(Part.PREVIOUS, -rest)])

    def _take(self, amount: Micros, on_previous: Micros) -> list[Change]:
        self.previous -= on_previous
        self.current -= amount - on_previous
        return [(Part.PREVIOUS, -on_previous), (Part.CURRENT, on_previous - amount)]

    def roll(self) -> Micros:
        """The current balance becomes part of the previous one and a new cycle begins; returns what moved."""
        moved = self.current
        self.previous += moved
        self.current = 0
        self.payments = 0
        return moved

    def record(self) -> None:
        """Notes the day's closing balances."""
        for series, value in zip(self.series, self._values(), strict=True):
            series.values.append(value)


class LoanState:
    """A loan: interest accrues beside the principal."""

    __slots__ = ("account", "apr", "interest", "interest_terms", "payments", "previous_cycle", "principal", "series")

    def __init__(self, account: Loan, forecast: Forecast) -> None:
        self.account = account
        self.principal = account.principal_balance
        self.interest = account.interest_balance
        self.payments = account.billing_cycle_payment_balance
        self.previous_cycle = account.end_of_previous_cycle_balance
        self.apr = Fraction(account.apr)
        self.interest_terms = LoanInterest.of(account, forecast.start_date, forecast.end_date)
        parts = (Part.PRINCIPAL, Part.INTEREST, "payments", "previous cycle")
        self.series = [Series(account.name, part, [value]) for part, value in zip(parts, self._values(), strict=True)]

    def _values(self) -> tuple[Micros, Micros, Micros, Micros]:
        return self.principal, self.interest, self.payments, self.previous_cycle

    def debt(self) -> Micros:
        """The debt as rounded to cents, which is what a payment can pay."""
        return to_cents(self.principal + self.interest)

    def accrue(self, after: int, until: int) -> Micros:
        """Interest of (after, until]; returns how much."""
        owed = self.principal + self.interest
        self.principal, self.interest = self.interest_terms.accrue(self.principal, self.interest, after, until)
        return self.principal + self.interest - owed

    def due(self) -> Micros:
        """The minimum payment of the billing date."""
        paid = self.payments if self.account.extra_payments_reduce_next_minimum else 0
        return loan_due(self.account.minimum_payment, paid, self.principal + self.interest)

    def pay(self, amount: Micros) -> Paid:
        """Interest first, then principal."""
        refuse_overpayment(self.account, amount, self.debt())
        on_interest = min(self.interest, amount)
        left = (self.principal - amount + on_interest, self.interest - on_interest)
        self.principal, self.interest = pay_loan(self.principal, self.interest, amount)
        return Paid(
            [(Part.INTEREST, -on_interest), (Part.PRINCIPAL, on_interest - amount)],
            [(Part.INTEREST, self.interest - left[1]), (Part.PRINCIPAL, self.principal - left[0])],
        )

    def record(self) -> None:
        """Notes the day's closing balances."""
        for series, value in zip(self.series, self._values(), strict=True):
            series.values.append(value)


State: TypeAlias = OwnedState | CardState | LoanState


def refuse_overpayment(account: Credit | Loan, amount: Micros, debt: Micros) -> None:
    """A payment needs the debt to stay at or above the minimum balance."""
    most = debt - lowest_debt(account)
    if amount > most:
        raise RefusedError(Bound.DEBT, account.name, amount, most)


def opening_state(account: Account, forecast: Forecast) -> State:
    """The state of an account at the end of the start date."""
    match account:
        case Credit():
            return CardState(account)
        case Loan():
            return LoanState(account, forecast)
        case _:
            return OwnedState(account, forecast)

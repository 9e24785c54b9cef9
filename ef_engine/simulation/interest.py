"""How interest accrues (domain.md 2, step 2): one accrual is one integer, rounded half-even to the micro-unit.

Times here are proleptic ordinals of dates. A span (after, until] excludes its first day and includes its last, so spans
that follow one another cover every day once, on a grid of days as on a grid of months.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from ef_engine.model.accounts import InterestCadence, InterestType, Investment, Loan, Savings
from ef_engine.model.cadence import add_months, anniversaries
from ef_engine.model.money import CENT, Micros, round_half_even

PERIODS_PER_YEAR = {
    InterestCadence.DAILY: Fraction(1461, 4),
    InterestCadence.MONTHLY: Fraction(12),
    InterestCadence.QUARTERLY: Fraction(4),
    InterestCadence.YEARLY: Fraction(1),
}
"""How many periods a rate a year is divided by; a day is 1/365.25 of a year."""

_MONTHS = {InterestCadence.MONTHLY: 1, InterestCadence.QUARTERLY: 3, InterestCadence.YEARLY: 12}


def period_rate(apr: Decimal, cadence: InterestCadence) -> Fraction:
    """The rate of one full period: apr/365.25, apr/12, apr/4 or apr."""
    return Fraction(apr) / PERIODS_PER_YEAR[cadence]


def interest_dates(cadence: InterestCadence, first: date, start: date, end: date) -> list[int]:
    """The ordinals in (start, end] on which a cadence other than daily accrues, beginning with `first`."""
    return [day.toordinal() for day in anniversaries(first, _MONTHS[cadence], end) if day > start]


def month_ends(start: date, end: date) -> list[int]:
    """The ordinals in (start, end] of last days of months."""
    firsts = (
        add_months(start.replace(day=1), k)
        for k in range(1, (end.year - start.year) * 12 + end.month + 2 - start.month)
    )
    return [day.toordinal() - 1 for day in firsts if start.toordinal() < day.toordinal() - 1 <= end.toordinal()]


@dataclass(frozen=True, slots=True)
class _Accruals:
    """A rate of one period as a fraction, and when periods end, from the ordinal `first` on."""

    numerator: int
    denominator: int
    compound: bool
    first: int
    dates: list[int] | None
    """Interest dates of a cadence other than daily; None where every day from `first` on is one."""

    def periods(self, after: int, until: int) -> int:
        """How many accruals fall into (after, until]."""
        if self.dates is None:
            return max(0, until - max(after, self.first - 1))
        return bisect_right(self.dates, until) - bisect_right(self.dates, after)


def _accruals(account: Loan | Savings | Investment, first: date, start: date, end: date) -> _Accruals:
    """Those of the account within (start, end], the earliest on `first`."""
    rate = period_rate(account.apr, account.interest_cadence)
    return _Accruals(
        rate.numerator,
        rate.denominator,
        account.interest_type is InterestType.COMPOUND,
        first.toordinal(),
        None if account.interest_cadence is InterestCadence.DAILY
        else interest_dates(account.interest_cadence, first, start, end),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class LoanInterest:
    """What accrues on a loan's principal."""

    accruals: _Accruals

    @classmethod
    def of(cls, loan: Loan, start: date, end: date) -> LoanInterest:
        """The interest of the loan within (start, end]."""
        return cls(_accruals(loan, loan.billing_start_date, start, end))

    def accrue(self, principal: Micros, interest: Micros, after: int, until: int) -> tuple[Micros, Micros]:
        """Principal and interest balance after the accruals of (after, until], nothing being paid in between."""
        if not principal:
            return principal, interest
        accruals = self.accruals
        periods, numerator, denominator = accruals.periods(after, until), accruals.numerator, accruals.denominator
        if not accruals.compound:
            return principal, interest + periods * round_half_even(principal * numerator, denominator)
        for _ in range(periods):
            principal += round_half_even(principal * numerator, denominator)
        return principal, interest


@dataclass(frozen=True, slots=True)
class EarnedInterest:
    """What accrues on a savings or investment account, and when whole cents of it are credited."""

    accruals: _Accruals
    month_ends: list[int]

    @classmethod
    def of(cls, account: Savings | Investment, start: date, end: date) -> EarnedInterest | None:
        """The interest of the account within (start, end]; None if it bears none."""
        if account.billing_start_date is None or not account.apr:
            return None
        return cls(_accruals(account, account.billing_start_date, start, end), month_ends(start, end))

    def advance(self, balance: Micros, accrued: Micros, after: int, until: int) -> tuple[Micros, Micros]:
        """Balance and uncredited interest after (after, until], no money moving in between."""
        if self.accruals.compound:
            return self._compound(balance, accrued, after, until)
        return self._simple(balance, accrued, after, until)

    def _compound(self, balance: Micros, accrued: Micros, after: int, until: int) -> tuple[Micros, Micros]:
        numerator, denominator = self.accruals.numerator, self.accruals.denominator
        for _ in range(self.accruals.periods(after, until)):
            if balance > 0:
                accrued += round_half_even(balance * numerator, denominator)
            if accrued >= CENT:
                balance += accrued - accrued % CENT
                accrued %= CENT
        return balance, accrued

    def _simple(self, balance: Micros, accrued: Micros, after: int, until: int) -> tuple[Micros, Micros]:
        ends = self.month_ends
        for k in range(bisect_right(ends, after), bisect_right(ends, until)):
            accrued += self._flat(balance, after, ends[k])
            after = ends[k]
            balance += accrued - accrued % CENT
            accrued %= CENT
        return balance, accrued + self._flat(balance, after, until)

    def _flat(self, balance: Micros, after: int, until: int) -> Micros:
        """What accrues in (after, until] on an unchanging balance; equal periods are exact multiples."""
        if balance <= 0:
            return 0
        accruals = self.accruals
        return accruals.periods(after, until) * round_half_even(balance * accruals.numerator, accruals.denominator)

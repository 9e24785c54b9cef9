"""How a payment to `ALL_LOANS` is split over the loans (domain.md 3.3). All shares are whole cents."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from ef_engine.model.forecast import LoanStrategy
from ef_engine.model.money import CENT, Micros, floor_to_cents


@dataclass(frozen=True, slots=True)
class OwedLoan:
    """A loan as the payment finds it: exact balances, and `debt`, their sum rounded to cents."""

    apr: Decimal
    principal: Micros
    interest: Micros
    debt: Micros


def split(loans: Sequence[OwedLoan], amount: Micros, strategy: LoanStrategy) -> list[Micros]:
    """The share of each loan, in their order. `amount` is whole cents and no more than the sum of the debts."""
    if amount == sum(loan.debt for loan in loans):
        return [loan.debt for loan in loans]
    match strategy:
        case LoanStrategy.AVALANCHE:
            return _one_after_another(loans, amount, lambda loan: -loan.apr)
        case LoanStrategy.SNOWBALL:
            return _one_after_another(loans, amount, lambda loan: Decimal(loan.debt))
        case LoanStrategy.EQUALIZE:
            return _in_cents(loans, amount, _equalized(loans, amount))


def _one_after_another(loans: Sequence[OwedLoan], amount: Micros, rank: Callable[[OwedLoan], Decimal]) -> list[Micros]:
    """Pays each loan off in the order of `rank` (ties in account order) until the money is gone."""
    shares = [0] * len(loans)
    for index in sorted(range(len(loans)), key=lambda index: rank(loans[index])):
        shares[index] = min(amount, loans[index].debt)
        amount -= shares[index]
    return shares


class _Leveling:
    """A loan being brought down: what is still owed on it, and what it has been given, exactly."""

    def __init__(self, loan: OwedLoan) -> None:
        self.apr = Fraction(loan.apr)
        self.principal = Fraction(loan.principal)
        self.interest = Fraction(loan.interest)
        self.share = Fraction(0)

    @property
    def is_owed(self) -> bool:
        return self.principal + self.interest > 0

    @property
    def level(self) -> Fraction:
        return self.principal * self.apr

    def need(self, target: Fraction) -> Fraction:
        """What brings it from a higher level down to the target: its interest, and principal. At level 0: all."""
        principal = self.principal - target / self.apr if self.level > 0 else self.principal
        return self.interest + principal

    def give(self, money: Fraction) -> None:
        to_interest = min(money, self.interest)
        self.interest -= to_interest
        self.principal -= money - to_interest
        self.share += money


def _equalized(loans: Sequence[OwedLoan], amount: Micros) -> list[Fraction]:
    """Exact shares: repeatedly brings the largest principal x apr down to the next largest; scales the last round."""
    leveling = [_Leveling(loan) for loan in loans]
    money = Fraction(amount)
    while money > 0 and (owed := [loan for loan in leveling if loan.is_owed]):
        top = max(loan.level for loan in owed)
        target = max((loan.level for loan in owed if loan.level < top), default=Fraction(0))
        highest = [loan for loan in owed if loan.level == top]
        needs = [loan.need(target) for loan in highest]
        scale = min(Fraction(1), money / sum(needs))
        for loan, need in zip(highest, needs, strict=True):
            loan.give(need * scale)
            money -= need * scale
    return [loan.share for loan in leveling]


def _in_cents(loans: Sequence[OwedLoan], amount: Micros, exact: Sequence[Fraction]) -> list[Micros]:
    """Floors the shares to cents and gives the remaining cents, one each, to the largest remainders."""
    shares = [floor_to_cents(share.numerator // share.denominator) for share in exact]
    left = amount - sum(shares)
    by_remainder = sorted(range(len(loans)), key=lambda index: shares[index] - exact[index])
    while left > 0:
        for index in by_remainder:
            if left > 0 and shares[index] < loans[index].debt:
                shares[index] += CENT
                left -= CENT
    return shares

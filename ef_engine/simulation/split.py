"""How a payment to `ALL_LOANS` is split over the loans (domain.md 3.3).

The shares are whole cents and sum to the amount; no share exceeds its loan's debt as rounded to cents.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from ef_engine.model.forecast import LoanStrategy
from ef_engine.model.money import CENT, Micros, to_cents

Owed = tuple[Micros, Micros]
"""Principal and interest balance of one loan, exact."""


def total_debt(loans: Sequence[Owed]) -> Micros:
    """The sum of the debts, each rounded to cents: the most a payment to all loans can pay."""
    return sum(to_cents(principal + interest) for principal, interest in loans)


def split_payment(
    strategy: LoanStrategy, amount: Micros, loans: Sequence[Owed], rates: Sequence[Fraction]
) -> list[Micros]:
    """One share a loan for an amount in whole cents that is at most `total_debt`; rates are those of a year."""
    debts = [to_cents(principal + interest) for principal, interest in loans]
    if amount == sum(debts):
        return debts
    match strategy:
        case LoanStrategy.AVALANCHE:
            return _in_turn(amount, debts, sorted(range(len(debts)), key=lambda k: -rates[k]))
        case LoanStrategy.SNOWBALL:
            return _in_turn(amount, debts, sorted(range(len(debts)), key=debts.__getitem__))
        case LoanStrategy.EQUALIZE:
            return _to_cents(amount, _equalized(amount, loans, rates), debts)


def _in_turn(amount: Micros, debts: Sequence[Micros], order: Sequence[int]) -> list[Micros]:
    shares = [0] * len(debts)
    for k in order:
        shares[k] = min(amount, debts[k])
        amount -= shares[k]
    return shares


def _equalized(amount: Micros, loans: Sequence[Owed], rates: Sequence[Fraction]) -> list[Fraction]:
    """Exact shares that bring the largest principal x apr down to the next largest, again and again.

    The interest of a loan is paid with the first of its principal; the last round is scaled to the money left.
    """
    principals = [Fraction(principal) for principal, _ in loans]
    unpaid = [Fraction(interest) for _, interest in loans]
    left = Fraction(amount)
    while left and (any(principals) or any(unpaid)):
        needs = _needs_of_round(principals, unpaid, rates)
        total = sum(interest + principal for interest, principal in needs.values())
        scale = min(Fraction(1), left / total)
        for k, (interest, principal) in needs.items():
            unpaid[k] -= interest * scale
            principals[k] -= principal * scale
        left -= total * scale
    return [principal + interest - principals[k] - unpaid[k] for k, (principal, interest) in enumerate(loans)]


def _needs_of_round(
    principals: Sequence[Fraction], unpaid: Sequence[Fraction], rates: Sequence[Fraction]
) -> dict[int, tuple[Fraction, Fraction]]:
    """Interest and principal that each loan at the highest level of principal x apr needs to reach the next level."""
    levels = {k: principals[k] * rates[k] for k in range(len(rates)) if principals[k] or unpaid[k]}
    highest = max(levels.values())
    target = max((level for level in levels.values() if level < highest), default=Fraction(0))
    return {
        k: (unpaid[k], principals[k] - target / rates[k] if highest else principals[k])
        for k, level in levels.items()
        if level == highest
    }


def _to_cents(amount: Micros, exact: Sequence[Fraction], debts: Sequence[Micros]) -> list[Micros]:
    """Shares floored to cents; the remaining cents go to the largest remainders, ties in account order."""
    shares = [int(share // CENT) * CENT for share in exact]
    remainders = [share - floored for share, floored in zip(exact, shares, strict=True)]
    order = sorted(range(len(shares)), key=lambda k: -remainders[k])
    left = amount - sum(shares)
    while left > 0:
        for k in order:
            if left > 0 and shares[k] < debts[k]:
                shares[k] += CENT
                left -= CENT
    return shares

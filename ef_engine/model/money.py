"""Money inside the pure code: exact integers counting micro-units, and the roundings domain.md asks for.

An amount is an `int` of micro-units (a millionth of the currency unit), never a float; `Decimal` exists only at
the borders. Every rounding is half-even and happens in the one place that says so.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import TypeAlias

Micros: TypeAlias = int
"""An amount in micro-units: 1_000_000 is one unit of the currency."""

UNIT: Micros = 1_000_000
CENT: Micros = 10_000

_WIDE = Context(prec=100)


def round_half_even(numerator: int, denominator: int) -> int:
    """The integer nearest to numerator / denominator (denominator > 0), ties to the even one."""
    quotient, remainder = divmod(numerator, denominator)
    double = remainder * 2
    if double > denominator or (double == denominator and quotient & 1):
        return quotient + 1
    return quotient


def to_cents(amount: Micros) -> Micros:
    """The amount rounded half-even to whole cents, still in micro-units (domain.md 2, Money)."""
    quotient, remainder = divmod(amount, CENT)
    if remainder > 5_000 or (remainder == 5_000 and quotient & 1):
        quotient += 1
    return quotient * CENT


def floor_to_cents(amount: Micros) -> Micros:
    """The amount rounded down to whole cents, in micro-units."""
    return amount - amount % CENT


def from_decimal(amount: Decimal) -> Micros:
    """A border amount in currency units as micro-units, rounded half-even to the millionth."""
    return int(amount.scaleb(6, _WIDE).to_integral_value(ROUND_HALF_EVEN, _WIDE))


def to_decimal(amount: Micros) -> Decimal:
    """Micro-units as an exact `Decimal` in currency units, with six decimals."""
    return Decimal(amount).scaleb(-6)


def to_cents_decimal(amount: Micros) -> Decimal:
    """Micro-units as a `Decimal` in currency units with two decimals, rounded half-even; never -0.00."""
    return Decimal(to_cents(amount) // CENT).scaleb(-2)


def format_cents(amount: Micros) -> str:
    """Micro-units as text with two decimals and no grouping, rounded half-even: `-1234.50`, `0.00`."""
    cents, rest = divmod(amount, CENT)
    if rest > 5_000 or (rest == 5_000 and cents & 1):
        cents += 1
    sign = ""
    if cents < 0:
        sign, cents = "-", -cents
    return f"{sign}{cents // 100}.{cents % 100:02d}"

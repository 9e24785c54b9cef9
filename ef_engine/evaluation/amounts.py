"""Amounts as text, a whole column at a time.

Balances stand still on most days, so each distinct amount is formatted once and looked up afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from ef_engine.model.money import Micros, format_cents, to_cents, to_cents_decimal

HALF_CENT: Micros = 5_000
"""The largest amount that rounds half-even to 0.00."""


class CentsText(dict[Micros, str]):
    """Amount -> `-12.40`, two decimals rounded half-even, formatted on the first look-up."""

    def __missing__(self, amount: Micros) -> str:
        text = self[amount] = format_cents(amount)
        return text


class CentsDecimal(dict[Micros, Decimal]):
    """Amount -> its `Decimal` with two decimals rounded half-even, made on the first look-up."""

    def __missing__(self, amount: Micros) -> Decimal:
        value = self[amount] = to_cents_decimal(amount)
        return value


def cents_texts(amounts: Sequence[Micros]) -> list[str]:
    """One text an amount, as `format_cents` writes it."""
    return list(map(CentsText().__getitem__, amounts))


def signed_dollars(amount: Micros) -> str:
    """The amount as the Memo columns write it: `+$100.00`, `-$12.40`; what adds nothing has a minus (`-$0.00`)."""
    return f"{'+' if to_cents(amount) > 0 else '-'}${format_cents(abs(amount))}"

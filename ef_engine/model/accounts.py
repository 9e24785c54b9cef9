"""The five kinds of account, as a sum type.

Fields and defaults are those of domain.md 1.1. All amounts are micro-units, all rates are a year's (0.05 is 5 %).
Debts are positive numbers: a card that owes 500 has a balance of 500.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from ef_engine.model.money import Micros

ALL_LOANS = "ALL_LOANS"
"""The reserved target name that splits a payment over every loan."""


class InterestType(StrEnum):
    """Whether interest itself bears interest."""

    SIMPLE = "simple"
    COMPOUND = "compound"


class InterestCadence(StrEnum):
    """How often interest accrues."""

    DAILY = "daily"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checking:
    """An account for daily money; minimum payments are drawn from the primary one."""

    name: str
    balance: Micros
    min_balance: Micros = 0
    max_balance: Micros | None = None
    primary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _InterestBearing:
    """Money you own that may bear interest; without `billing_start_date` it bears none."""

    name: str
    balance: Micros
    apr: Decimal
    interest_type: InterestType
    interest_cadence: InterestCadence
    billing_start_date: date | None = None
    min_balance: Micros = 0
    max_balance: Micros | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Savings(_InterestBearing):
    """Interest-bearing money within reach, part of the liquid total."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Investment(_InterestBearing):
    """As `Savings`, but not part of the liquid total."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """A card with a statement cycle; `max_balance` is its credit limit, `minimum_payment` the floor of what is due."""

    name: str
    current_statement_balance: Micros
    previous_statement_balance: Micros
    apr: Decimal
    minimum_payment: Micros
    billing_start_date: date
    billing_cycle_payment_balance: Micros
    end_of_previous_cycle_balance: Micros
    min_balance: Micros = 0
    max_balance: Micros | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loan:
    """A loan paid by monthly minimum payments, interest first, then principal."""

    name: str
    principal_balance: Micros
    interest_balance: Micros
    apr: Decimal
    minimum_payment: Micros
    billing_start_date: date
    billing_cycle_payment_balance: Micros
    end_of_previous_cycle_balance: Micros
    interest_type: InterestType = InterestType.SIMPLE
    interest_cadence: InterestCadence = InterestCadence.DAILY
    extra_payments_reduce_next_minimum: bool = True
    min_balance: Micros = 0
    max_balance: Micros | None = None


Owned: TypeAlias = Checking | Savings | Investment
"""Accounts that hold your money."""

Debt: TypeAlias = Credit | Loan
"""Accounts that hold what you owe."""

Account: TypeAlias = Checking | Savings | Investment | Credit | Loan


def opening_debt(account: Debt) -> Micros:
    """What is owed on the account at the end of the start date, in exact micro-units (>= 0)."""
    if isinstance(account, Credit):
        return account.current_statement_balance + account.previous_statement_balance
    return account.principal_balance + account.interest_balance

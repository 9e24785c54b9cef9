"""What a simulation yields: balances of every day, postings, decisions, and the failure of an infeasible one.

All amounts are exact micro-units; nothing here is text for people except `reason`. The texts of the daily table are
rendered from the postings (`ef_engine.evaluation.table`) and never parsed. Postings and decisions are named tuples: a
long forecast has a hundred thousand of them, and a frozen dataclass takes thrice as long to make.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from ef_engine.model.money import Micros


class Part(StrEnum):
    """Which balance of an account a posting changes; owned accounts have only `BALANCE`."""

    BALANCE = "balance"
    CURRENT = "current statement balance"
    PREVIOUS = "previous statement balance"
    PRINCIPAL = "principal balance"
    INTEREST = "interest balance"


class Cause(StrEnum):
    """Why a posting happened."""

    DEPOSIT = "deposit"
    SPEND = "spend"
    PURCHASE = "purchase"
    TRANSFER = "transfer"
    CARD_PAYMENT = "card payment"
    LOAN_PAYMENT = "loan payment"
    CARD_MINIMUM = "card minimum payment"
    CARD_MINIMUM_ALREADY_MADE = "card minimum payment already made"
    LOAN_MINIMUM = "loan minimum payment"
    CARD_INTEREST = "card interest"
    INTEREST_EARNED = "interest earned"
    FRACTION = "fraction of a cent"
    STATEMENT = "statement"


class Posting(NamedTuple):
    """One change of one balance.

    `amount` is signed by the balance it changes: money out of checking is negative, a purchase on a card positive.
    `FRACTION` is the rest of at most half a cent booked as interest when a payment clears a debt; `STATEMENT` moves a
    card's current balance into its previous one on a billing date, in two postings that sum to zero. Zero amounts occur
    only for `CARD_MINIMUM_ALREADY_MADE`. `memo` is the item's, empty where no item caused the posting.
    `item` is the position of that item in the forecast's budget items (None likewise).
    """

    date: date
    account: str
    part: Part
    amount: Micros
    cause: Cause
    memo: str = ""
    item: int | None = None


class DecisionStatus(StrEnum):
    """What became of one occurrence of a budget item."""

    CONFIRMED = "confirmed"
    REDUCED = "reduced"
    DEFERRED = "deferred"
    SKIPPED = "skipped"


class Decision(NamedTuple):
    """What became of one occurrence. For anything not confirmed in full the last four fields say why.

    `requested` and `executed` are micro-units, `executed` whole cents. `binding_date`, `binding_account` and
    `shortfall` (micro-units > 0) name the first bound that broke in the test of the full amount on the original date.
    """

    original_date: date
    executed_date: date | None
    priority: int
    memo: str
    requested: Micros
    executed: Micros
    status: DecisionStatus
    reason: str = ""
    binding_date: date | None = None
    binding_account: str | None = None
    shortfall: Micros | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """The posting of first priority that broke a bound; `posting` names it (an item's memo or a payment's cause)."""

    date: date
    posting: str
    account: str
    needed: Micros
    available: Micros
    reason: str


@dataclass(frozen=True, slots=True)
class Series:
    """One balance column of the daily table: end-of-day values in micro-units, one a row.

    `part` is a `Part`, or for the two helper balances of a debt `payments` (paid voluntarily in the billing cycle) or
    `previous cycle` (balance at the end of the previous cycle).
    """

    account: str
    part: str
    values: list[Micros]


@dataclass(frozen=True, slots=True)
class Simulation:
    """A finished simulation: one row a date, the first being the start date.

    `balances` stand in the order of the table's columns (domain.md 4). `interest`, `gains` and `losses` are one value
    a row: interest accrued on debts; deposits plus interest credited; interest plus spends plus purchases (not netted).
    `failure` is None for a feasible forecast; otherwise the rows end the day before it.
    """

    dates: list[date]
    balances: list[Series]
    interest: list[Micros]
    gains: list[Micros]
    losses: list[Micros]
    postings: list[Posting]
    decisions: list[Decision]
    failure: Failure | None = None

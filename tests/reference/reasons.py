"""Broken bounds, and the sentences that explain them (domain.md 3.4)."""

from __future__ import annotations

from datetime import date

from ef_engine.model.accounts import ALL_LOANS
from ef_engine.model.money import Micros, format_cents
from ef_engine.simulation.result import Failure

ON_THE_START_DATE = "on the start date"


class BrokenBoundError(Exception):
    """A posting would break a bound; `failure` says which."""

    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        super().__init__(failure.reason)


def below_minimum(day: date, posting: str, account: str, needed: Micros, available: Micros) -> Failure:
    """Money you own does not suffice."""
    reason = f"{account} would be {format_cents(needed - available)} below its minimum on {day}"
    return Failure(day, posting, account, needed, available, reason)


def over_limit(day: date, posting: str, account: str, needed: Micros, available: Micros) -> Failure:
    """A purchase exceeds the card's limit."""
    reason = f"{account} would be {format_cents(needed - available)} over its limit on {day}"
    return Failure(day, posting, account, needed, available, reason)


def paid_too_much(day: date, posting: str, account: str, needed: Micros, available: Micros) -> Failure:
    """A payment exceeds what is owed."""
    reason = f"{account} would be paid {format_cents(needed - available)} too much on {day}"
    return Failure(day, posting, account, needed, available, reason)


def nothing_owed(day: date, posting: str, needed: Micros) -> Failure:
    """A payment to all loans finds no debt."""
    return Failure(day, posting, ALL_LOANS, needed, 0, f"nothing is owed on {ALL_LOANS} on {day}")


def nothing_more_owed(day: date, posting: str, needed: Micros, available: Micros) -> Failure:
    """A payment to all loans pays everything off, and money is left."""
    return Failure(day, posting, ALL_LOANS, needed, available, f"nothing more is owed on {ALL_LOANS} on {day}")

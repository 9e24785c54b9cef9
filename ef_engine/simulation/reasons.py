"""The bound that broke, and the sentence that says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from ef_engine.model.money import Micros, format_cents


class Bound(Enum):
    """The bounds of domain.md 1.1, each with its sentence."""

    MINIMUM = "{account} would be {shortfall} below its minimum on {date}"
    LIMIT = "{account} would be {shortfall} over its limit on {date}"
    DEBT = "{account} would be paid {shortfall} too much on {date}"
    NOTHING_OWED = "nothing is owed on {account} on {date}"
    NOTHING_MORE_OWED = "nothing more is owed on {account} on {date}"


@dataclass(frozen=True, slots=True)
class Breach:
    """A posting that would break a bound of an account.

    `needed` is the amount of the posting and `available` the most that could have been posted, both in micro-units;
    `posting` is an item's memo or what the payment was.
    """

    bound: Bound
    date: date
    account: str
    posting: str
    needed: Micros
    available: Micros

    @property
    def shortfall(self) -> Micros:
        """By how much the bound would be broken; positive micro-units."""
        return self.needed - self.available

    @property
    def reason(self) -> str:
        """The sentence for people, with amounts to the cent."""
        return self.bound.value.format(account=self.account, shortfall=format_cents(self.shortfall), date=self.date)


class BoundBrokenError(Exception):
    """Raised within a simulation at the first posting that breaks a bound; never leaves the package."""

    def __init__(self, breach: Breach) -> None:
        super().__init__(breach.reason)
        self.breach = breach


ON_START_DATE = "on the start date"
"""The reason of an occurrence dated on the start date, on which nothing is executed."""

"""Budget items and memo rules, and how a rule decides what an item does with money (domain.md 1.2, 1.3)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ef_engine.model.accounts import ALL_LOANS, Account, Credit, Loan
from ef_engine.model.cadence import Cadence
from ef_engine.model.money import Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetItem:
    """Money planned to move: once or recurring, more important the lower its priority number.

    `amount` is positive micro-units. Both dates are inclusive. Priority 1 must happen; only at higher numbers may an
    item be deferrable (waits for a later day with a deposit) or partial (takes what there is).
    """

    start_date: date
    end_date: date
    priority: int
    cadence: Cadence
    amount: Micros
    memo: str
    deferrable: bool = False
    partial_payment_allowed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoRule:
    """Says from which account to which the items of one priority move; None is the outside world."""

    memo_regex: str
    account_from: str | None
    account_to: str | None
    priority: int

    def matches(self, item: BudgetItem) -> bool:
        """Whether the rule is for the item: same priority, and `re.search` finds the pattern in the memo."""
        return self.priority == item.priority and re.search(self.memo_regex, item.memo) is not None


class Movement(StrEnum):
    """What an item does, told from the kinds of its two accounts."""

    DEPOSIT = "deposit"
    SPEND = "spend"
    PURCHASE = "purchase"
    TRANSFER = "transfer"
    CARD_PAYMENT = "card payment"
    LOAN_PAYMENT = "loan payment"


@dataclass(frozen=True, slots=True)
class Route:
    """The way an item's money takes. `target` may be `ALL_LOANS`; None is the outside world."""

    movement: Movement
    source: str | None
    target: str | None


def route_of(rule: MemoRule, accounts: dict[str, Account]) -> Route:
    """The route a valid rule names (domain.md 1.3)."""
    return Route(_movement(rule, accounts), rule.account_from, rule.account_to)


def _movement(rule: MemoRule, accounts: dict[str, Account]) -> Movement:
    if rule.account_from is None:
        return Movement.DEPOSIT
    if rule.account_to is None:
        return Movement.PURCHASE if isinstance(accounts[rule.account_from], Credit) else Movement.SPEND
    if rule.account_to == ALL_LOANS:
        return Movement.LOAN_PAYMENT
    match accounts[rule.account_to]:
        case Credit():
            return Movement.CARD_PAYMENT
        case Loan():
            return Movement.LOAN_PAYMENT
        case _:
            return Movement.TRANSFER


def routes_of(items: Iterable[BudgetItem], rules: Iterable[MemoRule], accounts: Iterable[Account]) -> list[Route]:
    """One route an item, in item order; every item must be matched by exactly one rule of its priority."""
    by_name = {account.name: account for account in accounts}
    compiled = [(rule.priority, re.compile(rule.memo_regex), route_of(rule, by_name)) for rule in rules]
    return [
        next(route for priority, regex, route in compiled if priority == item.priority and regex.search(item.memo))
        for item in items
    ]

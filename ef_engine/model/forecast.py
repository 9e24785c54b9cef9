"""A forecast: everything one simulation needs (domain.md 1.5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ef_engine.model.accounts import Account
from ef_engine.model.items import BudgetItem, MemoRule
from ef_engine.model.milestones import Milestones


class LoanStrategy(StrEnum):
    """How a payment to `ALL_LOANS` is split (domain.md 3.3)."""

    AVALANCHE = "avalanche"
    SNOWBALL = "snowball"
    EQUALIZE = "equalize"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to simulate. `approximate` steps by the month; `currency` is a label and no part of the id."""

    all_loans_strategy: LoanStrategy = LoanStrategy.AVALANCHE
    approximate: bool = False
    currency: str = "USD"


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """A valid forecast. Opening balances stand at the end of `start_date`; `end_date` is simulated too.

    Exactly one checking account has `primary` set, and every budget item is matched by exactly one rule of its
    priority. `label` is a name for people and no part of the id.
    """

    start_date: date
    end_date: date
    accounts: tuple[Account, ...]
    budget_items: tuple[BudgetItem, ...] = ()
    memo_rules: tuple[MemoRule, ...] = ()
    milestones: Milestones = Milestones()
    options: Options = Options()
    label: str = ""

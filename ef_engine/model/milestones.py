"""The three kinds of milestone (domain.md 1.4)."""

from __future__ import annotations

from dataclasses import dataclass, field

from ef_engine.model.money import Micros

SUMMARY_COLUMNS = (
    "Marginal Interest",
    "Net Gain",
    "Net Loss",
    "Net Worth",
    "Loan Total",
    "CC Debt Total",
    "Liquid Total",
)
"""The summary columns of the daily table that hold amounts; a milestone may name one in place of an account."""

FIXED_COLUMNS = ("Date", *SUMMARY_COLUMNS, "Next Income Date", "Memo Directives", "Memo")
"""Every column whose name does not depend on the accounts; no account may bear such a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountMilestone:
    """Reached while min_balance <= value <= max_balance, both inclusive micro-units, None open.

    `account_name` is an account (a debt counts whole) or a summary column.
    """

    name: str
    account_name: str
    min_balance: Micros | None = None
    max_balance: Micros | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoMilestone:
    """Reached on the first day an executed item's memo matches."""

    name: str
    memo_regex: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompositeMilestone:
    """Reached when all the named account and memo milestones are."""

    name: str
    account_milestones: tuple[str, ...] = ()
    memo_milestones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestones:
    """All milestones of a forecast, by kind."""

    account: tuple[AccountMilestone, ...] = field(default=())
    memo: tuple[MemoMilestone, ...] = field(default=())
    composite: tuple[CompositeMilestone, ...] = field(default=())

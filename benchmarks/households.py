"""Invented households of any size, the same ones every time.

Twenty templates make up a household. A household of 60 items holds three copies of each, every copy with a third of the
money and dates of its own, so that the household as a whole earns and wants the same whatever its number of items.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import cycle, islice

from ef_engine.model.accounts import ALL_LOANS, Account, Checking, Credit, Loan
from ef_engine.model.cadence import Cadence
from ef_engine.model.forecast import Forecast
from ef_engine.model.items import BudgetItem, MemoRule
from ef_engine.model.milestones import AccountMilestone, CompositeMilestone, MemoMilestone, Milestones
from ef_engine.model.money import CENT, UNIT, Micros

START = date(2026, 1, 1)

ONE_YEAR = {"years": 1, "checking": 1, "cards": 1, "loans": 1, "items": 20}
"""The arguments of `household` for an ordinary household over one year."""

TEN_YEARS = {"years": 10, "checking": 2, "cards": 3, "loans": 4, "items": 60}
"""The arguments of `household` for a large one over ten years, with more than six thousand optional occurrences."""


@dataclass(frozen=True, slots=True)
class Template:
    """One kind of item; `amount` is in units and shared by all its copies.

    `source` and `target` are kinds of account (`checking`, `card`) that the copies take in turn, `primary` for the one
    that pays every minimum payment, `ALL_LOANS`, or None for the outside world.
    """

    memo: str
    priority: int
    cadence: Cadence
    amount: int
    source: str | None = "checking"
    target: str | None = None
    deferrable: bool = False
    partial: bool = False


TEMPLATES = (
    Template("salary", 1, Cadence.BIWEEKLY, 1_950, None, "checking"),
    Template("second income", 1, Cadence.SEMIMONTHLY, 1_050, None, "primary"),
    Template("rent", 1, Cadence.MONTHLY, 1_900),
    Template("groceries", 1, Cadence.WEEKLY, 190),
    Template("utilities", 1, Cadence.MONTHLY, 310),
    Template("insurance", 1, Cadence.QUARTERLY, 540),
    Template("phones", 1, Cadence.MONTHLY, 95),
    Template("property tax", 1, Cadence.YEARLY, 800),
    Template("commuting", 1, Cadence.WEEKLY, 55),
    Template("lunches", 2, Cadence.WEEKLY, 75, "card"),
    Template("lessons", 2, Cadence.BIWEEKLY, 110),
    Template("gym", 2, Cadence.MONTHLY, 60),
    Template("clothing", 3, Cadence.MONTHLY, 220, deferrable=True),
    Template("furniture", 3, Cadence.QUARTERLY, 900, deferrable=True, partial=True),
    Template("extra card payment", 4, Cadence.MONTHLY, 900, "checking", "card", partial=True),
    Template("eating out", 5, Cadence.WEEKLY, 130),
    Template("streaming", 5, Cadence.MONTHLY, 65, "card"),
    Template("hobby", 6, Cadence.BIWEEKLY, 160, partial=True),
    Template("holiday", 6, Cadence.YEARLY, 3_200, deferrable=True),
    Template("extra loan payment", 7, Cadence.MONTHLY, 750, "checking", ALL_LOANS, partial=True),
)


def one_year() -> Forecast:
    """One year of three accounts and twenty items over priorities 1 to 7."""
    return household(**ONE_YEAR)


def ten_years() -> Forecast:
    """Ten years of two checking accounts, three cards, four loans and sixty items: thousands of wants."""
    return household(**TEN_YEARS)


def household(*, years: int, checking: int, cards: int, loans: int, items: int) -> Forecast:
    """A household with that many accounts of each kind (each >= 1) and that many items, `years` long."""
    end = date(START.year + years, START.month, START.day) - timedelta(days=1)
    accounts: list[Account] = [_checking(k, checking) for k in range(checking)]
    accounts.extend(_card(k, cards) for k in range(cards))
    accounts.extend(_loan(k, loans) for k in range(loans))
    counts = {"primary": 1, "checking": checking, "card": cards}
    pairs = [_pair(template, copy, copies, end, counts) for template, copy, copies in _copies(items)]
    return Forecast(
        start_date=START,
        end_date=end,
        accounts=tuple(accounts),
        budget_items=tuple(item for item, _ in pairs),
        memo_rules=tuple(rule for _, rule in pairs),
        milestones=_milestones(),
        label=f"{years} years, {len(accounts)} accounts, {items} items",
    )


def _copies(items: int) -> list[tuple[Template, int, int]]:
    """The templates dealt out in turn: (template, number of this copy, copies of this template)."""
    dealt = list(islice(cycle(TEMPLATES), items))
    return [(template, k // len(TEMPLATES), dealt.count(template)) for k, template in enumerate(dealt)]


def _pair(template: Template, copy: int, copies: int, end: date, counts: dict[str, int]) -> tuple[BudgetItem, MemoRule]:
    memo = f"{template.memo} {copy + 1}"
    item = BudgetItem(
        start_date=START + timedelta(days=1 + (5 * copy + 3 * len(template.memo)) % 27),
        end_date=end,
        priority=template.priority,
        cadence=template.cadence,
        amount=_share(template.amount * UNIT, copy, copies),
        memo=memo,
        deferrable=template.deferrable,
        partial_payment_allowed=template.partial,
    )
    source, target = (_account(kind, copy, counts) for kind in (template.source, template.target))
    return item, MemoRule(memo_regex=f"^{memo}$", account_from=source, account_to=target, priority=template.priority)


def _account(kind: str | None, copy: int, counts: dict[str, int]) -> str | None:
    if kind not in counts:
        return kind
    named = "checking" if kind == "primary" else kind
    return f"{named.title()} {copy % counts[kind] + 1}"


def _share(amount: Micros, k: int, n: int) -> Micros:
    """The k-th of n shares of an amount, in whole cents and slightly uneven, so that equal items are rare."""
    share = amount // n + (2 * k - n + 1) * 37 * CENT
    return max(CENT, share - share % CENT)


def _checking(k: int, n: int) -> Checking:
    return Checking(name=f"Checking {k + 1}", balance=6_000 * UNIT // n, min_balance=100 * UNIT, primary=k == 0)


def _card(k: int, n: int) -> Credit:
    owed = _share(4_800 * UNIT, k, n)
    return Credit(
        name=f"Card {k + 1}",
        current_statement_balance=owed // 4,
        previous_statement_balance=owed,
        apr=Decimal("0.17") + Decimal(k % 5) / 50,
        minimum_payment=40 * UNIT,
        billing_start_date=START + timedelta(days=4 + 7 * k % 28),
        billing_cycle_payment_balance=0,
        end_of_previous_cycle_balance=owed,
        max_balance=12_000 * UNIT // n,
    )


def _loan(k: int, n: int) -> Loan:
    owed = _share(64_000 * UNIT, k, n)
    return Loan(
        name=f"Loan {k + 1}",
        principal_balance=owed,
        interest_balance=owed // 400,
        apr=Decimal("0.045") + Decimal(k % 6) / 80,
        minimum_payment=810 * UNIT // n,
        billing_start_date=START + timedelta(days=9 + 5 * k % 28),
        billing_cycle_payment_balance=0,
        end_of_previous_cycle_balance=owed,
    )


def _milestones() -> Milestones:
    return Milestones(
        account=(
            AccountMilestone(name="card paid", account_name="Card 1", max_balance=0),
            AccountMilestone(name="loans paid", account_name="Loan Total", max_balance=0),
            AccountMilestone(name="a cushion", account_name="Liquid Total", min_balance=10_000 * UNIT),
        ),
        memo=(MemoMilestone(name="first holiday", memo_regex="^holiday"),),
        composite=(
            CompositeMilestone(name="free", account_milestones=("loans paid",), memo_milestones=("first holiday",)),
        ),
    )


def recurring(rules: int = 200, years: int = 30, accounts: int = 5) -> Forecast:
    """First-priority rules alone: 60 % monthly, 15 % weekly, 15 % every two weeks, 10 % yearly; a third are income."""
    end = date(START.year + years, START.month, START.day) - timedelta(days=1)
    items = tuple(_recurring_item(k, end) for k in range(rules))
    return Forecast(
        start_date=START,
        end_date=end,
        accounts=tuple(_purse(k) for k in range(accounts)),
        budget_items=items,
        memo_rules=tuple(_recurring_rule(k, item.memo, accounts) for k, item in enumerate(items)),
        label=f"{rules} recurring rules over {years} years",
    )


def _recurring_item(k: int, end: date) -> BudgetItem:
    cadence = _CADENCES[k % 20]
    is_income = k % 3 == 0
    return BudgetItem(
        start_date=START + timedelta(days=1 + 11 * k % 27),
        end_date=end,
        priority=1,
        cadence=cadence,
        amount=((60 if is_income else 20) + 7 * k % 40) * UNIT + 13 * k % 100 * CENT,
        memo=f"{'income' if is_income else 'bill'} {k + 1}",
    )


_CADENCES = (
    *(Cadence.MONTHLY, Cadence.WEEKLY, Cadence.MONTHLY, Cadence.BIWEEKLY, Cadence.MONTHLY),
    *(Cadence.MONTHLY, Cadence.YEARLY, Cadence.MONTHLY, Cadence.WEEKLY, Cadence.MONTHLY),
    *(Cadence.MONTHLY, Cadence.BIWEEKLY, Cadence.MONTHLY, Cadence.WEEKLY, Cadence.MONTHLY),
    *(Cadence.MONTHLY, Cadence.YEARLY, Cadence.MONTHLY, Cadence.BIWEEKLY, Cadence.MONTHLY),
)


def _purse(k: int) -> Account:
    return Checking(name=f"Account {k + 1}", balance=200_000 * UNIT, primary=k == 0)


def _recurring_rule(k: int, memo: str, accounts: int) -> MemoRule:
    name = f"Account {k % accounts + 1}"
    source, target = (None, name) if memo.startswith("income") else (name, None)
    return MemoRule(memo_regex=f"^{memo}$", account_from=source, account_to=target, priority=1)

"""Random valid forecasts, small and nasty: ties, tight money, month ends, sub-cent amounts, every option.

`random_forecast(seed)` is deterministic and fast, for long runs; `forecasts()` is the same generator under hypothesis,
which can shrink what it finds. Both yield only what domain.md section 1 calls valid.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import TypeVar

from hypothesis import strategies as st

from ef_engine.model.accounts import (
    ALL_LOANS,
    Account,
    Checking,
    Credit,
    InterestCadence,
    InterestType,
    Investment,
    Loan,
    Savings,
)
from ef_engine.model.cadence import Cadence
from ef_engine.model.forecast import Forecast, LoanStrategy, Options
from ef_engine.model.items import BudgetItem, MemoRule
from ef_engine.model.money import CENT, UNIT, Micros

T = TypeVar("T")

NAMES = {
    Checking: ("Check", "Checking", "Checking 2", "My Checking"),
    Savings: ("Savings", "Save", "My Savings"),
    Investment: ("Invest", "Investment"),
    Credit: ("Card", "Card A", "Card AB"),
    Loan: ("Loan", "Loan A", "Loan AB", "A"),
}
MEMOS = ("rent", "rent 2", "Rent", "food", "food (big)", "fun", "a", "B", "Z", "wish", "é", "car+", "trip")
ROUND_AMOUNTS = (1, 5, 10, 20, 25, 40, 50, 50, 60, 75, 100, 100, 100, 120, 150, 200, 250, 300, 400, 500, 800)
DEBT_RATES = ("0", "0.01", "0.01", "0.0466", "0.05", "0.05", "0.1", "0.12", "0.2479", "0.36", "0.99", "3")
SAVINGS_RATES = ("0", "0.005", "0.03", "0.05", "0.12", "0.9")
OPTIONAL_PRIORITIES = (2, 2, 3, 3, 4, 4, 5, 6, 7, 7, 8, 9)
CADENCES = (
    *(Cadence.ONCE,) * 8,
    *(Cadence.WEEKLY,) * 2,
    *(Cadence.BIWEEKLY,) * 3,
    *(Cadence.SEMIMONTHLY,) * 2,
    *(Cadence.MONTHLY,) * 4,
    Cadence.QUARTERLY,
    Cadence.YEARLY,
    Cadence.DAILY,
)
INCOME_CADENCES = (
    Cadence.ONCE,
    Cadence.WEEKLY,
    Cadence.BIWEEKLY,
    Cadence.BIWEEKLY,
    Cadence.SEMIMONTHLY,
    Cadence.MONTHLY,
)
NO_SHORTER_THAN_A_MONTH = (Cadence.ONCE, Cadence.ONCE, Cadence.MONTHLY, Cadence.QUARTERLY, Cadence.YEARLY)


def random_forecast(seed: int) -> Forecast:
    """The forecast of that seed, always the same."""
    return build_forecast(Random(seed))


def forecasts() -> st.SearchStrategy[Forecast]:
    """Forecasts whose every random choice is made, and shrunk, by hypothesis."""
    return st.randoms(use_true_random=False).map(build_forecast)


@dataclass(frozen=True, slots=True)
class Setting:
    """What the parts of one random forecast have in common; `hot_days` are dates on which things coincide."""

    rng: Random
    start: date
    end: date
    approximate: bool
    hot_days: tuple[date, ...]

    @property
    def is_long(self) -> bool:
        """Whether there are so many days that items must be few."""
        return (self.end - self.start).days > 160

    def chance(self, probability: float) -> bool:
        """True about that often."""
        return self.rng.random() < probability

    def pick(self, choices: Sequence[T]) -> T:
        """One of them."""
        return choices[self.rng.randrange(len(choices))]

    def day(self, first: int, last: int) -> date:
        """A date from `first` to `last` days after the start date."""
        return self.start + timedelta(days=self.rng.randint(first, last))

    def amount(self, low: int, high: int) -> Micros:
        """An amount in currency units: whole, to the cent, or (seldom) to the micro-unit."""
        kind = self.rng.random()
        if kind < 0.4:
            return self.rng.randint(low, high) * UNIT
        if kind < 0.92:
            return self.rng.randint(low * 100, high * 100) * CENT
        return self.rng.randint(low * UNIT, high * UNIT)


def build_forecast(rng: Random) -> Forecast:
    """A valid forecast from whatever the source of randomness says."""
    setting = _setting(rng)
    accounts = _accounts(setting)
    items, rules = _items_and_rules(setting, accounts)
    options = Options(all_loans_strategy=setting.pick(list(LoanStrategy)), approximate=setting.approximate)
    return Forecast(
        start_date=setting.start,
        end_date=setting.end,
        accounts=tuple(accounts),
        budget_items=tuple(items),
        memo_rules=tuple(rules),
        options=options,
    )


def _setting(rng: Random) -> Setting:
    month_end = rng.random() < 0.3
    start = date(2027 + rng.randrange(2), rng.randint(1, 12), rng.randint(27, 28) if month_end else rng.randint(1, 28))
    start += timedelta(days=rng.randint(0, 4)) if month_end else timedelta()
    approximate = rng.random() < 0.15
    kind = rng.random()
    days = rng.randint(10, 150) if kind < 0.55 else rng.randint(10, 60)
    if approximate:
        days = rng.randint(20, 900)
    elif kind > 0.97:
        days = rng.randint(160, 400)
    hot_days = tuple(start + timedelta(days=rng.randint(1, days)) for _ in range(3))
    return Setting(rng, start, start + timedelta(days=days), approximate, hot_days)


def _accounts(setting: Setting) -> list[Account]:
    """Accounts of every kind in any order, at least one of them checking, one of those primary."""
    counts = {
        Checking: setting.pick((1, 1, 2, 3)),
        Savings: setting.pick((0, 0, 1, 2)),
        Investment: setting.pick((0, 0, 0, 1)),
        Credit: setting.pick((0, 1, 1, 2)),
        Loan: setting.pick((0, 0, 1, 2, 3)),
    }
    accounts: list[Account] = []
    for kind, count in counts.items():
        for position, name in enumerate(setting.rng.sample(NAMES[kind], count)):
            accounts.append(_account(setting, kind, name, primary=position == 0))
    setting.rng.shuffle(accounts)
    return accounts


def _account(setting: Setting, kind: type[Account], name: str, primary: bool) -> Account:
    if kind is Credit:
        return _card(setting, name)
    if kind is Loan:
        return _loan(setting, name)
    balance = setting.amount(80, setting.pick((200, 400, 1000, 2500))) if primary else setting.amount(0, 800)
    low, high = _owned_bounds(setting, balance)
    if kind is Checking:
        return Checking(name=name, balance=balance, min_balance=low, max_balance=high, primary=primary)
    return (Savings if kind is Savings else Investment)(
        name=name,
        balance=balance,
        min_balance=low,
        max_balance=high,
        apr=Decimal(setting.pick(SAVINGS_RATES)),
        interest_type=setting.pick(list(InterestType)),
        interest_cadence=setting.pick(list(InterestCadence)),
        billing_start_date=None if setting.chance(0.15) else _billing_start(setting),
    )


def _owned_bounds(setting: Setting, balance: Micros) -> tuple[Micros, Micros | None]:
    """A minimum of 0, of something up to the balance, or a credit line; a maximum that refuses nothing."""
    kind = setting.rng.random()
    low = 0 if kind < 0.7 else min(balance, setting.amount(1, 200)) if kind < 0.92 else -setting.amount(1, 200)
    return low, balance + setting.amount(0, 1000) if setting.chance(0.2) else None


def _billing_start(setting: Setting) -> date:
    """A first billing or interest date: around the start date, at a month's end, or anywhere."""
    kind = setting.rng.randrange(8)
    if kind == 0:
        return setting.start
    if kind == 1:
        return setting.start + timedelta(days=1)
    if kind <= 3:
        return date(setting.start.year, setting.pick((1, 3, 5, 7, 8, 10, 12)), setting.rng.randint(29, 31))
    if kind == 4:
        return setting.pick(setting.hot_days)
    return setting.day(-400, 0) if kind == 5 else setting.day(-30, 40)


def _debt_bounds(setting: Setting, owed: Micros, room: int) -> tuple[Micros, Micros | None]:
    """A minimum that is seldom not 0, and a maximum that is often near."""
    low = owed * setting.rng.randint(5, 90) // 100 if setting.chance(0.04) else 0
    if setting.chance(0.03):
        low = -setting.amount(1, 100)
    kind = setting.rng.random()
    return low, None if kind < 0.2 else owed + setting.amount(0, room if kind < 0.7 else 10_000)


def _card(setting: Setting, name: str) -> Credit:
    current = 0 if setting.chance(0.3) else setting.amount(0, 600)
    previous = 0 if setting.chance(0.3) else setting.amount(0, 900)
    paid = 0 if setting.chance(0.7) else setting.amount(0, 120)
    end_of_cycle = previous + paid if setting.chance(0.7) else setting.amount(0, 900)
    low, high = _debt_bounds(setting, current + previous, 400)
    return Credit(
        name=name,
        current_statement_balance=current,
        previous_statement_balance=previous,
        apr=Decimal(setting.pick(DEBT_RATES)),
        minimum_payment=setting.pick((0, 20, 35, 40, 40, 80)) * UNIT if setting.chance(0.9) else setting.amount(0, 90),
        billing_start_date=_billing_start(setting),
        billing_cycle_payment_balance=paid,
        end_of_previous_cycle_balance=end_of_cycle,
        min_balance=low,
        max_balance=high,
    )


def _loan(setting: Setting, name: str) -> Loan:
    principal = 0 if setting.chance(0.05) else setting.amount(0, setting.pick((60, 300, 1500, 5000)))
    interest = 0 if setting.chance(0.5) else setting.amount(0, 20)
    low, high = _debt_bounds(setting, principal + interest, 50)
    return Loan(
        name=name,
        principal_balance=principal,
        interest_balance=interest,
        apr=Decimal(setting.pick(DEBT_RATES)),
        minimum_payment=setting.pick((0, 20, 50, 50, 75)) * UNIT if setting.chance(0.9) else setting.amount(0, 90),
        billing_start_date=_billing_start(setting),
        interest_type=setting.pick((InterestType.SIMPLE, InterestType.SIMPLE, InterestType.COMPOUND)),
        interest_cadence=setting.pick((*(InterestCadence.DAILY,) * 4, *InterestCadence)),
        billing_cycle_payment_balance=0 if setting.chance(0.6) else setting.amount(0, 60),
        end_of_previous_cycle_balance=principal if setting.chance(0.7) else setting.amount(0, 1000),
        extra_payments_reduce_next_minimum=setting.chance(0.75),
        min_balance=low,
        max_balance=high,
    )


@dataclass(frozen=True, slots=True)
class Way:
    """Where money of an item may go from and to; None is the outside world."""

    source: str | None
    target: str | None


def _items_and_rules(setting: Setting, accounts: Sequence[Account]) -> tuple[list[BudgetItem], list[MemoRule]]:
    """Items in any order, and one rule for each, which matches no other memo."""
    must, may = (3, 5) if setting.is_long else (4, 14)
    drafts: list[tuple[Way, int, Sequence[Cadence]]] = []
    drafts += [(_income_way(setting, accounts), 1, INCOME_CADENCES) for _ in range(setting.pick((0, 1, 2, 2, 3, 3)))]
    drafts += [(_must_way(setting, accounts), 1, CADENCES) for _ in range(setting.rng.randint(0, must))]
    drafts += [
        (_way(setting, accounts), setting.pick(OPTIONAL_PRIORITIES), _optional_cadences(setting))
        for _ in range(setting.rng.randint(1, may))
    ]
    setting.rng.shuffle(drafts)
    items: dict[tuple[int, str], BudgetItem] = {}
    rules: dict[tuple[int, str], MemoRule] = {}
    for way, priority, cadences in drafts:
        memo = setting.pick(MEMOS)
        amount = _deposit_amount(setting) if way.source is None else _item_amount(setting, priority)
        items[priority, memo] = _item(setting, priority, memo, setting.pick(cadences), amount)
        rules[priority, memo] = MemoRule(
            memo_regex=f"^{re.escape(memo)}$", account_from=way.source, account_to=way.target, priority=priority
        )
    return list(items.values()), list(rules.values())


def _optional_cadences(setting: Setting) -> Sequence[Cadence]:
    return NO_SHORTER_THAN_A_MONTH if setting.is_long else CADENCES


def _item(setting: Setting, priority: int, memo: str, cadence: Cadence, amount: Micros) -> BudgetItem:
    start = (
        setting.pick(setting.hot_days) if setting.chance(0.35) else setting.day(0, (setting.end - setting.start).days)
    )
    if cadence is not Cadence.ONCE and setting.chance(0.6):
        start = setting.day(-45, 10)
    end = start + timedelta(days=setting.rng.randint(0, 12 if cadence is Cadence.DAILY else 400))
    deferrable = priority > 1 and setting.chance(0.5)
    return BudgetItem(
        start_date=start,
        end_date=start if cadence is Cadence.ONCE else end,
        priority=priority,
        cadence=cadence,
        amount=amount,
        memo=memo,
        deferrable=deferrable,
        partial_payment_allowed=priority > 1 and setting.chance(0.15 if deferrable else 0.45),
    )


def _deposit_amount(setting: Setting) -> Micros:
    return setting.pick((100, 250, 400, 500, 700, 1000)) * UNIT if setting.chance(0.8) else setting.amount(1, 900)


def _item_amount(setting: Setting, priority: int) -> Micros:
    """What must happen is smaller than what may; often one of few amounts, so that there are ties."""
    if setting.chance(0.7):
        return setting.pick(ROUND_AMOUNTS[:8] if priority == 1 else ROUND_AMOUNTS) * UNIT
    return setting.amount(1, 60 if priority == 1 else 900)


def _income_way(setting: Setting, accounts: Sequence[Account]) -> Way:
    owned = [a for a in accounts if not isinstance(a, Credit | Loan)]
    primary = next(a for a in accounts if isinstance(a, Checking) and a.primary)
    return Way(None, (primary if setting.chance(0.8) else setting.pick(owned)).name)


def _must_way(setting: Setting, accounts: Sequence[Account]) -> Way:
    """As `_way`, but seldom a payment of one debt: once it is paid off, that would be infeasible."""
    way = _way(setting, accounts)
    debts = {account.name for account in accounts if isinstance(account, Credit | Loan)}
    return Way(way.source, None) if way.target in debts and setting.chance(0.8) else way


def _way(setting: Setting, accounts: Sequence[Account]) -> Way:
    """A spend, a purchase, a payment of one debt or of all loans, or a transfer."""
    owned = [account.name for account in accounts if not isinstance(account, Credit | Loan)]
    checking = [account.name for account in accounts if isinstance(account, Checking)]
    cards = [account.name for account in accounts if isinstance(account, Credit)]
    loans = [account.name for account in accounts if isinstance(account, Loan)]
    source = setting.pick(checking if setting.chance(0.75) else owned)
    kinds = [Way(source, None)] * 3
    kinds += [Way(setting.pick(cards), None)] * 3 if cards else []
    kinds += [Way(source, setting.pick(cards))] * 3 if cards else []
    kinds += [Way(source, setting.pick(loans)), Way(source, ALL_LOANS), Way(source, ALL_LOANS)] if loans else []
    kinds += [Way(source, other) for other in owned if other != source]
    return setting.pick(kinds)

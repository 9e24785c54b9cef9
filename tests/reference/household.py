"""What does not change while a forecast is simulated: its accounts, its steps of time, and what falls on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from ef_engine.model.accounts import Account, Checking, Credit, Loan
from ef_engine.model.cadence import anniversaries, cadence_dates
from ef_engine.model.forecast import Forecast
from ef_engine.model.items import BudgetItem, Movement, Route, routes_of
from ef_engine.model.money import Micros
from tests.reference.rates import interest_dates

CLASS_OF = {
    Movement.DEPOSIT: 0,
    Movement.SPEND: 1,
    Movement.PURCHASE: 1,
    Movement.TRANSFER: 2,
    Movement.CARD_PAYMENT: 2,
    Movement.LOAN_PAYMENT: 2,
}
"""Within one step and priority: deposits, then spends and purchases, then transfers and payments."""


@dataclass(frozen=True, slots=True)
class Step:
    """One simulated date, and the calendar days since the step before (this one included, in order)."""

    index: int
    day: date
    days: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One date of a budget item. `own_step` is the index of the step it acts on, None for the start date."""

    item: int
    original_date: date
    own_step: int | None
    priority: int
    memo: str
    requested: Micros
    deferrable: bool
    partial: bool
    route: Route

    @property
    def key(self) -> tuple[int, date]:
        """What tells it from every other occurrence."""
        return self.item, self.original_date

    @property
    def order(self) -> tuple[int, int, int, str, date]:
        """Its place among the items of one step (domain.md 2, below the list)."""
        return self.priority, CLASS_OF[self.route.movement], -self.requested, self.memo, self.original_date


@dataclass(frozen=True, slots=True)
class Household:
    """A forecast with its calendar worked out. `billing_dates` holds cards and loans; no date is the start date."""

    forecast: Forecast
    accounts: dict[str, Account]
    primary: str
    cards: tuple[Credit, ...]
    loans: tuple[Loan, ...]
    steps: tuple[Step, ...]
    occurrences: tuple[Occurrence, ...]
    interest_dates: dict[str, frozenset[date]]
    billing_dates: dict[str, frozenset[date]]


def household_of(forecast: Forecast) -> Household:
    """The forecast with its calendar worked out."""
    steps = tuple(_steps(forecast))
    return Household(
        forecast=forecast,
        accounts={account.name: account for account in forecast.accounts},
        primary=next(a.name for a in forecast.accounts if isinstance(a, Checking) and a.primary),
        cards=tuple(account for account in forecast.accounts if isinstance(account, Credit)),
        loans=tuple(account for account in forecast.accounts if isinstance(account, Loan)),
        steps=steps,
        occurrences=tuple(_occurrences(forecast, steps)),
        interest_dates={
            a.name: frozenset(_after_start(forecast, interest_dates(a, forecast.end_date))) for a in forecast.accounts
        },
        billing_dates={
            a.name: frozenset(_after_start(forecast, anniversaries(a.billing_start_date, 1, forecast.end_date)))
            for a in forecast.accounts
            if isinstance(a, Credit | Loan)
        },
    )


def _after_start(forecast: Forecast, dates: Iterator[date]) -> Iterator[date]:
    return (day for day in dates if day > forecast.start_date)


def _steps(forecast: Forecast) -> Iterator[Step]:
    """Every day after the start date; approximately, its monthly anniversaries and the end date (domain.md 5)."""
    before = forecast.start_date
    for index, day in enumerate(_step_dates(forecast)):
        yield Step(index, day, tuple(_days_between(before, day)))
        before = day


def _step_dates(forecast: Forecast) -> list[date]:
    if not forecast.options.approximate:
        return list(_days_between(forecast.start_date, forecast.end_date))
    monthly = anniversaries(forecast.start_date, 1, forecast.end_date)
    return sorted({*_after_start(forecast, monthly), forecast.end_date})


def _days_between(before: date, last: date) -> Iterator[date]:
    """The days after `before` up to and including `last`."""
    for number in range(1, (last - before).days + 1):
        yield before + timedelta(days=number)


def _occurrences(forecast: Forecast, steps: tuple[Step, ...]) -> Iterator[Occurrence]:
    """Every occurrence from the start date to the end date, in the order of the items and their dates."""
    step_of = {day: step.index for step in steps for day in step.days}
    routes = routes_of(forecast.budget_items, forecast.memo_rules, forecast.accounts)
    for position, (item, route) in enumerate(zip(forecast.budget_items, routes, strict=True)):
        for day in _item_dates(item, forecast):
            yield Occurrence(
                item=position,
                original_date=day,
                own_step=step_of.get(day),
                priority=item.priority,
                memo=item.memo,
                requested=item.amount,
                deferrable=item.deferrable,
                partial=item.partial_payment_allowed,
                route=route,
            )


def _item_dates(item: BudgetItem, forecast: Forecast) -> Iterator[date]:
    last = min(item.end_date, forecast.end_date)
    return (day for day in cadence_dates(item.cadence, item.start_date, last) if day >= forecast.start_date)

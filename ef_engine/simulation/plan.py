"""A forecast compiled for simulation: the grid of steps, the order within a step, dated occurrences and billing dates.

Everything that can happen has a *key*, one integer that sorts as domain.md 2 orders it: by step, then by its rank
within the step, then by the original date of the item. Comparing keys is comparing moments.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from ef_engine.model.accounts import Credit, Loan
from ef_engine.model.cadence import anniversaries, cadence_ordinals
from ef_engine.model.forecast import Forecast
from ef_engine.model.items import BudgetItem, Movement, Route, routes_of
from ef_engine.model.money import Micros, to_cents

_DAY_BITS = 20
_RANK_BITS = 24
_STEP_SHIFT = _DAY_BITS + _RANK_BITS

_CLASSES = {Movement.DEPOSIT: 0, Movement.SPEND: 1, Movement.PURCHASE: 1}
"""Within one priority: deposits, then spends and purchases, then (2) transfers and payments."""


class Occurrence(NamedTuple):
    """One date of one budget item: its index, its original date as an ordinal, and the step it falls on."""

    item: int
    date: int
    step: int


class Billing(NamedTuple):
    """One billing date of a debt: the step it happens on, and its key within everything."""

    step: int
    key: int


@dataclass(frozen=True, slots=True)
class Grid:
    """The simulated days as ordinals; step 0 is the start date, on which nothing happens."""

    days: Sequence[int]

    @classmethod
    def of(cls, forecast: Forecast) -> Grid:
        """Every day; or for an approximate forecast the monthly anniversaries of the start date and the end date."""
        first, last = forecast.start_date.toordinal(), forecast.end_date.toordinal()
        if not forecast.options.approximate:
            return cls(range(first, last + 1))
        steps = [day.toordinal() for day in anniversaries(forecast.start_date, 1, forecast.end_date)]
        return cls(steps if steps[-1] == last else [*steps, last])

    def step_of(self, ordinal: int) -> int:
        """The first step on or after a date."""
        days = self.days
        return ordinal - days[0] if isinstance(days, range) else bisect_left(days, ordinal)


@dataclass(frozen=True, slots=True)
class Ranks:
    """Places within a step, in the order of domain.md 2: a rank for every item and for what each account does."""

    items: list[int]
    interest: int
    loan_minimums: int
    card_billings: int

    @classmethod
    def of(cls, items: Sequence[BudgetItem], routes: Sequence[Route], accounts: int) -> Ranks:
        """Ranks of `items`; the three others are the rank of account 0, those of further accounts follow it."""
        order = sorted(range(len(items)), key=lambda k: _order_within_step(items[k], routes[k]))
        deposits = sum(route.movement is Movement.DEPOSIT for route in routes)
        ranks = [0] * len(items)
        for place, k in enumerate(order):
            ranks[k] = place if place < deposits else place + 3 * accounts
        return cls(ranks, deposits, deposits + accounts, deposits + 2 * accounts)


def _order_within_step(item: BudgetItem, route: Route) -> tuple[int, int, int, str]:
    """Priority, class, larger amount first, memo; the original date, last, is part of the key."""
    return item.priority, _CLASSES.get(route.movement, 2), -item.amount, item.memo


@dataclass(frozen=True, slots=True)
class Plan:
    """A compiled forecast. Lists run parallel to the forecast's accounts or budget items."""

    forecast: Forecast
    grid: Grid
    calendar: list[date]
    """Every date from the start date to the end date."""
    routes: list[Route]
    ranks: Ranks
    index: dict[str, int]
    """Account name -> position."""
    primary: int
    amounts: list[Micros]
    """What each item asks for when it is posted: its amount rounded to cents."""
    occurrences: list[list[Occurrence]]
    """Of each item, in order of date; the start date and what lies after the end date are not among them."""
    on_start: list[int]
    """Items that have an occurrence on the start date."""
    billings: list[list[Billing]]
    """Of each account, in order; empty for an account you own."""
    deposit_steps: list[int]
    """Steps on which something of priority 1 is deposited, ascending."""

    def key(self, step: int, rank: int, ordinal: int) -> int:
        """The moment of something dated `ordinal` that acts at `rank` of `step`."""
        return step << _STEP_SHIFT | rank << _DAY_BITS | ordinal - self.grid.days[0]

    def item_key(self, occurrence: Occurrence, step: int) -> int:
        """The moment at which an occurrence acts on a step, which may be later than its own."""
        return self.key(step, self.ranks.items[occurrence.item], occurrence.date)

    def date_of(self, key: int) -> date:
        """The date of a moment's step."""
        days = self.grid.days
        return self.calendar[days[key >> _STEP_SHIFT] - days[0]]

    def interest_key(self, step: int) -> int:
        """The moment of interest (step 2 of domain.md 2): only deposits precede it."""
        return step << _STEP_SHIFT | self.ranks.interest << _DAY_BITS

    def interest_done_before(self, key: int) -> int:
        """The last day whose interest (step 2) precedes a moment."""
        step, rank = key >> _STEP_SHIFT, key >> _DAY_BITS & (1 << _RANK_BITS) - 1
        return self.grid.days[step if rank >= self.ranks.interest else step - 1]

    def priorities(self) -> list[int]:
        """The priorities above 1 that something of this forecast has, ascending."""
        return sorted({item.priority for item in self.forecast.budget_items} - {1})

    def occurrences_of(self, priority: int) -> Iterator[Occurrence]:
        """Every occurrence of the items of one priority, item by item."""
        for item, occurrences in zip(self.forecast.budget_items, self.occurrences, strict=True):
            if item.priority == priority:
                yield from occurrences


def step_of_key(key: int) -> int:
    """The step of a moment."""
    return key >> _STEP_SHIFT


def first_key_of(step: int) -> int:
    """The earliest moment of a step."""
    return step << _STEP_SHIFT


def compile_plan(forecast: Forecast) -> Plan:
    """Compiles a valid forecast."""
    items, accounts = forecast.budget_items, forecast.accounts
    grid = Grid.of(forecast)
    routes = routes_of(items, forecast.memo_rules, accounts)
    ranks = Ranks.of(items, routes, len(accounts))
    occurrences = [_occurrences(k, item, forecast, grid) for k, item in enumerate(items)]
    deposits = {
        occurrence.step
        for route, dated in zip(routes, occurrences, strict=True)
        if route.movement is Movement.DEPOSIT
        for occurrence in dated
    }
    return Plan(
        forecast=forecast,
        grid=grid,
        calendar=[date.fromordinal(day) for day in range(grid.days[0], grid.days[-1] + 1)],
        routes=routes,
        ranks=ranks,
        index={account.name: k for k, account in enumerate(accounts)},
        primary=next(k for k, account in enumerate(accounts) if getattr(account, "primary", False)),
        amounts=[to_cents(item.amount) for item in items],
        occurrences=occurrences,
        on_start=[k for k, item in enumerate(items) if _is_on(forecast.start_date, item)],
        billings=[_billings(k, forecast, grid, ranks) for k in range(len(accounts))],
        deposit_steps=sorted(deposits),
    )


def _occurrences(index: int, item: BudgetItem, forecast: Forecast, grid: Grid) -> list[Occurrence]:
    first = date.fromordinal(forecast.start_date.toordinal() + 1)
    last = min(item.end_date, forecast.end_date)
    ordinals = cadence_ordinals(item.cadence, item.start_date, last, first)
    return [Occurrence(index, ordinal, grid.step_of(ordinal)) for ordinal in ordinals]


def _is_on(day: date, item: BudgetItem) -> bool:
    return len(cadence_ordinals(item.cadence, item.start_date, min(item.end_date, day), day)) > 0


def _billings(index: int, forecast: Forecast, grid: Grid, ranks: Ranks) -> list[Billing]:
    """The monthly anniversaries of a debt's billing start date after the start date, as steps and keys."""
    account = forecast.accounts[index]
    if not isinstance(account, Credit | Loan):
        return []
    rank = (ranks.card_billings if isinstance(account, Credit) else ranks.loan_minimums) + index
    first = forecast.start_date.toordinal()
    dates = (day.toordinal() for day in anniversaries(account.billing_start_date, 1, forecast.end_date))
    later = [(grid.step_of(ordinal), ordinal) for ordinal in dates if ordinal > first]
    return [Billing(step, step << _STEP_SHIFT | rank << _DAY_BITS | ordinal - first) for step, ordinal in later]

"""The daily table: one row a day, with the columns of domain.md 4 in their order.

Amounts are exact micro-units; only what writes them rounds to cents. `Net Gain` and `Net Loss` are already netted
here, unlike `gains` and `losses` of a simulation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from ef_engine.evaluation.names import column_name
from ef_engine.evaluation.texts import Entries, directives_text, grouped_memo_text, memo_text
from ef_engine.model.accounts import Account, Checking, Credit, Investment, Loan, Savings
from ef_engine.model.forecast import Forecast
from ef_engine.model.milestones import FIXED_COLUMNS
from ef_engine.model.money import Micros
from ef_engine.simulation.result import Cause, Part, Posting, Simulation

Cell: TypeAlias = date | Micros | str | None

LEADING_COLUMNS = FIXED_COLUMNS[:1]
TRAILING_COLUMNS = FIXED_COLUMNS[-3:]


@dataclass(frozen=True, slots=True)
class Table:
    """A daily table by column; every list has one value a row.

    `amounts` holds every column between `Date` and `Next Income Date`, in order. `next_income` is None where no later
    row has a deposit.
    """

    dates: list[date]
    amounts: dict[str, list[Micros]]
    next_income: list[date | None]
    directives: list[str]
    memos: list[str]

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of all columns, in order."""
        return (*LEADING_COLUMNS, *self.amounts, *TRAILING_COLUMNS)

    def rows(self) -> Iterator[tuple[Cell, ...]]:
        """One tuple a row, cells in the order of `columns`."""
        return zip(self.dates, *self.amounts.values(), self.next_income, self.directives, self.memos, strict=True)


def daily_table(forecast: Forecast, simulation: Simulation) -> Table:
    """The daily table of a simulation of the forecast."""
    days = _postings_by_day(simulation.postings)
    on_each_day: list[Sequence[Posting]] = [days.get(day, ()) for day in simulation.dates]
    entries = Entries()
    memo_of = grouped_memo_text if forecast.options.approximate else memo_text
    return Table(
        simulation.dates,
        _account_columns(forecast.accounts, simulation) | _summary_columns(forecast.accounts, simulation),
        _next_income_dates(simulation.dates, on_each_day),
        [directives_text(postings, entries) for postings in on_each_day],
        [memo_of(postings, entries) for postings in on_each_day],
    )


def account_values(account: Account, simulation: Simulation) -> list[Micros]:
    """One value a row: the balance of an account you own, the whole debt of a card or loan."""
    return total_of([account], simulation)


def total_of(accounts: Iterable[Account], simulation: Simulation) -> list[Micros]:
    """One sum a row over the balances of the accounts; the two helper balances of a debt are no money."""
    names, parts = {account.name for account in accounts}, set(Part)
    columns = [s.values for s in simulation.balances if s.account in names and s.part in parts]
    return [sum(row) for row in zip(*columns, strict=True)] if columns else [0] * len(simulation.dates)


def _account_columns(accounts: Iterable[Account], simulation: Simulation) -> dict[str, list[Micros]]:
    by_name = {account.name: account for account in accounts}
    return {column_name(series, by_name[series.account]): series.values for series in simulation.balances}


def _summary_columns(accounts: Iterable[Account], simulation: Simulation) -> dict[str, list[Micros]]:
    accounts = tuple(accounts)
    offsets = [max(0, min(pair)) for pair in zip(simulation.gains, simulation.losses, strict=True)]
    owned = total_of((a for a in accounts if isinstance(a, Checking | Savings | Investment)), simulation)
    loans = total_of((a for a in accounts if isinstance(a, Loan)), simulation)
    cards = total_of((a for a in accounts if isinstance(a, Credit)), simulation)
    return {
        "Marginal Interest": simulation.interest,
        "Net Gain": [gain - offset for gain, offset in zip(simulation.gains, offsets, strict=True)],
        "Net Loss": [loss - offset for loss, offset in zip(simulation.losses, offsets, strict=True)],
        "Net Worth": [own - loan - card for own, loan, card in zip(owned, loans, cards, strict=True)],
        "Loan Total": loans,
        "CC Debt Total": cards,
        "Liquid Total": total_of((a for a in accounts if isinstance(a, Checking | Savings)), simulation),
    }


def _postings_by_day(postings: Iterable[Posting]) -> dict[date, list[Posting]]:
    days: defaultdict[date, list[Posting]] = defaultdict(list)
    for posting in postings:
        days[posting.date].append(posting)
    return days


def _next_income_dates(dates: list[date], on_each_day: list[Sequence[Posting]]) -> list[date | None]:
    following: date | None = None
    backwards: list[date | None] = []
    for day, postings in zip(reversed(dates), reversed(on_each_day), strict=True):
        backwards.append(following)
        if any(posting.cause is Cause.DEPOSIT for posting in postings):
            following = day
    return backwards[::-1]

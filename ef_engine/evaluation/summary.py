"""A forecast in a few numbers: where it ends, how low it gets, what it moved.

All amounts are exact micro-units. Totals of payments count the money that left the paying account, once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ef_engine.evaluation.table import Table, account_values
from ef_engine.model.accounts import Credit, Loan
from ef_engine.model.forecast import Forecast
from ef_engine.model.money import Micros
from ef_engine.simulation.result import Cause, Part, Posting, Simulation


@dataclass(frozen=True, slots=True)
class Lowest:
    """The lowest end-of-day balance of an account, and the first day it stood there."""

    date: date
    amount: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Sums over all rows, positive as their names say. `interest_paid` is what accrued on debts, paid or not."""

    interest_paid: Micros
    interest_earned: Micros
    deposits: Micros
    spends: Micros
    purchases: Micros
    extra_payments: Micros
    minimum_payments: Micros


@dataclass(frozen=True, slots=True)
class Summary:
    """`final`: every amount column in the last row; `lowest`: every account you own; `totals`: over all rows."""

    final: dict[str, Micros]
    lowest: dict[str, Lowest]
    totals: Totals


def summarize(forecast: Forecast, simulation: Simulation, table: Table) -> Summary:
    """The summary of a simulation and its table."""
    owned = [account for account in forecast.accounts if not isinstance(account, Credit | Loan)]
    return Summary(
        {name: values[-1] for name, values in table.amounts.items()},
        {account.name: _lowest(table.dates, account_values(account, simulation)) for account in owned},
        _totals(simulation),
    )


def _lowest(dates: list[date], values: list[Micros]) -> Lowest:
    amount = min(values)
    return Lowest(dates[values.index(amount)], amount)


def _totals(simulation: Simulation) -> Totals:
    moved = _sums_by_cause(simulation.postings)
    return Totals(
        interest_paid=sum(simulation.interest),
        interest_earned=moved[Cause.INTEREST_EARNED],
        deposits=moved[Cause.DEPOSIT],
        spends=-moved[Cause.SPEND],
        purchases=moved[Cause.PURCHASE],
        extra_payments=-moved[Cause.CARD_PAYMENT] - moved[Cause.LOAN_PAYMENT],
        minimum_payments=-moved[Cause.CARD_MINIMUM] - moved[Cause.LOAN_MINIMUM],
    )


def _sums_by_cause(postings: Iterable[Posting]) -> dict[Cause, Micros]:
    """What each cause changed on the accounts you own (a purchase: on its card)."""
    sums: defaultdict[Cause, Micros] = defaultdict(int)
    for posting in postings:
        if posting.part is Part.BALANCE or posting.cause is Cause.PURCHASE:
            sums[posting.cause] += posting.amount
    return sums

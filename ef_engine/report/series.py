"""The lines of one forecast over time, and the days its milestones are reached on, for whoever draws them.

Built from the files of the result. Amounts are micro-units; what is drawn of a card or loan is its whole debt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ef_engine.evaluation.table import Table
from ef_engine.model.money import Micros
from ef_engine.report.balances import account_columns

NET_WORTH = "Net Worth"
TOTALS = ("Liquid Total", "CC Debt Total", "Loan Total")


@dataclass(frozen=True, slots=True)
class Mark:
    """A milestone (`kind` is account, memo or composite) and the day it counts as reached, None if it is not."""

    name: str
    kind: str
    day: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastSeries:
    """One value a row of the daily table in every line, in micro-units.

    `accounts` is by name, in the order of the input; `totals` holds the three sums; `gain`, `loss` and `interest` are
    of the row's day, as the columns Net Gain, Net Loss and Marginal Interest.
    """

    dates: tuple[date, ...]
    net_worth: tuple[Micros, ...]
    accounts: Mapping[str, tuple[Micros, ...]]
    totals: Mapping[str, tuple[Micros, ...]]
    gain: tuple[Micros, ...]
    loss: tuple[Micros, ...]
    interest: tuple[Micros, ...]
    marks: tuple[Mark, ...]

    @property
    def lines(self) -> dict[str, tuple[Micros, ...]]:
        """Every balance that can be drawn, by name: net worth, the accounts, the totals."""
        return {NET_WORTH: self.net_worth, **self.accounts, **self.totals}


def forecast_series(result: Mapping[str, Any], daily: Table) -> ForecastSeries:
    """The series of a forecast from its `ef/result/1` document and its daily table."""
    amounts = {name: tuple(values) for name, values in daily.amounts.items()}
    return ForecastSeries(
        dates=tuple(daily.dates),
        net_worth=amounts[NET_WORTH],
        accounts={name: tuple(values) for name, values in account_columns(daily).items()},
        totals={name: amounts[name] for name in TOTALS},
        gain=amounts["Net Gain"],
        loss=amounts["Net Loss"],
        interest=amounts["Marginal Interest"],
        marks=milestone_marks(result["milestones"]),
    )


def milestone_marks(milestones: Mapping[str, Any]) -> tuple[Mark, ...]:
    """The milestones of a result document, account milestones by the day since which they hold."""
    account = ((name, "account", at["held_since"]) for name, at in milestones["account"].items())
    memo = ((name, "memo", day) for name, day in milestones["memo"].items())
    composite = ((name, "composite", day) for name, day in milestones["composite"].items())
    return tuple(
        Mark(name, kind, date.fromisoformat(day) if day else None) for name, kind, day in (*account, *memo, *composite)
    )

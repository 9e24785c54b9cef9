"""When the milestones of a forecast are reached (domain.md 4).

Bounds are held against exact micro-units, not against what is shown; summary columns count as shown in the table, so
`Net Gain` and `Net Loss` after netting.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ef_engine.evaluation.table import Table, account_values
from ef_engine.model.forecast import Forecast
from ef_engine.model.milestones import AccountMilestone, CompositeMilestone, MemoMilestone
from ef_engine.model.money import Micros
from ef_engine.simulation.result import Decision, Simulation


@dataclass(frozen=True, slots=True)
class Reached:
    """`held_since`: first day of the stretch inside the bounds that lasts to the last row; `first_reached`: first
    day ever inside. None: there is no such day."""

    held_since: date | None
    first_reached: date | None


@dataclass(frozen=True, slots=True)
class MilestoneResults:
    """Every milestone by its name, in the forecast's order; None where it is not reached."""

    account: dict[str, Reached]
    memo: dict[str, date | None]
    composite: dict[str, date | None]


def milestone_results(forecast: Forecast, simulation: Simulation, table: Table) -> MilestoneResults:
    """When each milestone is reached, over the rows there are."""
    named = {account.name: account for account in forecast.accounts}
    account = {
        goal.name: _account_result(
            goal,
            table.dates,
            account_values(named[goal.account_name], simulation)
            if goal.account_name in named
            else table.amounts[goal.account_name],
        )
        for goal in forecast.milestones.account
    }
    executed = _executed_dates(simulation.decisions, table.dates[-1])
    memo = {goal.name: _memo_result(goal, executed) for goal in forecast.milestones.memo}
    composite = {goal.name: _composite_result(goal, account, memo) for goal in forecast.milestones.composite}
    return MilestoneResults(account, memo, composite)


def _account_result(goal: AccountMilestone, dates: list[date], values: list[Micros]) -> Reached:
    low = min(values) if goal.min_balance is None else goal.min_balance
    high = max(values) if goal.max_balance is None else goal.max_balance
    held_since = None
    for day, value in zip(reversed(dates), reversed(values), strict=True):
        if not low <= value <= high:
            break
        held_since = day
    first = next((day for day, value in zip(dates, values, strict=True) if low <= value <= high), None)
    return Reached(held_since, first)


def _executed_dates(decisions: Iterable[Decision], last: date) -> dict[str, date]:
    """The first day each memo was executed on, up to the last row (a failing day has none)."""
    first: dict[str, date] = {}
    for decision in decisions:
        day = decision.executed_date
        if day is not None and day <= last and day <= first.get(decision.memo, last):
            first[decision.memo] = day
    return first


def _memo_result(goal: MemoMilestone, executed: dict[str, date]) -> date | None:
    matches = re.compile(goal.memo_regex).search
    return min((day for memo, day in executed.items() if matches(memo)), default=None)


def _composite_result(
    goal: CompositeMilestone, account: dict[str, Reached], memo: dict[str, date | None]
) -> date | None:
    parts = [account[name].held_since for name in goal.account_milestones]
    parts += [memo[name] for name in goal.memo_milestones]
    days = [day for day in parts if day is not None]
    return max(days) if days and len(days) == len(parts) else None

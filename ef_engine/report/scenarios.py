"""The scenarios of a set by the choices they make: as a matrix, ranked by any metric, against the first of them.

A metric is a balance or sum in the last row, a total, a lowest balance, or the day of a milestone. Scenarios without a
result yet, without such a value, or infeasible (their last row is not the last day) have no rank and stand last.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any, TypeAlias

from ef_engine.report.comparison import MilestoneMove

Value: TypeAlias = Decimal | date | None

DEFAULT_METRIC = "Net Worth"
_LESS_IS_BETTER = frozenset({"CC Debt Total", "Loan Total", "Marginal Interest", "Net Loss", "Interest paid"})
_DEBT_ENDS = (": Curr Stmt Bal", ": Prev Stmt Bal", ": Principal Balance", ": Interest")
SEPARATOR = " | "


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A member of a set: the option it takes in each choice, where it stands, and its metrics by name."""

    id: str
    name: str
    options: tuple[str, ...]
    state: str
    values: Mapping[str, Value]
    milestones: tuple[str, ...] = ()

    @property
    def has_result(self) -> bool:
        """Whether it was simulated, feasible or not."""
        return self.state in ("evaluated", "infeasible")

    def value(self, metric: str) -> Value:
        """Its value by the metric, None where it cannot be compared with others'."""
        return self.values.get(metric) if self.state == "evaluated" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Something to decide, and the names of its options."""

    name: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A scenario's place by a metric (1 is the best, equals share a place, None: no value) and its distance to it.

    `behind` is in the metric's unit: an amount, or days for a milestone; 0 for the best.
    """

    rank: int | None
    scenario: Scenario
    value: Value
    behind: Decimal | int | None


@dataclass(frozen=True, slots=True)
class Matrix:
    """A metric by choices: a row for each way to decide the first choices, a column for each option of the last.

    `cells` holds the scenario and its value.
    """

    rows: tuple[tuple[str, ...], ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[Scenario, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenarios:
    """All scenarios of a set, in its order."""

    choices: tuple[Choice, ...]
    scenarios: tuple[Scenario, ...]

    @property
    def metrics(self) -> tuple[str, ...]:
        """The names of all metrics that any scenario has, the usual one first."""
        names = dict.fromkeys(name for each in self.scenarios for name in each.values)
        return tuple(sorted(names, key=lambda name: name != DEFAULT_METRIC))

    @property
    def milestones(self) -> tuple[str, ...]:
        """The names of the milestones."""
        return tuple(dict.fromkeys(name for each in self.scenarios for name in each.milestones))

    @property
    def done(self) -> int:
        """How many have a result."""
        return sum(each.has_result for each in self.scenarios)

    def find_metric(self, text: str) -> str | None:
        """The metric of that name, however it is written."""
        wanted = text.casefold().replace("_", " ")
        return next((name for name in self.metrics if name.casefold() == wanted), None)

    def ranking(self, metric: str) -> tuple[Ranked, ...]:
        """Every scenario, the best first; what has no value comes last, in the order of the set."""
        valued = [(each, value) for each in self.scenarios if (value := each.value(metric)) is not None]
        valued.sort(key=lambda pair: _order(pair[1]), reverse=not is_less_better(metric, (v for _, v in valued)))
        values = [value for _, value in valued]
        ranked = [Ranked(values.index(value) + 1, each, value, _behind(value, values[0])) for each, value in valued]
        missing = (each for each in self.scenarios if each.value(metric) is None)
        return (*ranked, *(Ranked(None, each, None, None) for each in missing))

    def matrix(self) -> Matrix | None:
        """Every scenario where its choices meet; None for a set without choices."""
        if not self.choices:
            return None
        *before, last = self.choices
        by_options = {each.options: each for each in self.scenarios}
        rows = tuple(row[::-1] for row in product(*(choice.options for choice in reversed(before))))
        cells = tuple(tuple(by_options[(*row, option)] for option in last.options) for row in rows)
        return Matrix(rows, last.options, cells)

    def milestone_moves(self) -> tuple[MilestoneMove, ...]:
        """How the milestones moved against the first scenario."""
        return tuple(
            MilestoneMove(name, "", tuple(_day(each.values.get(name)) for each in self.scenarios))
            for name in self.milestones
        )


def is_less_better(metric: str, values: Iterable[Value] = ()) -> bool:
    """Whether a smaller value is wished for: a debt, interest on debts, an early day."""
    is_day = any(isinstance(value, date) for value in values)
    return is_day or metric in _LESS_IS_BETTER or metric.endswith(_DEBT_ENDS)


def _order(value: Value) -> Decimal | int:
    return value.toordinal() if isinstance(value, date) else value or Decimal(0)


def _behind(value: Value, best: Value) -> Decimal | int:
    if isinstance(value, date) and isinstance(best, date):
        return (value - best).days
    assert isinstance(value, Decimal)
    assert isinstance(best, Decimal)
    return abs(value - best)


def _day(value: Value) -> date | None:
    return value if isinstance(value, date) else None


def option_names(choices: Sequence[Choice]) -> list[tuple[str, ...]]:
    """The options of every scenario, in the order of the set: the first choice varies fastest."""
    return [options[::-1] for options in product(*(choice.options for choice in reversed(choices)))]


def values_of_result(result: Mapping[str, Any]) -> dict[str, Value]:
    """Every metric of an `ef/result/1` document, milestones without a day included as None."""
    summary = result["summary"]
    totals = {key.replace("_", " ").capitalize(): amount for key, amount in summary["totals"].items()}
    lowest = {f"Lowest {account}": at["amount"] for account, at in summary["lowest"].items()}
    amounts = {name: Decimal(amount) for name, amount in {**summary["final"], **totals, **lowest}.items()}
    return {**milestone_values(milestone_days(result["milestones"])), **amounts}


def milestone_days(milestones: Mapping[str, Any]) -> dict[str, str | None]:
    """The day of every milestone of a result document, as text."""
    account = {name: at["held_since"] for name, at in milestones["account"].items()}
    return {**account, **milestones["memo"], **milestones["composite"]}


def milestone_values(days: Mapping[str, str | None]) -> dict[str, Value]:
    """Milestones as metrics."""
    return {name: date.fromisoformat(day) if day else None for name, day in days.items()}

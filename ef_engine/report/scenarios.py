"""The scenarios of a set by the choices they make: as a matrix, ranked by any metric, against the first of them.

What the metrics are, `metrics.py` says. Scenarios without a result yet, without such a value, or infeasible (their last
row is not the last day) have no rank and stand last.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import product
from math import prod

from ef_engine.report.comparison import MilestoneMove
from ef_engine.report.metrics import DEBT, DEBT_ENDS, folded
from ef_engine.report.metrics import Value as Value

DEFAULT_METRIC = "Net Worth"
_LESS_IS_BETTER = frozenset({"CC Debt Total", "Loan Total", "Marginal Interest", "Net Loss", "Interest paid"})
SEPARATOR = " | "
_AFTER_ACCOUNTS = "Marginal Interest"
_LONGEST = 3
"""A matrix is at most so many times as long as wide, if choices can be laid across."""


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
    """Scenarios by choices: a row for each way to decide the first choices, a column for each way to decide the rest.

    `down` and `across` are the names of these choices; a column of several is named by its options, ` | ` between them.
    """

    rows: tuple[tuple[str, ...], ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[Scenario, ...], ...]
    down: tuple[str, ...] = ()
    across: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Effect:
    """What the scenarios that take an option come to by a metric: how many are valued, their best, middle and worst.

    Of an even number the better of the two in the middle; None where none has a value.
    """

    choice: str
    option: str
    valued: int
    best: Value
    middle: Value
    worst: Value


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
        """The metric of that name, however it is written; the name of a card or loan is its whole debt."""
        if text in self.metrics:
            return text
        by_name = {folded(name): name for name in reversed(self.metrics)}
        wanted = folded(text)
        return by_name.get(wanted) or by_name.get(wanted + folded(DEBT))

    def ranking(self, metric: str) -> tuple[Ranked, ...]:
        """Every scenario, the best first; what has no value comes last, in the order of the set."""
        valued = [(each, value) for each in self.scenarios if (value := each.value(metric)) is not None]
        valued.sort(key=lambda pair: _order(pair[1]), reverse=not is_less_better(metric, (v for _, v in valued)))
        places: dict[Value, int] = {}
        for place, (_, value) in enumerate(valued, 1):
            places.setdefault(value, place)
        ranked = [Ranked(places[value], each, value, _behind(value, valued[0][1])) for each, value in valued]
        missing = (each for each in self.scenarios if each.value(metric) is None)
        return (*ranked, *(Ranked(None, each, None, None) for each in missing))

    def matrix(self, *, is_balanced: bool = False) -> Matrix | None:
        """Every scenario where its choices meet; None for a set without choices.

        Across is the last choice, or if `is_balanced` as many as keep the matrix from being much longer than wide.
        """
        if not self.choices:
            return None
        split = _split(self.choices) if is_balanced else len(self.choices) - 1
        down, across = self.choices[:split], self.choices[split:]
        rows, columns = option_names(down), option_names(across)
        by_options = {each.options: each for each in self.scenarios}
        return Matrix(
            rows=tuple(rows),
            columns=tuple(map(SEPARATOR.join, columns)),
            cells=tuple(tuple(by_options[(*row, *column)] for column in columns) for row in rows),
            down=tuple(choice.name for choice in down),
            across=tuple(choice.name for choice in across),
        )

    def effects(self, metric: str) -> tuple[Effect, ...]:
        """What every option of every choice makes of the metric, in the order of the set."""
        values = [(each.scenario, each.value) for each in self.ranking(metric) if each.rank is not None]
        effects = []
        for position, choice in enumerate(self.choices):
            for option in choice.options:
                taken = [value for scenario, value in values if scenario.options[position] == option]
                effects.append(_effect(choice.name, option, taken))
        return tuple(effects)

    def milestone_moves(self) -> tuple[MilestoneMove, ...]:
        """How the milestones moved against the first scenario."""
        return tuple(
            MilestoneMove(name, "", tuple(_day(each.values.get(name)) for each in self.scenarios))
            for name in self.milestones
        )


def is_less_better(metric: str, values: Iterable[Value] = ()) -> bool:
    """Whether a smaller value is wished for: a debt, interest on debts, an early day."""
    is_day = any(isinstance(value, date) for value in values)
    return is_day or metric in _LESS_IS_BETTER or metric.endswith((*DEBT_ENDS, DEBT))


def _effect(choice: str, option: str, ordered: Sequence[Value]) -> Effect:
    """`ordered` begins with the best."""
    if not ordered:
        return Effect(choice, option, 0, None, None, None)
    middle = ordered[(len(ordered) - 1) // 2]
    return Effect(choice, option, len(ordered), ordered[0], middle, ordered[-1])


def _split(choices: Sequence[Choice]) -> int:
    """How many of the first choices go down, so that the matrix is not much longer than wide; never the last."""
    counts = [len(choice.options) for choice in choices]
    down = len(choices) - 1
    while down > 1 and prod(counts[:down]) > _LONGEST * prod(counts[down:]):
        down -= 1
    return down


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


def final_balances(scenario: Scenario) -> dict[str, Decimal]:
    """Every account in the last row by its name, in the order of the input; of a card or loan its whole debt."""
    balances: dict[str, Decimal] = {}
    for name, value in scenario.values.items():
        if name == _AFTER_ACCOUNTS:
            break
        account, _, part = name.partition(": ")
        debt = scenario.values.get(account + DEBT) if part else value
        if isinstance(debt, Decimal):
            balances[account] = debt
    return balances

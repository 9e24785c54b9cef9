"""Two or more forecasts side by side: what differs in them, and what comes of it.

The first is what the others are compared with: every change is a value of another minus that of the first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ef_engine.evaluation.table import Table
from ef_engine.model.money import to_cents_decimal
from ef_engine.report.differences import Difference, Document, input_differences
from ef_engine.report.series import NET_WORTH, TOTALS, ForecastSeries, Mark, forecast_series


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the forecasts compared: its canonical document, its `ef/result/1` document and its daily table."""

    id: str
    label: str
    document: Document
    result: Mapping[str, Any]
    daily: Table


@dataclass(frozen=True, slots=True)
class MilestoneMove:
    """The day a milestone is reached in each forecast (None: it is not, or there is none) and how that moved.

    `lacking` holds the positions of the forecasts that have no such milestone. `days` counts from the first forecast's
    day, later is positive; None where one of the two is missing.
    """

    name: str
    kind: str
    reached: tuple[date | None, ...]
    lacking: frozenset[int] = frozenset()

    @property
    def is_there(self) -> tuple[bool, ...]:
        """Of each forecast, whether it has such a milestone at all."""
        return tuple(position not in self.lacking for position in range(len(self.reached)))

    @property
    def days(self) -> tuple[int | None, ...]:
        """By how many days it moved, in the order of the forecasts; the first is 0 or None."""
        first = self.reached[0]
        return tuple(None if first is None or day is None else (day - first).days for day in self.reached)

    @property
    def is_moved(self) -> bool:
        """Whether it is not reached on one and the same day everywhere."""
        return len(set(self.reached)) > 1


@dataclass(frozen=True, slots=True)
class Figure:
    """An amount in each forecast, with two decimals; None where one has no such account, or item."""

    name: str
    amounts: tuple[Decimal | None, ...]

    @property
    def changes(self) -> tuple[Decimal | None, ...]:
        """Each amount minus that of the first."""
        first = self.amounts[0]
        return tuple(None if first is None or amount is None else amount - first for amount in self.amounts)

    @property
    def is_changed(self) -> bool:
        """Whether it is not the same everywhere."""
        return len(set(self.amounts)) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Everything compared, each tuple in the order of `ids`.

    `totals` are sums over the whole forecast (interest, deposits ...), `final` the balances on its last day: net worth,
    totals, then every account that any of them has. `executed` is what was executed of each memo over the forecast.
    Where they do not end on the same day, `shared` are the balances on `shared_day`, the last that all have reached;
    else it is None and there are none.
    """

    ids: tuple[str, ...]
    labels: tuple[str, ...]
    ends: tuple[date, ...]
    is_feasible: tuple[bool, ...]
    differences: tuple[Difference, ...]
    milestones: tuple[MilestoneMove, ...]
    totals: tuple[Figure, ...]
    final: tuple[Figure, ...]
    series: tuple[ForecastSeries, ...]
    executed: tuple[Figure, ...] = ()
    shared_day: date | None = None
    shared: tuple[Figure, ...] = ()


def compare(sides: Sequence[Side]) -> Comparison:
    """The comparison of two or more evaluated forecasts."""
    series = tuple(forecast_series(side.result, side.daily) for side in sides)
    shared_day = _shared_day(series)
    return Comparison(
        ids=tuple(side.id for side in sides),
        labels=tuple(side.label for side in sides),
        ends=tuple(each.dates[-1] for each in series),
        is_feasible=tuple(side.result["failure"] is None for side in sides),
        differences=input_differences([side.document for side in sides]),
        milestones=milestone_moves([each.marks for each in series]),
        totals=_figures([side.result["summary"]["totals"] for side in sides], _total_name),
        final=_balances(series, [-1] * len(series)),
        series=series,
        executed=_figures([_executed(side.result["decisions"]) for side in sides], str),
        shared_day=shared_day,
        shared=_balances(series, [each.dates.index(shared_day) for each in series]) if shared_day else (),
    )


def _shared_day(series: Sequence[ForecastSeries]) -> date | None:
    """The last day that all have a row for, if they do not all end on it."""
    days = set.intersection(*(set(each.dates) for each in series))
    return max(days) if days and len({each.dates[-1] for each in series}) > 1 else None


def _executed(decisions: Iterable[Mapping[str, Any]]) -> dict[str, Decimal]:
    """What was executed of each memo, at whatever priority; nothing is an amount too."""
    sums: dict[str, Decimal] = {}
    for decision in decisions:
        sums[decision["memo"]] = sums.get(decision["memo"], Decimal(0)) + decision["executed"]
    return sums


def milestone_moves(marks: Sequence[Iterable[Mark]]) -> tuple[MilestoneMove, ...]:
    """How every milestone that any of the forecasts has moved, in the order of the first that has it."""
    by_key = [{(mark.kind, mark.name): mark.day for mark in each} for each in marks]
    keys = dict.fromkeys(key for each in by_key for key in each)
    return tuple(
        MilestoneMove(
            name=key[1],
            kind=key[0],
            reached=tuple(each.get(key) for each in by_key),
            lacking=frozenset(position for position, each in enumerate(by_key) if key not in each),
        )
        for key in keys
    )


def _balances(series: Sequence[ForecastSeries], rows: Sequence[int]) -> tuple[Figure, ...]:
    """Net worth, the totals that are not all zero and the accounts, of each forecast in one of its rows."""
    balances = [
        {name: to_cents_decimal(line[row]) for name, line in {NET_WORTH: each.net_worth, **each.totals}.items()}
        | {name: to_cents_decimal(line[row]) for name, line in each.accounts.items()}
        for each, row in zip(series, rows, strict=True)
    ]
    figures = _figures(balances, str)
    return tuple(each for each in figures if each.name not in TOTALS or any(each.amounts))


def _figures(amounts: Sequence[Mapping[str, Any]], name_of: Any) -> tuple[Figure, ...]:
    names = dict.fromkeys(name for each in amounts for name in each)
    return tuple(Figure(name_of(name), tuple(_amount(each.get(name)) for each in amounts)) for name in names)


def _amount(value: Any) -> Decimal | None:
    return None if value is None else Decimal(value).quantize(Decimal("0.01"))


def _total_name(key: str) -> str:
    """`interest_paid` -> `Interest paid`."""
    return key.replace("_", " ").capitalize()

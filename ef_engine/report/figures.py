"""The few numbers at the top of a page, and the sentences that say what its charts show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter

from ef_engine.model.money import Micros, to_cents_decimal
from ef_engine.report.cells import money
from ef_engine.report.flows import Flow, Place
from ef_engine.report.page import ForecastPage
from ef_engine.report.wording import counted


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """A number worth a place of its own, as text, and a few words about it."""

    name: str
    value: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartWords:
    """For each chart a sentence with what it shows, for those who do not see it and those who do."""

    worth: str
    milestones: str
    balances: str
    gains: str
    interest: str
    flows: str


def amount(value: Micros) -> str:
    """`1,234.50`."""
    return money(to_cents_decimal(value))


def key_figures(page: ForecastPage) -> tuple[KeyFigure, ...]:
    """Net worth, debts, interest, milestones and the tightest day."""
    series, totals = page.series, page.result["summary"]["totals"]
    owed = [sum(pair) for pair in zip(series.totals["CC Debt Total"], series.totals["Loan Total"], strict=True)]
    figures = [
        KeyFigure("Net worth at the end", amount(series.net_worth[-1]), _change(series.net_worth)),
        KeyFigure("Debts at the end", amount(owed[-1]), _change(owed)),
        KeyFigure("Interest on debts", money(totals["interest_paid"]), f"{money(totals['interest_earned'])} earned"),
        *_reached(page),
        *_tightest(page),
    ]
    return tuple(figures)


def _change(values: Sequence[Micros]) -> str:
    change = values[-1] - values[0]
    return f"{'+' if change > 0 else ''}{amount(change)} since the start"


def _reached(page: ForecastPage) -> Iterable[KeyFigure]:
    days = sorted(day for _, _, day, _ in page.milestones if day)
    if page.milestones:
        note = f"the last on {days[-1]}" if days else "none so far"
        yield KeyFigure("Milestones reached", f"{len(days)} of {len(page.milestones)}", note)


def _tightest(page: ForecastPage) -> Iterable[KeyFigure]:
    lowest = page.result["summary"]["lowest"]
    if lowest:
        name = min(lowest, key=lambda each: lowest[each]["amount"])
        yield KeyFigure("Lowest balance", money(lowest[name]["amount"]), f"{name}, on {lowest[name]['date']}")


def chart_words(page: ForecastPage) -> ChartWords:
    """The sentences of the charts of a page."""
    series = page.series
    return ChartWords(
        worth=_range_words("Net worth", series.dates, series.net_worth),
        milestones=_milestone_words(page),
        balances=f"{counted(len(series.accounts), 'account')}, of cards and loans (broken lines) what is owed. "
        "The totals appear by their names in the legend.",
        gains=f"Gains come to {amount(sum(series.gain))} and losses to {amount(sum(series.loss))}, netted by the day.",
        interest=_interest_words(page),
        flows=_flow_words(page.flows),
    )


def _range_words(name: str, dates: Sequence[date], values: Sequence[Micros]) -> str:
    low, high = min(values), max(values)
    return (
        f"{name} begins at {amount(values[0])} and ends at {amount(values[-1])}; it is lowest at {amount(low)} on "
        f"{dates[values.index(low)]} and highest at {amount(high)} on {dates[values.index(high)]}."
    )


def _milestone_words(page: ForecastPage) -> str:
    reached = sorted(((day, name) for name, _, day, _ in page.milestones if day), key=itemgetter(0))
    missed = [name for name, _, day, _ in page.milestones if not day]
    told = [f"{name} on {day}" for day, name in reached]
    words = f"Reached: {', '.join(told)}." if told else "None is reached."
    return words + (f" Not reached: {', '.join(missed)}." if missed and told else "")


def _interest_words(page: ForecastPage) -> str:
    interest, names = page.periods.interest, page.periods.names
    if not any(interest):
        return "There is none."
    most = max(interest)
    total = money(page.result["summary"]["totals"]["interest_paid"])
    return (
        f"{total} in all; the most is {amount(most)} in {names[interest.index(most)]}. "
        "The bars add up days that are rounded to cents, so they may miss the sum by a little."
    )


def _flow_words(flows: Sequence[Flow]) -> str:
    income = sum(flow.amount for flow in flows if flow.source.place is Place.INCOME)
    spent = sum(flow.amount for flow in flows if flow.target.place is Place.SPENDING)
    interest = sum(flow.amount for flow in flows if flow.target.place is Place.INTEREST)
    return (
        f"{amount(income)} comes in, {amount(spent)} is spent and {amount(interest)} is paid as interest on debts. "
        "Of a card or loan, what flows in and not on pays it down."
    )

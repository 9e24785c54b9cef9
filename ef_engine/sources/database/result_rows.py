"""A stored result <-> the rows of its tables, without the two leading columns that say whose they are.

The columns of the daily table are those of its accounts, in their order, and the fixed ones; so a balance is stored
under account and part and finds its column again by the document alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import chain, repeat
from typing import Any

from ef_engine.evaluation.amounts import cents_texts
from ef_engine.evaluation.csv_text import POSTING_COLUMNS, DailyTexts
from ef_engine.evaluation.names import column_name
from ef_engine.model.accounts import Account, Credit, Loan
from ef_engine.model.forecast import Forecast
from ef_engine.model.money import Micros, format_cents, from_decimal
from ef_engine.simulation.result import Decision, DecisionStatus, Part, Series
from ef_engine.sources.database import tables
from ef_engine.sources.database.bulk import Value
from ef_engine.sources.database.result_files import Milestone, StoredResult

_CARD_PARTS = (Part.CURRENT, Part.PREVIOUS, "payments", "previous cycle")
_LOAN_PARTS = (Part.PRINCIPAL, Part.INTEREST, "payments", "previous cycle")
_SUMS = 7
"""Columns of amounts after the accounts, from `Marginal Interest` to `Liquid Total`."""


def rows_of(result: StoredResult, forecast: Forecast) -> dict[str, Iterable[tuple[Value, ...]]]:
    """The rows by table."""
    return {
        tables.BALANCES.name: _balances(result.daily, forecast),
        tables.DAYS.name: _days(result.daily),
        tables.POSTINGS.name: _numbered(result.postings),
        tables.DECISIONS.name: _numbered(_decisions(result.decisions)),
        tables.MILESTONES.name: _milestones(result.milestones),
    }


def _series(forecast: Forecast) -> Iterator[tuple[str, str, str]]:
    """Account, part and column of every balance, in the order of the columns."""
    for account in forecast.accounts:
        for part in _parts(account):
            yield account.name, str(part), column_name(Series(account.name, part, []), account)


def _parts(account: Account) -> tuple[str, ...]:
    if isinstance(account, Credit):
        return _CARD_PARTS
    return _LOAN_PARTS if isinstance(account, Loan) else (Part.BALANCE,)


def _balances(daily: DailyTexts, forecast: Forecast) -> Iterator[tuple[Value, ...]]:
    """In the order of the table's key, which makes adding them twice as fast."""
    accounts, parts, columns = zip(*sorted(_series(forecast)), strict=True)
    by_day = zip(daily.dates, zip(*(daily.amounts[column] for column in columns), strict=True), strict=True)
    return chain.from_iterable(zip(repeat(day), accounts, parts, amounts) for day, amounts in by_day)


def _days(daily: DailyTexts) -> Iterator[tuple[Value, ...]]:
    sums = list(daily.amounts.values())[-_SUMS:]
    incomes = (day or None for day in daily.next_income)
    return zip(daily.dates, *sums, incomes, daily.directives, daily.memos, strict=True)


def _numbered(columns: Sequence[Sequence[Value]]) -> Iterator[tuple[Value, ...]]:
    """Rows with their position, of columns, since a long forecast has a hundred thousand of them."""
    return zip(range(len(columns[0])), *columns, strict=True) if columns else iter(())


def _decisions(decisions: Sequence[Decision]) -> list[Sequence[Value]]:
    if not decisions:
        return []
    original, executed, priority, memo, requested, done, status, reason, binding, account, shortfall = zip(
        *decisions, strict=True
    )
    return [
        _isos(original), _isos(executed), priority, memo, cents_texts(requested), cents_texts(done), _words(status),
        reason, _isos(binding), account, [None if each is None else cents_texts([each])[0] for each in shortfall],
    ]  # fmt: skip


def _isos(days: Iterable[date | None]) -> list[Value]:
    return [None if day is None else day.isoformat() for day in days]


def _words(values: Iterable[str]) -> list[Value]:
    return [str(value) for value in values]


def _milestones(milestones: Iterable[Milestone]) -> Iterator[tuple[Value, ...]]:
    for position, each in enumerate(milestones):
        yield each.kind, position, each.name, *_isos((each.reached, each.first_reached))


def result_of(rows: Mapping[str, Sequence[Sequence[Any]]], outline: str, forecast: Forecast) -> StoredResult:
    """The result whose rows these are, each in the order of its table's key."""
    return StoredResult(
        _daily(rows[tables.BALANCES.name], rows[tables.DAYS.name], forecast),
        _read_postings(rows[tables.POSTINGS.name]),
        [_read_decision(row) for row in rows[tables.DECISIONS.name]],
        _read_milestones(rows[tables.MILESTONES.name]),
        outline,
    )


def _daily(balances: Sequence[Sequence[Any]], days: Sequence[Sequence[Any]], forecast: Forecast) -> DailyTexts:
    texts = _CentsTexts()
    by_series: dict[tuple[str, str], list[str]] = {}
    for _, account, part, amount in balances:
        by_series.setdefault((account, part), []).append(texts[amount])
    columns = list(zip(*days, strict=True))
    names = ("Marginal Interest", "Net Gain", "Net Loss", "Net Worth", "Loan Total", "CC Debt Total", "Liquid Total")
    amounts = {column: by_series[account, part] for account, part, column in _series(forecast)}
    amounts |= {name: texts.of(column) for name, column in zip(names, columns[1 : 1 + _SUMS], strict=True)}
    incomes, directives, memos = columns[1 + _SUMS :]
    return DailyTexts(list(map(str, columns[0])), amounts, [str(day or "") for day in incomes], directives, memos)


class _CentsTexts(dict[Any, str]):
    """Amount of a database -> its text in a file, made on the first look-up; most amounts come again and again."""

    def __missing__(self, amount: Any) -> str:
        text = self[amount] = format_cents(from_decimal(Decimal(amount)))
        return text

    def of(self, amounts: Iterable[Any]) -> list[str]:
        """The texts of a column."""
        return list(map(self.__getitem__, amounts))


def _read_postings(rows: Sequence[Sequence[Any]]) -> list[Sequence[str]]:
    if not rows:
        return [()] * len(POSTING_COLUMNS)
    _, days, accounts, parts, amounts, causes, memos = zip(*rows, strict=True)
    return [list(map(str, days)), accounts, parts, _CentsTexts().of(amounts), causes, memos]


@lru_cache(maxsize=50_000)
def _micros(amount: Any) -> Micros:
    """NUMERIC on a server, text in a file; most amounts come again and again."""
    return from_decimal(Decimal(amount))


def _date(day: Any) -> date:
    return date.fromisoformat(str(day))


def _read_decision(row: Sequence[Any]) -> Decision:
    _, original, executed, priority, memo, requested, done, status, reason, binding, account, shortfall = row
    return Decision(
        _date(original), executed and _date(executed), priority, memo, _micros(requested), _micros(done),
        DecisionStatus(status), reason, binding and _date(binding), account,
        None if shortfall is None else _micros(shortfall),
    )  # fmt: skip


def _read_milestones(rows: Sequence[Sequence[Any]]) -> list[Milestone]:
    ordered = sorted(rows, key=lambda row: int(row[1]))
    return [
        Milestone(kind, name, reached and _date(reached), first and _date(first))
        for kind, _, name, reached, first in ordered
    ]

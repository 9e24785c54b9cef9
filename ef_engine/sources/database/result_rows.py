"""A stored result <-> the rows of its tables, without the two leading columns that say whose they are.

The columns of the daily table are those of its accounts, in their order, and the fixed ones; so a balance is stored
under account and part and finds its column again by the document alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import repeat
from typing import Any

from ef_engine.evaluation.amounts import cents_texts
from ef_engine.evaluation.names import column_name
from ef_engine.evaluation.table import Table
from ef_engine.model.accounts import Account, Credit, Loan
from ef_engine.model.forecast import Forecast
from ef_engine.model.money import Micros, from_decimal
from ef_engine.simulation.result import Cause, Decision, DecisionStatus, Part, Posting, Series
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
        tables.BALANCES.name: _balances(result.table, forecast),
        tables.DAYS.name: _days(result.table),
        tables.POSTINGS.name: _numbered(result.postings, _posting),
        tables.DECISIONS.name: _numbered(result.decisions, _decision),
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


def _balances(table: Table, forecast: Forecast) -> Iterator[tuple[Value, ...]]:
    days = [day.isoformat() for day in table.dates]
    for account, part, column in _series(forecast):
        yield from zip(days, repeat(account), repeat(part), cents_texts(table.amounts[column]))


def _days(table: Table) -> Iterator[tuple[Value, ...]]:
    sums = list(map(cents_texts, list(table.amounts.values())[-_SUMS:]))
    days = (day.isoformat() for day in table.dates)
    incomes = (day and day.isoformat() for day in table.next_income)
    return zip(days, *sums, incomes, table.directives, table.memos, strict=True)


def _numbered(values: Iterable[Any], columns_of: Any) -> Iterator[tuple[Value, ...]]:
    """Rows with their position, by column, since a long forecast has a hundred thousand of them."""
    listed = list(values)
    return zip(range(len(listed)), *columns_of(listed), strict=True) if listed else iter(())


def _posting(postings: Sequence[Posting]) -> list[Sequence[Value]]:
    days, accounts, parts, amounts, causes, memos, _ = zip(*postings, strict=True)
    return [_isos(days), accounts, _words(parts), cents_texts(amounts), _words(causes), memos]


def _decision(decisions: Sequence[Decision]) -> list[Sequence[Value]]:
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
        _table(rows[tables.BALANCES.name], rows[tables.DAYS.name], forecast),
        [_read_posting(row) for row in rows[tables.POSTINGS.name]],
        [_read_decision(row) for row in rows[tables.DECISIONS.name]],
        _read_milestones(rows[tables.MILESTONES.name]),
        outline,
    )


def _table(balances: Sequence[Sequence[Any]], days: Sequence[Sequence[Any]], forecast: Forecast) -> Table:
    by_series: dict[tuple[str, str], list[Micros]] = {}
    for _, account, part, amount in balances:
        by_series.setdefault((account, part), []).append(_micros(amount))
    columns = list(zip(*days, strict=True))
    names = ("Marginal Interest", "Net Gain", "Net Loss", "Net Worth", "Loan Total", "CC Debt Total", "Liquid Total")
    amounts = {column: by_series[account, part] for account, part, column in _series(forecast)}
    amounts |= {name: list(map(_micros, column)) for name, column in zip(names, columns[1 : 1 + _SUMS], strict=True)}
    incomes, directives, memos = columns[1 + _SUMS :]
    return Table(
        list(map(_date, columns[0])), amounts, [day and _date(day) for day in incomes], list(directives), list(memos)
    )


@lru_cache(maxsize=50_000)
def _micros(amount: Any) -> Micros:
    """NUMERIC on a server, text in a file; most amounts come again and again."""
    return from_decimal(Decimal(amount))


def _date(day: Any) -> date:
    return date.fromisoformat(str(day))


def _read_posting(row: Sequence[Any]) -> Posting:
    _, day, account, part, amount, cause, memo = row
    return Posting(_date(day), account, Part(part), _micros(amount), Cause(cause), memo)


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

"""`daily.csv`, `postings.csv` and `decisions.csv` as text, and tables and postings read back from them.

RFC 4180 quoting with LF line ends; every amount has two decimals, rounded half-even. Postings are rounded one by one,
so the exact micro-units of accrued loan interest are not in the file. Text that begins like a formula is guarded.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Any

from ef_engine.evaluation.amounts import CentsText, cents_texts
from ef_engine.evaluation.table import LEADING_COLUMNS, TRAILING_COLUMNS, Table
from ef_engine.model.money import CENT, Micros
from ef_engine.model.spreadsheet_text import guarded, unguarded
from ef_engine.simulation.result import Cause, Decision, Part, Posting, Simulation

POSTING_COLUMNS = ("date", "account", "part", "amount", "cause", "memo")
DECISION_COLUMNS = (
    "original_date",
    "executed_date",
    "priority",
    "memo",
    "requested",
    "executed",
    "status",
    "reason",
    "binding_date",
    "binding_account",
    "shortfall",
)
_AMOUNTS_TEXT = re.compile(r"(?:-?(?:0|[1-9][0-9]*)\.[0-9][0-9],)+")
_AMOUNTS = frozenset(("amount", "requested", "executed", "shortfall"))


@dataclass(frozen=True, slots=True)
class DailyTexts:
    """A daily table by column, as `Table`, but every value the text of its file; no next income is empty."""

    dates: Sequence[str]
    amounts: Mapping[str, Sequence[str]]
    next_income: Sequence[str]
    directives: Sequence[str]
    memos: Sequence[str]


def daily_csv(table: Table) -> str:
    """The daily table with exactly its columns; dates ISO, no next income empty."""
    amounts = {name: cents_texts(column) for name, column in table.amounts.items()}
    return daily_texts_csv(
        DailyTexts(_texts(table.dates), amounts, _texts(table.next_income), table.directives, table.memos)
    )


def daily_texts_csv(texts: DailyTexts) -> str:
    """As `daily_csv`, several times as fast."""
    columns = [texts.dates, *texts.amounts.values(), texts.next_income, _texts(texts.directives), _texts(texts.memos)]
    return _joined((*LEADING_COLUMNS, *texts.amounts, *TRAILING_COLUMNS), columns)


def postings_csv(simulation: Simulation) -> str:
    """One row a posting, in the order they happened."""
    return postings_text(simulation.postings)


def postings_text(postings: Sequence[Posting]) -> str:
    """As `postings_csv`, for postings that came from elsewhere."""
    return _records_csv(POSTING_COLUMNS, postings)


def posting_texts_csv(columns: Sequence[Sequence[str]]) -> str:
    """As `postings_csv`, of the texts of its columns."""
    days, accounts, parts, amounts, causes, memos = columns
    return _joined(POSTING_COLUMNS, [days, _texts(accounts), parts, amounts, causes, _texts(memos)])


def decisions_csv(decisions: Sequence[Decision]) -> str:
    """One row an occurrence; what is None is empty."""
    return _records_csv(DECISION_COLUMNS, decisions)


def read_daily_csv(text: str) -> Table:
    """The table `daily_csv` wrote, amounts to the cent. ValueError when the text is no daily table."""
    found = _daily_texts(text)
    return Table(
        [date.fromisoformat(day) for day in found.dates],
        {name: list(map(_read_amount, column)) for name, column in found.amounts.items()},
        [date.fromisoformat(day) if day else None for day in found.next_income],
        list(found.directives),
        list(found.memos),
    )


def _daily_texts(text: str) -> DailyTexts:
    # A quoted field holds no line feed, as no memo does, and other line breaks must not split a row.
    header, *rows = csv.reader(text.removesuffix("\n").split("\n"), strict=True)
    if (*header[:1], *header[-3:]) != (*LEADING_COLUMNS, *TRAILING_COLUMNS) or not rows:
        raise ValueError("not a daily table: the columns are not those of one, or there are no rows")
    dates, *amounts, incomes, directives, memos = zip(*rows, strict=True)
    by_name = {unguarded(name): column for name, column in zip(header[1:-3], amounts, strict=True)}
    return DailyTexts(dates, by_name, incomes, list(map(unguarded, directives)), list(map(unguarded, memos)))


def read_daily_texts(text: str) -> DailyTexts:
    """As `read_daily_csv`, and ValueError too for a date or an amount that is not written as `daily_csv` writes it."""
    found = _daily_texts(text)
    _check_dates([*found.dates, *filter(None, found.next_income)])
    for column in found.amounts.values():
        _check_amounts(column)
    return found


def read_posting_texts(text: str) -> list[Sequence[str]]:
    """The columns `postings_csv` wrote, ValueError as of `read_daily_texts`; without postings they are empty."""
    header, *rows = csv.reader(text.removesuffix("\n").split("\n"), strict=True)
    if tuple(header) != POSTING_COLUMNS:
        raise ValueError("not a table of postings: the columns are not those of one")
    days, accounts, parts, amounts, causes, memos = zip(*rows, strict=True) if rows else [()] * len(POSTING_COLUMNS)
    _check_dates(days)
    _check_amounts(amounts)
    if not (set(parts) <= set(Part) and set(causes) <= set(Cause)):
        raise ValueError("an unknown part or cause")
    return [days, list(map(unguarded, accounts)), parts, amounts, causes, list(map(unguarded, memos))]


def _check_dates(texts: Iterable[str]) -> None:
    for text in set(texts):
        if date.fromisoformat(text).isoformat() != text:
            raise ValueError(f"not a date as it is written here: {text!r}")


def _check_amounts(texts: Sequence[str]) -> None:
    """All at once, since a result has ten thousand of them: no plus, no zero too many, and zero has no sign."""
    joined = ",".join(texts) + ","
    if texts and (_AMOUNTS_TEXT.fullmatch(joined) is None or "-0.00" in joined):
        raise ValueError("an amount is not written as they are here")


def read_daily_column(text: str, name: str) -> list[tuple[date, Micros]]:
    """The days and one column of amounts of a daily table, much faster than all of it."""
    header, *rows = csv.reader(text.removesuffix("\n").split("\n"), strict=True)
    position = header.index(guarded(name))
    return [(date.fromisoformat(row[0]), _read_amount(row[position])) for row in rows]


def read_postings_csv(text: str) -> list[Posting]:
    """The postings `postings_csv` wrote, amounts to the cent and without their items. ValueError for anything else."""
    header, *rows = csv.reader(text.removesuffix("\n").split("\n"), strict=True)
    if tuple(header) != POSTING_COLUMNS:
        raise ValueError("not a table of postings: the columns are not those of one")
    return [
        Posting(
            date.fromisoformat(day), unguarded(account), Part(part), _read_amount(amount), Cause(cause), unguarded(memo)
        )
        for day, account, part, amount, cause, memo in rows
    ]


def _read_amount(text: str) -> Micros:
    if text[-3:-2] != ".":
        raise ValueError(f"not an amount with two decimals: {text!r}")
    return int(text[:-3] + text[-2:]) * CENT


def _records_csv(columns: Sequence[str], records: Sequence[object]) -> str:
    return _joined(columns, [_field_texts(name, map(attrgetter(name), records)) for name in columns])


def _field_texts(name: str, values: Iterable[Any]) -> list[str]:
    if name not in _AMOUNTS:
        return _texts(values)
    texts = CentsText()
    return ["" if value is None else texts[value] for value in values]


def _joined(header: Sequence[str], columns: Sequence[Sequence[str]]) -> str:
    lines = [",".join(_texts(header)), *map(",".join, zip(*columns, strict=True))]
    return "\n".join(lines) + "\n"


class _Quoted(dict[object, str]):
    """Value -> its field, made on the first look-up: None is empty, a date ISO, and a text no formula."""

    def __missing__(self, value: object) -> str:
        text = "" if value is None else str(value)
        self[value] = found = _quoted(guarded(text) if isinstance(value, str) else text)
        return found


def _quoted(text: str) -> str:
    if '"' in text or "," in text or "\n" in text or "\r" in text:
        return '"' + text.replace('"', '""') + '"'
    return text


def _texts(values: Iterable[object]) -> list[str]:
    return list(map(_Quoted().__getitem__, values))

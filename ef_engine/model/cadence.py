"""Cadences, and the dates they name (domain.md 1.2).

Month-based cadences clamp from the *original* day each time: 31 Jan, 28 Feb, 31 Mar. Clamping step by step would
stay on the 28th for ever.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date
from enum import StrEnum


class Cadence(StrEnum):
    """How often a budget item happens."""

    ONCE = "once"
    DAILY = "daily"
    WEEKLY = "weekly"
    BIWEEKLY = "biweekly"
    SEMIMONTHLY = "semimonthly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"


SHORTEST_MONTH = 28
_DAYS = {Cadence.DAILY: 1, Cadence.WEEKLY: 7, Cadence.BIWEEKLY: 14}
_MONTHS = {Cadence.MONTHLY: 1, Cadence.QUARTERLY: 3, Cadence.YEARLY: 12}


def in_month(year: int, month_index: int, day: int) -> date:
    """The day of a month, clamped to its length; `month_index` counts from 0 and may exceed 11."""
    year, month = year + month_index // 12, month_index % 12 + 1
    return date(year, month, day if day <= SHORTEST_MONTH else min(day, monthrange(year, month)[1]))


def add_months(start: date, months: int) -> date:
    """The date `months` after `start`, its day clamped to the length of the month it falls in."""
    return in_month(start.year, start.month - 1 + months, start.day)


def anniversaries(start: date, months: int, last: date, first: date = date.min) -> Iterator[date]:
    """The dates start + k x months (k >= 0), clamped from the original day, with first <= date <= last."""
    k = max(0, ((first.year - start.year) * 12 + first.month - start.month) // months - 1)
    while (day := add_months(start, k * months)) <= last:
        if day >= first:
            yield day
        k += 1


def cadence_dates(cadence: Cadence, start: date, end: date, first: date = date.min) -> Iterator[date]:
    """The dates of a cadence from `start` to `end`, both included, that are not before `first`, in order."""
    return map(date.fromordinal, cadence_ordinals(cadence, start, end, first))


def cadence_ordinals(cadence: Cadence, start: date, end: date, first: date = date.min) -> Sequence[int]:
    """As `cadence_dates`, as proleptic ordinals."""
    if cadence in _DAYS:
        return _every(_DAYS[cadence], start, end, first)
    return [day.toordinal() for day in _by_month(cadence, start, end, first)]


def _every(days: int, start: date, end: date, first: date) -> range:
    skipped = max(0, -(-(first - start).days // days))
    return range(start.toordinal() + skipped * days, end.toordinal() + 1, days)


def _by_month(cadence: Cadence, start: date, end: date, first: date) -> Iterator[date]:
    match cadence:
        case Cadence.ONCE:
            return iter([start] if first <= start <= end else [])
        case Cadence.SEMIMONTHLY:
            return _semimonthly(start, end, first)
        case _:
            return anniversaries(start, _MONTHS[cadence], end, first)


def _semimonthly(start: date, end: date, first: date) -> Iterator[date]:
    """Days d and d + 15 of each month, each clamped to its length; one date where they coincide."""
    skipped = max(0, (first.year - start.year) * 12 + first.month - start.month - 1)
    for month in range(start.month - 1 + skipped, (end.year - start.year) * 12 + end.month):
        days = {in_month(start.year, month, start.day), in_month(start.year, month, start.day + 15)}
        for day in sorted(days):
            if start <= day <= end and day >= first:
                yield day

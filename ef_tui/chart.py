"""Lines over time as text: drawn by plotext, with ticks for dates and money, and numbered marks.

Pure, apart from plotext, which keeps one figure for the whole process; a lock lets threads draw one after the other.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor, log10

LEAST_WIDTH, LEAST_HEIGHT = 24, 6
ON_DARK = (14, 13, 10, 11, 9, 12)
ON_LIGHT = (6, 5, 2, 1, 4, 3)
"""Colours of the first lines, by their number among the terminal's own sixteen; after the last they begin anew."""

_MONTH_STEPS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 2400)
_TICK_COLUMNS = 12
_TICK_LINES = 4
CENT = 0.01
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class ChartLine:
    """A line by name: days (`date.toordinal`), in order, and an amount in currency units each; `color` is 0 to 15."""

    name: str
    days: Sequence[int]
    amounts: Sequence[float]
    color: int


@dataclass(frozen=True, slots=True)
class ChartMark:
    """A numbered point."""

    number: int
    day: int
    amount: float


def colors(count: int, *, is_dark: bool) -> list[int]:
    """A colour for each of so many lines."""
    palette = ON_DARK if is_dark else ON_LIGHT
    return [palette[place % len(palette)] for place in range(count)]


def drawn(
    lines: Sequence[ChartLine], marks: Sequence[ChartMark], width: int, height: int, *, is_ascii: bool = False
) -> str:
    """The chart as lines of text with ANSI colours; a sentence where there is no room or nothing to draw."""
    if not lines or not lines[0].days:
        return "Nothing to draw."
    if width < LEAST_WIDTH or height < LEAST_HEIGHT:
        return "Too small for a chart."
    import plotext  # type: ignore[import-untyped]  # has no types

    with _lock:
        plotext.clear_figure()
        plotext.theme("clear")
        plotext.limit_size(False, False)  # it would take the size of whatever terminal it believes to be in
        plotext.plot_size(width, height)
        for line in lines:
            days, amounts = thinned(line.days, line.amounts, 2 * width)
            plotext.plot(days, amounts, marker="dot" if is_ascii else "braille", color=line.color)
        _ticks(plotext, lines, width, height)
        for mark in marks:
            plotext.text(str(mark.number), mark.day, mark.amount, color="default", style="bold")
        for line in lines[1:] if len(lines) > 1 else ():
            plotext.text(line.name, line.days[-1], line.amounts[-1], color=line.color, alignment="right")
        text: str = plotext.build()
    return _plain(text) if is_ascii else text


def _ticks(plotext: object, lines: Sequence[ChartLine], width: int, height: int) -> None:
    days = [day for line in lines for day in (line.days[0], line.days[-1])]
    dates = date_ticks(min(days), max(days), max(2, width // _TICK_COLUMNS))
    plotext.xticks([day for day, _ in dates], [text for _, text in dates])  # type: ignore[attr-defined]  # a module
    amounts = money_ticks(
        min(min(line.amounts) for line in lines),
        max(max(line.amounts) for line in lines),
        max(2, height // _TICK_LINES),
    )
    plotext.yticks(amounts, [f"{amount:,.0f}" for amount in amounts])  # type: ignore[attr-defined]  # a module


_PLAIN = str.maketrans("┌┐└┘├┤┬┴┼─│•", "++++||+++-|*")


def _plain(text: str) -> str:
    """The frame and points in letters every terminal has."""
    return text.translate(_PLAIN)


def thinned(days: Sequence[int], amounts: Sequence[float], most: int) -> tuple[list[int], list[float]]:
    """At most so many points and the last one; of each stretch the first, and where it is, the extreme."""
    if len(days) <= most:
        return list(days), list(amounts)
    step = ceil(2 * len(days) / most)
    places: set[int] = {0, len(days) - 1}
    for begin in range(0, len(days), step):
        stretch = range(begin, min(begin + step, len(days)))
        places |= {min(stretch, key=amounts.__getitem__), max(stretch, key=amounts.__getitem__)}
    kept = sorted(places)
    return [days[place] for place in kept], [amounts[place] for place in kept]


def date_ticks(first: int, last: int, most: int) -> list[tuple[int, str]]:
    """First days of months between two days, evenly apart and at most so many, with their texts."""
    begin, end = date.fromordinal(first), date.fromordinal(last)
    months = range(begin.year * 12 + begin.month - 1 + (begin.day > 1), end.year * 12 + end.month)
    step = next((step for step in _MONTH_STEPS if len(months) // step < most), _MONTH_STEPS[-1])
    chosen = [month for month in months if month % step == 0]
    if not chosen:
        return [(first, begin.isoformat()), (last, end.isoformat())]
    return [(date(month // 12, month % 12 + 1, 1).toordinal(), _month_text(month, step)) for month in chosen]


def _month_text(month: int, step: int) -> str:
    return f"{month // 12}" if step >= 12 else f"{month // 12}-{month % 12 + 1:02d}"


def money_ticks(low: float, high: float, most: int) -> list[float]:
    """Round amounts from about `low` to about `high`, evenly apart and about so many."""
    span = high - low
    if span < CENT:
        return [low]
    unit = 10.0 ** floor(log10(span / most))
    step = next(unit * factor for factor in (1, 2, 5, 10, 20) if span / (unit * factor) <= most)
    return [step * place for place in range(ceil(low / step), floor(high / step) + 1)] or [low]

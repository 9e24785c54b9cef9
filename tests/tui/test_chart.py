"""A chart of any lines, at any size, is exactly as large as its place and never fails."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from ef_tui.chart import ChartLine, ChartMark, date_ticks, drawn, money_ticks, thinned

DAYS = st.integers(date(1990, 1, 1).toordinal(), date(2150, 1, 1).toordinal())
AMOUNTS = st.floats(-1e12, 1e12)


@given(st.integers(24, 200), st.integers(6, 60), DAYS, st.lists(AMOUNTS, min_size=2, max_size=60), st.booleans())
def test_a_chart_fills_its_place(width: int, height: int, first: int, amounts: list[float], is_ascii: bool) -> None:
    days = list(range(first, first + len(amounts)))
    text = drawn(
        [ChartLine("one", days, amounts, 14)], [ChartMark(1, days[0], amounts[0])], width, height, is_ascii=is_ascii
    )
    lines = Text.from_ansi(text).plain.splitlines()
    assert len(lines) <= height
    assert max(map(len, lines)) <= width
    assert text.isascii() or not is_ascii


@given(st.lists(AMOUNTS, min_size=1, max_size=2000), st.integers(4, 300))
def test_thinning_keeps_the_ends_and_the_extremes(amounts: list[float], most: int) -> None:
    days, kept = thinned(range(len(amounts)), amounts, most)
    assert days == sorted(set(days))
    assert (days[0], days[-1]) == (0, len(amounts) - 1)
    assert (min(kept), max(kept)) == (min(amounts), max(amounts))
    assert len(days) <= max(most, 0) + 4


@given(DAYS, st.integers(1, 60_000), st.integers(2, 20))
def test_dates_are_ticked_in_order_within_the_line(first: int, span: int, most: int) -> None:
    ticks = date_ticks(first, first + span, most)
    assert ticks
    assert len(ticks) <= max(2, most)
    assert [day for day, _ in ticks] == sorted({day for day, _ in ticks})
    assert all(first <= day <= first + span for day, _ in ticks)


@given(AMOUNTS, AMOUNTS, st.integers(2, 15))
def test_amounts_are_ticked_within_the_line(one: float, other: float, most: int) -> None:
    low, high = sorted((one, other))
    ticks = money_ticks(low, high, most)
    assert 1 <= len(ticks) <= most + 1
    assert ticks == sorted(ticks)


@pytest.mark.parametrize(("width", "height"), [(10, 30), (100, 3)])
def test_a_place_too_small_says_so(width: int, height: int) -> None:
    assert drawn([ChartLine("one", [1, 2], [0.0, 1.0], 14)], [], width, height) == "Too small for a chart."


def test_nothing_to_draw_says_so() -> None:
    assert drawn([], [], 80, 24) == "Nothing to draw."

"""The course of an amount in a few digits."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ef_engine.evaluation.trend import HIGHEST, STEPS, trend_of


def test_a_rise_goes_from_the_lowest_digit_to_the_highest() -> None:
    assert trend_of(range(0, 8_000_000, 1_000_000)) == "01234567"


def test_what_never_changes_stays_at_the_bottom() -> None:
    assert trend_of([5, 5, 5]) == "000"


def test_nothing_has_no_trend() -> None:
    assert trend_of([]) == ""


@given(st.lists(st.integers(), min_size=1))
def test_first_and_last_are_among_the_steps_and_digits_keep_their_order(values: list[int]) -> None:
    digits = [int(digit) for digit in trend_of(values)]
    assert len(digits) == min(STEPS, len(values))
    assert set(digits) <= set(range(HIGHEST + 1))
    assert (digits[0] <= digits[-1]) or values[0] > values[-1]
    assert (digits[0] >= digits[-1]) or values[0] < values[-1]

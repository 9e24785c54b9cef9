"""Durations as people read and type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ef_engine.cli.durations import seconds
from ef_engine.report.durations import interval_text


@pytest.mark.parametrize(
    ("interval", "text"), [(86_400, "1d"), (604_800, "7d"), (43_200, "12h"), (5_400, "90m"), (90, "90s"), (1.5, "1.5s")]
)
def test_an_interval_is_written_as_one_types_it(interval: float, text: str) -> None:
    assert interval_text(interval) == text


@given(st.integers(1, 10**9))
def test_what_is_written_means_the_same_when_it_is_typed(interval: int) -> None:
    assert seconds(interval_text(interval)) == interval

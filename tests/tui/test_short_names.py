"""Names side by side on one line."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ef_engine.report.cells import text_width
from ef_tui.short_names import sharing, told_apart


def test_what_all_names_begin_with_is_left_out() -> None:
    names = ["house: Core | keep | stay", "house: Core | keep | flat"]
    assert told_apart(names) == ["stay", "flat"]
    assert told_apart(["house: Core", "household"]) == ["house: Core", "household"]
    assert told_apart(["a: b", "a: b"]) == ["b", "b"]
    assert told_apart(["a: ", "a: "]) == ["a: ", "a: "]


def test_short_names_leave_their_room_to_long_ones() -> None:
    assert sharing(["stay", "a smaller flat"], 18) == ["stay", "a smaller flat"]
    assert sharing(["stay", "a smaller flat"], 12) == ["stay", "a small…"]


@given(st.lists(st.text("ab |:", max_size=30), min_size=1, max_size=4), st.integers(4, 60))
def test_names_never_take_more_than_there_is(names: list[str], width: int) -> None:
    assert sum(map(text_width, sharing(names, width))) <= width

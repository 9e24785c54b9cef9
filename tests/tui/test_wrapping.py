"""Facts in places they are too long for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ef_tui.wrapping import wrapped

WORDS = st.text("abc ", max_size=200)


def test_a_value_goes_on_where_it_begins() -> None:
    assert wrapped(["Message       ValueError: no rate for today", "  what is said in a log"], 30) == [
        "Message       ValueError: no",
        "              rate for today",
        "  what is said in a log",
    ]
    assert wrapped(["  what a program says in its log"], 20) == ["  what a program", "    says in its log"]


@given(st.lists(WORDS), st.integers(20, 80))
def test_no_word_gets_lost_and_what_fits_stays_as_it_is(lines: list[str], width: int) -> None:
    shown = wrapped(lines, width)
    assert " ".join(shown).split() == " ".join(lines).split()
    assert all(len(line) <= width or " " not in line.strip() for line in shown)
    if all(len(line) <= width for line in lines):
        assert shown == lines

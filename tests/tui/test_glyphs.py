"""Signs of what is so, in Unicode and without."""

from __future__ import annotations

from ef_tui.glyphs import ASCII, UNICODE


def test_a_bar_shows_eighths_where_there_are_signs_for_them() -> None:
    assert [UNICODE.bar_text(done, 40, 5) for done in (0, 1, 8, 13, 39, 40, 99)] == [
        "░░░░░", "▏░░░░", "█░░░░", "█▋░░░", "████▉", "█████", "█████",
    ]  # fmt: skip
    assert [ASCII.bar_text(done, 40, 5) for done in (0, 7, 8, 39, 40)] == [".....", ".....", "#....", "####.", "#####"]
    assert UNICODE.bar_text(0, 0, 5) == "░░░░░"

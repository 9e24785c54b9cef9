"""What is drawn of plain characters alone, for terminals that have no others."""

from __future__ import annotations

from textual.scrollbar import ScrollBarRender


class PlainScrollBarRender(ScrollBarRender):
    """A scroll bar of blanks in two colours; its ends are not smoothed."""

    VERTICAL_BARS = [" "] * 8
    HORIZONTAL_BARS = [" "] * 8

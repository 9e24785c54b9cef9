"""A chart as large as its place; drawn in a thread, again when its place or what it shows changes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, cast

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.strip import Strip
from textual.widget import Widget

from ef_tui.chart import ChartLine, ChartMark, drawn

if TYPE_CHECKING:
    from ef_tui.app import EfApp


class ChartView(Widget):
    """Shows lines and marks; nothing until `show` was called.

    The loop is only given lines of text that are ready: a chart has thousands of coloured pieces.
    """

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._lines: Sequence[ChartLine] | None = None
        self._marks: Sequence[ChartMark] = ()
        self._wanted: object = None
        self._ready: list[list[Segment]] = []

    def show(self, lines: Sequence[ChartLine], marks: Sequence[ChartMark] = ()) -> None:
        """Draws these."""
        self._lines, self._marks = lines, marks
        self._draw()

    def on_resize(self) -> None:
        """Draws anew."""
        self._draw()

    def render_line(self, y: int) -> Strip:
        """A line of the chart."""
        style = self.rich_style
        if y >= len(self._ready):
            return Strip.blank(self.size.width, style)
        segments = Segment.apply_style(self._ready[y], style)
        return Strip(segments).adjust_cell_length(self.size.width, style)

    def _draw(self) -> None:
        app, (width, height) = cast("EfApp", self.app), self.size
        lines, marks = self._lines, self._marks
        wanted = (lines, marks, width, height)
        if lines is None or not width or wanted == self._wanted:
            return
        self._wanted = wanted
        is_ascii = app.session.glyphs.is_ascii

        def draw() -> list[list[Segment]]:
            text = drawn(lines, marks, width, height, is_ascii=is_ascii)
            return [_segments(line) for line in text.splitlines()]

        app.in_background(draw, self._show_drawn, group=f"chart {id(self)}")

    def _show_drawn(self, ready: list[list[Segment]]) -> None:
        self._ready = ready
        self.refresh()


def _segments(line: str) -> list[Segment]:
    """The coloured pieces of a line with ANSI codes."""
    text = Text.from_ansi(line)
    ends = sorted({0, len(text.plain), *(edge for span in text.spans for edge in (span.start, span.end))})
    styles = {span.start: span.style for span in text.spans}
    pieces = pairwise(ends)
    return [Segment(text.plain[begin:end], _style(styles.get(begin))) for begin, end in pieces]


def _style(style: object) -> Style | None:
    return style if isinstance(style, Style) else None

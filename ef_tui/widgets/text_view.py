"""Text of any length, line by line: only what is on the screen is drawn, and it can be searched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from ef_engine.report.cells import text_width


class TextView(ScrollView, can_focus=True):
    """Lines as they are, never wrapped; wide ones are scrolled to."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"text-view--match"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll_up", "line up", show=False, id="line_up"),
        Binding("down,j", "scroll_down", "line down", show=False, id="line_down"),
        Binding("left,h", "scroll_left", "left", show=False, id="text_left"),
        Binding("right,l", "scroll_right", "right", show=False, id="text_right"),
        Binding("pageup,ctrl+b", "page_up", "page up", show=False, id="text_page_up"),
        Binding("pagedown,ctrl+f,space", "page_down", "page down", show=False, id="text_page_down"),
        Binding("home,g", "scroll_home", "top", show=False, id="text_top"),
        Binding("end,G", "scroll_end", "bottom", show=False, id="text_bottom"),
        Binding("n", "next_match(1)", "next match", show=False, id="next_match"),
        Binding("N", "next_match(-1)", "previous match", show=False, id="previous_match"),
    ]

    def __init__(self, lines: Sequence[str] = (), *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.lines: list[str] = []
        self._found = ""
        self._widest = 0
        self.append(lines)

    def append(self, lines: Sequence[str]) -> None:
        """Adds lines at the end; who looked at the end still does."""
        is_at_end = self.scroll_offset.y >= self.max_scroll_y
        self.lines += [_printable(line) for line in lines]
        self._widest = max((self._widest, *map(text_width, self.lines[len(self.lines) - len(lines) :])))
        self.virtual_size = Size(self._widest, len(self.lines))
        self.refresh()
        if is_at_end and self.scroll_offset.y:
            self.scroll_end(animate=False)

    def show(self, lines: Sequence[str]) -> None:
        """Shows these lines in place of all others."""
        self.lines, self._widest = [], 0
        self.append(lines)

    def find(self, text: str) -> int:
        """Marks what is looked for and goes to the first; how many lines hold it."""
        self._found = text.lower()
        self.refresh()
        count = sum(self._holds(line) for line in self.lines) if text else 0
        if count:
            self._go_to_match(self.scroll_offset.y - 1, 1)
        return count

    def action_next_match(self, step: int) -> None:
        """Goes to the next line that holds what is looked for."""
        if self._found:
            self._go_to_match(self.scroll_offset.y, step)

    def _go_to_match(self, begin: int, step: int) -> None:
        count = len(self.lines)
        for distance in range(1, count + 1):
            place = (begin + step * distance) % count
            if self._holds(self.lines[place]):
                self.scroll_to(y=place, animate=False)
                return

    def _holds(self, line: str) -> bool:
        return self._found in line.lower()

    def render_line(self, y: int) -> Strip:
        """The line there, as far as it is scrolled to."""
        left, top = self.scroll_offset
        style, width = self.rich_style, self.size.width
        place = top + y
        if place >= len(self.lines):
            return Strip.blank(width, style)
        line = self.lines[place]
        at = line.lower().find(self._found) if self._found else -1
        segments = [Segment(line, style)]
        if at >= 0:
            end = at + len(self._found)
            match = style + self.get_component_rich_style("text-view--match", partial=True)
            segments = [Segment(line[:at], style), Segment(line[at:end], match), Segment(line[end:], style)]
        return Strip(segments).crop_extend(left, left + width, style)


def _printable(line: str) -> str:
    line = line.expandtabs(4)
    return line if line.isprintable() else "".join(c if c.isprintable() else " " for c in line)

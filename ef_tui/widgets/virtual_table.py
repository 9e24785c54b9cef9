"""A table of any length that draws only the lines it shows: 100,000 rows open as fast as ten.

The cursor belongs to a key and not to a place: when rows come and go above it, the table scrolls along, so that what
is under the cursor stays where the eye is. A refresh repaints the lines whose text changed and no others.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from ef_tui.glyphs import UNICODE, Glyphs
from ef_tui.widgets.columns import GAP, Cell, Column, Fitted, fit

RowT = TypeVar("RowT")

GUTTER = 2
"""Columns before the first cell: the mark of what is selected, and a blank."""

TONES = ("good", "bad", "warn", "muted", "accent", "strong")


class VirtualTable(ScrollView, Generic[RowT], can_focus=True):
    """Rows of any type; `key_of` names a row for ever, `cells_of` makes its cells when it comes into view."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "virtual-table--header",
        "virtual-table--cursor",
        "virtual-table--cursor-blurred",
        "virtual-table--selected",
        "virtual-table--match",
        *(f"virtual-table--{tone}" for tone in TONES),
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "row up", show=False, id="row_up"),
        Binding("down,j", "move(1)", "row down", show=False, id="row_down"),
        Binding("pageup,ctrl+b", "page(-1)", "page up", show=False, id="page_up"),
        Binding("pagedown,ctrl+f", "page(1)", "page down", show=False, id="page_down"),
        Binding("home,g", "first", "first row", show=False, id="first_row"),
        Binding("end,G", "last", "last row", show=False, id="last_row"),
    ]

    class Highlighted(Message):
        """The cursor is on another row; None in an empty table."""

        def __init__(self, table: VirtualTable[Any], key: str | None) -> None:
            super().__init__()
            self.table, self.key = table, key

        @property
        def control(self) -> VirtualTable[Any]:
            """The table it happened in."""
            return self.table

    class Opened(Message):
        """A row was chosen with enter or a double click."""

        def __init__(self, table: VirtualTable[Any], key: str) -> None:
            super().__init__()
            self.table, self.key = table, key

        @property
        def control(self) -> VirtualTable[Any]:
            """The table it happened in."""
            return self.table

    class Marked(Message):
        """A row was clicked with ctrl, which selects it, or no longer."""

        def __init__(self, table: VirtualTable[Any], key: str) -> None:
            super().__init__()
            self.table, self.key = table, key

        @property
        def control(self) -> VirtualTable[Any]:
            """The table it happened in."""
            return self.table

    class HeaderClicked(Message):
        """The title of a column was clicked."""

        def __init__(self, table: VirtualTable[Any], column: Column) -> None:
            super().__init__()
            self.table, self.column = table, column

        @property
        def control(self) -> VirtualTable[Any]:
            """The table it happened in."""
            return self.table

    def __init__(
        self,
        columns: Sequence[Column],
        key_of: Callable[[RowT], str],
        cells_of: Callable[[RowT], Sequence[Cell]],
        *,
        empty_text: str = "",
        glyphs: Glyphs = UNICODE,
        has_header: bool = True,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.columns, self.key_of, self._cells_of = tuple(columns), key_of, cells_of
        self.empty_text, self._head = empty_text, int(has_header)
        self.glyphs = glyphs
        self._rows: Sequence[RowT] = ()
        self._places: dict[str, int] | None = {}
        self._fitting: tuple[int, tuple[Fitted, ...]] = (-1, ())
        self._cursor = 0
        self._cursor_key: str | None = None
        self._selected: set[str] = set()
        self._highlight = ""

    # What it shows

    @property
    def rows(self) -> Sequence[RowT]:
        """What the table holds, from the top."""
        return self._rows

    @property
    def cursor(self) -> RowT | None:
        """The row under the cursor."""
        return self._rows[self._cursor] if self._rows else None

    @property
    def cursor_key(self) -> str | None:
        """The key of the row under the cursor."""
        return self._cursor_key

    @property
    def cursor_place(self) -> int:
        """The place of the cursor, from 0."""
        return self._cursor

    @property
    def selected(self) -> list[RowT]:
        """What was selected, in the order of the rows."""
        places = sorted(self._place_of(key) for key in self._selected if key in self._index())
        return [self._rows[place] for place in places]

    def show(self, rows: Sequence[RowT]) -> None:
        """Puts these rows into the table; the cursor stays on its row, or near where that was."""
        if rows is self._rows:
            return
        before, offset = self._visible_cells(), self._cursor - round(self.scroll_y)
        self._rows, self._places = rows, None
        if self._selected:
            self._selected &= self._index().keys()
        place = self._index().get(self._cursor_key, self._cursor) if self._cursor_key else self._cursor
        self._resize_virtually()
        was = self._cursor_key
        self._put_cursor(place)
        if self.scroll_y and self._cursor - offset != round(self.scroll_y):
            self.scroll_to(y=max(0, self._cursor - offset), animate=False, force=True)
        self._repaint(before)
        if was != self._cursor_key:
            self.post_message(self.Highlighted(self, self._cursor_key))

    def say_empty(self, text: str) -> None:
        """Says this while there is no row."""
        if text != self.empty_text:
            self.empty_text = text
            self.refresh()

    def cells(self, row: RowT) -> Sequence[Cell]:
        """What a row shows, in the order of the columns."""
        return self._cells_of(row)

    def highlight(self, text: str) -> None:
        """Marks this text wherever a cell holds it; nothing for an empty one."""
        if text.lower() != self._highlight:
            self._highlight = text.lower()
            self.refresh()

    def go_to(self, place: int) -> None:
        """Puts the cursor on the row at a place, or on the nearest there is, and shows it."""
        before = self._cursor_key
        old = self._cursor
        self._put_cursor(place)
        self._show_cursor()
        self._refresh_row(old)
        self._refresh_row(self._cursor)
        if before != self._cursor_key:
            self.post_message(self.Highlighted(self, self._cursor_key))

    def go_to_key(self, key: str) -> bool:
        """Puts the cursor on a row; whether there is such a row."""
        place = self._index().get(key)
        if place is not None:
            self.go_to(place)
        return place is not None

    def select(self, keys: Iterable[str]) -> None:
        """Selects exactly these rows."""
        self._selected = set(keys) & self._index().keys()
        self.refresh()

    def toggle(self, key: str) -> None:
        """Selects a row, or no longer."""
        self._selected ^= {key}
        self._refresh_row(self._place_of(key))

    # Keys

    def action_move(self, rows: int) -> None:
        """Moves the cursor by so many rows."""
        self.go_to(self._cursor + rows)

    def action_page(self, pages: int) -> None:
        """Moves the cursor by so many pages."""
        self.go_to(self._cursor + pages * max(1, self.size.height - self._head - 1))

    def action_first(self) -> None:
        """Moves the cursor to the first row."""
        self.go_to(0)

    def action_last(self) -> None:
        """Moves the cursor to the last row."""
        self.go_to(len(self._rows) - 1)

    def on_click(self, event: events.Click) -> None:
        """A click puts the cursor there, with ctrl it selects, twice it opens; on the header it names the column."""
        event.stop()
        if self._head and event.y == 0:
            if column := self._column_at(event.x):
                self.post_message(self.HeaderClicked(self, column))
            return
        place = event.y - self._head + round(self.scroll_y)
        if not 0 <= place < len(self._rows):
            return
        self.go_to(place)
        assert self._cursor_key is not None
        if event.ctrl:
            self.post_message(self.Marked(self, self._cursor_key))
        elif event.chain == 2:
            self.post_message(self.Opened(self, self._cursor_key))

    # Drawing

    def render_line(self, y: int) -> Strip:
        """The header, or the row at this line."""
        width = self.size.width
        if self._head and y == 0:
            return self._header_strip(width)
        place = y - self._head + round(self.scroll_y)
        if place < len(self._rows):
            return self._row_strip(place, width)
        return self._blank_strip(y, width)

    def on_resize(self) -> None:
        """Keeps the cursor on the screen."""
        self._resize_virtually()
        self._show_cursor()

    def on_focus(self) -> None:
        """The cursor looks different in the table that has the keys."""
        self._refresh_row(self._cursor)

    def on_blur(self) -> None:
        """As `on_focus`."""
        self._refresh_row(self._cursor)

    @property
    def _fitted(self) -> tuple[Fitted, ...]:
        """The columns as they fit now."""
        width = max(1, self.scrollable_content_region.width - GUTTER)
        if self._fitting[0] != width:
            self._fitting = width, self.fitted(width)
        return self._fitting[1]

    def fitted(self, width: int) -> tuple[Fitted, ...]:
        """The columns that are shown in that width."""
        return fit(self.columns, width)

    def show_columns(self, columns: Sequence[Column]) -> None:
        """Shows these columns, if they are others."""
        if tuple(columns) != self.columns:
            self.columns = tuple(columns)
            self.fit_again()

    def fit_again(self) -> None:
        """Fits the columns anew, because they changed."""
        self._fitting = -1, ()
        self.refresh()

    def _header_strip(self, width: int) -> Strip:
        style = self.get_component_rich_style("virtual-table--header")
        return _strip([Segment(self.header(), style)], width, style)

    def header(self) -> str:
        """The titles of the columns that are shown."""
        titles = (each.shown(each.column.titled(each.width), self.glyphs.ellipsis) for each in self._fitted)
        return " " * GUTTER + (" " * GAP).join(titles)

    def _row_strip(self, place: int, width: int) -> Strip:
        row = self._rows[place]
        base = self._row_style(place, row)
        is_selected = bool(self._selected) and self.key_of(row) in self._selected
        segments = [Segment(self.glyphs.mark.ljust(GUTTER) if is_selected else " " * GUTTER, base)]
        cells = self._cells_of(row)
        for number, each in enumerate(self._fitted):
            cell = cells[each.index]
            if number:
                segments.append(Segment(" " * GAP, base))
            text = each.shown(cell.in_column(each.column, each.width), self.glyphs.ellipsis)
            segments += self._marked(text, base + self._tone(cell.tone, place))
        return _strip(segments, width, base)

    def _row_style(self, place: int, row: RowT) -> Style:
        if place == self._cursor:
            is_active = self.has_focus
            return self.get_component_rich_style(
                "virtual-table--cursor" if is_active else "virtual-table--cursor-blurred"
            )
        if self._selected and self.key_of(row) in self._selected:
            return self.get_component_rich_style("virtual-table--selected")
        return self.rich_style

    def _tone(self, tone: str, place: int) -> Style:
        """The colour of a cell; under the cursor only what is not colour is kept, so that it can be read."""
        if not tone or (place == self._cursor and self.has_focus):
            return Style.null()
        return self.get_component_rich_style(f"virtual-table--{tone}", partial=True)

    def _marked(self, text: str, style: Style) -> list[Segment]:
        at = text.lower().find(self._highlight) if self._highlight else -1
        if at < 0:
            return [Segment(text, style)]
        end = at + len(self._highlight)
        match = style + self.get_component_rich_style("virtual-table--match", partial=True)
        return [Segment(text[:at], style), Segment(text[at:end], match), Segment(text[end:], style)]

    def _blank_strip(self, y: int, width: int) -> Strip:
        lines = () if self._rows else textwrap.wrap(self.empty_text, max(1, width - GUTTER))
        if not 0 <= y - self._head < len(lines):
            return Strip.blank(width, self.rich_style)
        style = self.rich_style + self.get_component_rich_style("virtual-table--muted", partial=True)
        return _strip([Segment(" " * GUTTER + lines[y - self._head], style)], width, self.rich_style)

    # Inside

    def _index(self) -> dict[str, int]:
        if self._places is None:
            self._places = {self.key_of(row): place for place, row in enumerate(self._rows)}
        return self._places

    def _place_of(self, key: str) -> int:
        return self._index()[key]

    def _put_cursor(self, place: int) -> None:
        self._cursor = max(0, min(place, len(self._rows) - 1))
        self._cursor_key = self.key_of(self._rows[self._cursor]) if self._rows else None

    def _show_cursor(self) -> None:
        top, lines = round(self.scroll_y), max(1, self.size.height - self._head)
        if self._cursor < top:
            self.scroll_to(y=self._cursor, animate=False, force=True)
        elif self._cursor >= top + lines:
            self.scroll_to(y=self._cursor - lines + 1, animate=False, force=True)

    def _resize_virtually(self) -> None:
        size = Size(self.size.width, len(self._rows) + self._head)
        if size != self.virtual_size:
            self.virtual_size = size

    def _visible_cells(self) -> list[Sequence[Cell]]:
        top = round(self.scroll_y)
        return [self._cells_of(row) for row in self._rows[top : top + self.size.height]]

    def _repaint(self, before: list[Sequence[Cell]]) -> None:
        """Repaints the lines that show something else than `before`."""
        after = self._visible_cells()
        longest = max(len(before), len(after), 1)
        changed = [
            Region(0, line + self._head, self.size.width, 1)
            for line in range(longest)
            if before[line : line + 1] != after[line : line + 1]
        ]
        if changed:
            self.refresh(*changed)

    def _refresh_row(self, place: int) -> None:
        line = place - round(self.scroll_y) + self._head
        if 0 <= line < self.size.height:
            self.refresh(Region(0, line, self.size.width, 1))

    def _column_at(self, x: int) -> Column | None:
        left = GUTTER
        for each in self._fitted:
            if left <= x < left + each.width:
                return each.column
            left += each.width + GAP
        return None


def _strip(segments: Collection[Segment], width: int, style: Style) -> Strip:
    return Strip(segments).adjust_cell_length(width, style)

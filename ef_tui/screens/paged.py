"""A screen of several pages, one shown at a time: each has a number key, a tab to click, and can be searched."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widget import Widget
from textual.widgets import Input

from ef_tui.doing import act
from ef_tui.keymap import keys_by_id
from ef_tui.screens.base import EfScreen
from ef_tui.snapshot import Snapshot
from ef_tui.subjects import Subject
from ef_tui.widgets.box import Box
from ef_tui.widgets.lines import Hint, KeyLine, Line, Part, TabLine
from ef_tui.widgets.text_view import TextView
from ef_tui.widgets.virtual_table import VirtualTable
from ef_tui.widgets.wide_table import CellTable, WideTable

COLORS = (
    "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white", "bright_black", "bright_red", "bright_green",
    "bright_yellow", "bright_blue", "bright_magenta", "bright_cyan", "bright_white",
)  # fmt: skip
"""The names of the terminal's sixteen colours, by number."""


def trace(snapshot: Snapshot, record_id: str) -> object:
    """Something that changes whenever a record got on."""
    row = snapshot.row(record_id)
    if row is not None:
        return row
    return next((each.word for each in snapshot.in_progress if each.record.id == record_id), None)


class PagedScreen(EfScreen):
    """`PAGES` are the ids and titles of the pages, which `make_pages` makes in the same order."""

    PAGES: ClassVar[Sequence[tuple[str, str]]] = ()
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(f"{number + 1}", f"pane({number})", f"page {number + 1}", id=f"page_{number + 1}")
            for number in range(6)
        ),
        Binding("tab", "next_page(1)", "next page", id="next_page"),
        Binding("shift+tab", "next_page(-1)", "previous page", id="previous_page"),
        Binding("slash", "search", "search", id="page_search"),
        Binding("n", "next_found(1)", "next match", id="page_next_found"),
        Binding("N", "next_found(-1)", "previous match", id="page_previous_found"),
        Binding("y", "copy", "copy id", id="page_copy"),
        Binding("r", "report", "make the page and open it", id="page_report"),
        Binding("R", "read", "read it as text", id="page_read"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._place = 0
        self._answer: Callable[[str], None] | None = None
        self._searched = ""
        self._problem = ""
        self._empty_texts: dict[VirtualTable[Any], str] = {}

    def make_pages(self) -> Sequence[Widget]:
        """The pages."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """The title, the tabs, the pages, a box to type into, a line for what is said, the keys."""
        yield Line(id="top")
        yield TabLine(id="tabs")
        with Container(id="pages"):
            for (name, _), page in zip(self.PAGES, self.make_pages(), strict=True):
                yield Container(page, id=name)
        yield Box(id="ask", compact=True)
        yield Line(id="command")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """Opens the first page."""
        self.query_one("#ask").display = False
        self._empty_texts = {table: table.empty_text for table in self.query(VirtualTable)}
        for table in self._empty_texts:
            table.say_empty("reading ...")
        self.action_pane(0)

    def has_read(self) -> None:
        """From now on an empty table means that there is nothing to show."""
        for table, text in self._empty_texts.items():
            table.say_empty(text)
        self._empty_texts = {}

    # Pages

    @property
    def page(self) -> Widget:
        """The page that is shown."""
        return self.query_one(f"#{self.PAGES[self._place][0]}")

    def action_pane(self, place: int) -> None:
        """Shows a page."""
        if place >= len(self.PAGES):
            return
        self._place = place
        for number, (name, _) in enumerate(self.PAGES):
            self.query_one(f"#{name}").display = number == place
        self.say("")
        self._say_tabs()
        self.on_resize()
        self.focus_page()

    def action_next_page(self, step: int) -> None:
        """Shows the page beside."""
        self.action_pane((self._place + step) % len(self.PAGES))

    def focus_page(self) -> None:
        """Gives the keys to the page."""
        page = self.page
        first = next((each for each in page.query("*") if each.can_focus), None)
        if first is not None:
            first.focus()

    def _say_tabs(self) -> None:
        captions = [f"{number} {title}" for number, (_, title) in enumerate(self.PAGES, 1)]
        self.query_one("#tabs", TabLine).show(
            captions, [place == self._place for place in range(len(captions))], self._place
        )

    def say_title(self, *parts: Part | str) -> None:
        """Says what is shown."""
        self.query_one("#top", Line).say(*parts)

    def say(self, text: str) -> None:
        """Says something below the page; nothing new leaves what went wrong."""
        line = self.query_one("#command", Line)
        line.say(Part(f" {self._problem}", "$error") if self._problem and not text else f" {text}" if text else "")

    def say_command(self, text: str, style: str = "$muted") -> None:
        """Shows the command that does what was just done."""
        self.say(text)

    def say_error(self, error: Exception) -> None:
        """Says why there is nothing to show, for as long as there is nothing."""
        self._empty_texts = dict.fromkeys(self.query(VirtualTable), "")
        self.has_read()
        self._problem = str(error)
        self.say("")

    # Keys

    def hints(self) -> Sequence[Hint]:
        """The keys of this page, the most useful first."""
        return ()

    def on_resize(self) -> None:
        """Names the keys that fit."""
        keys = self._keys
        hints = [
            *self.hints(), *((Hint("←→", "columns", "app.bell"),) if self._has_columns else ()),
            Hint(keys["page_search"], "search", "screen.search"), Hint(keys["page_report"], "report", "screen.report"),
            Hint(keys["page_copy"], "copy id", "screen.copy"), Hint(keys["help"], "help", "app.help"),
            Hint(keys["back"], "back", "screen.back"),
        ]  # fmt: skip
        self.query_one(KeyLine).hint(hints, self.size.width)

    @property
    def _has_columns(self) -> bool:
        """Whether the arrows move columns on this page."""
        return any(not isinstance(table, CellTable) for table in self._views(WideTable))

    def key_of(self, binding_id: str) -> str:
        """The key of a binding, for people."""
        return self._keys[binding_id]

    @cached_property
    def _keys(self) -> dict[str, str]:
        return keys_by_id(self.dashboard.session.preferences.keys, ("everywhere", self.SCOPE))

    # Asking

    def ask(self, placeholder: str, answer: Callable[[str], None], value: str = "") -> None:
        """Asks for a line of text; `answer` gets what is typed, unless esc is pressed."""
        self._answer = answer
        box = self.query_one("#ask", Input)
        box.placeholder, box.value, box.display = placeholder, value, True
        box.focus()

    @on(Input.Submitted, "#ask")
    def _answered(self, event: Input.Submitted) -> None:
        event.stop()
        answer, self._answer = self._answer, None
        self._close_box()
        if answer is not None:
            answer(event.value.strip())

    def on_key(self, event: events.Key) -> None:
        """Esc leaves the box."""
        if event.key == "escape" and self.query_one("#ask").has_focus:
            event.stop()
            event.prevent_default()
            self._close_box()

    def _close_box(self) -> None:
        self.query_one("#ask").display = False
        self.focus_page()

    # Searching

    def action_search(self) -> None:
        """Asks what to look for on this page."""
        self.ask("what to look for", self._search, self._searched)

    def _search(self, text: str) -> None:
        self._searched = text
        for view in self._views(TextView):
            self._say_count(view.find(text), "lines")
        for table in self._views(VirtualTable):
            table.highlight(text)
            self._say_count(len(self._found(table)), "rows")
            self._go(table, 0, 1)

    def _views(self, kind: Any) -> list[Any]:
        return [each for each in (self.page, *self.page.query("*")) if isinstance(each, kind) and each.display]

    def _say_count(self, count: int, what: str) -> None:
        self.say(
            f"{count:,} {what} hold {self._searched!r}; n and N go from one to the next." if self._searched else ""
        )

    def action_next_found(self, step: int) -> None:
        """Goes to the next row or line that holds what was looked for."""
        for view in self._views(TextView):
            view.action_next_match(step)
        for table in self._views(VirtualTable):
            self._go(table, step, step)

    def _go(self, table: VirtualTable[Any], first: int, step: int) -> None:
        found = self._found(table)
        count = len(table.rows)
        for distance in range(count):
            place = (table.cursor_place + first + step * distance) % count
            if place in found:
                table.go_to(place)
                return

    def _found(self, table: VirtualTable[Any]) -> set[int]:
        wanted = self._searched.lower()
        if not wanted:
            return set()
        return {
            place
            for place, row in enumerate(table.rows)
            if any(wanted in text.lower() for text in self.texts(table, row))
        }

    def texts(self, table: VirtualTable[Any], row: Any) -> Sequence[str]:
        """What of a row is searched."""
        return [cell.text for cell in table.cells(row)]

    # Doing

    def subject(self) -> Subject | None:
        """What a report is made of; None while that is not known."""
        return None

    def action_report(self) -> None:
        """Makes the page of what is shown, and opens it."""
        if subject := self.subject():
            act(self.dashboard, "report", [subject])

    def action_read(self) -> None:
        """Shows the report of what is shown as text."""
        if subject := self.subject():
            act(self.dashboard, "read", [subject])

    @property
    def copied(self) -> str:
        """What `copy` copies."""
        raise NotImplementedError

    def action_copy(self) -> None:
        """Copies the id through the terminal."""
        self.app.copy_to_clipboard(self.copied)
        self.notify(f"Copied {self.copied}.", timeout=3)

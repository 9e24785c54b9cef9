"""A text on a screen of its own: a report, a log, or what a command printed, growing while it does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from ef_tui.keymap import keys_by_id
from ef_tui.screens.base import EfScreen
from ef_tui.widgets.box import Box
from ef_tui.widgets.lines import Hint, KeyLine, Line, Part
from ef_tui.widgets.text_view import TextView


class OutputScreen(EfScreen):
    """`title` says what it is; `closed` is called when it is left, for what should then stop."""

    SCOPE = "output"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "search", id="output_search"),
        Binding("w", "save", "write to a file", id="output_save"),
        Binding("y", "copy", "copy", id="output_copy"),
    ]

    def __init__(self, title: str, lines: Sequence[str] = (), closed: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self.heading, self._first, self._stop = title, lines, closed
        self._asks_for = ""

    def compose(self) -> ComposeResult:
        """The title, the text, a box to type into, the keys."""
        yield Line(id="top")
        yield TextView(self._first, id="text")
        yield Box(id="ask", compact=True)
        yield Line(id="command")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """Goes to the text."""
        self.query_one("#ask").display = False
        self.view.focus()
        self.say_title(self.heading)

    @property
    def view(self) -> TextView:
        """The text."""
        return self.query_one(TextView)

    def say_title(self, title: str) -> None:
        """Says what the text is."""
        self.heading = title
        self.query_one("#top", Line).say(Part(f" {title}", "bold $primary"))

    def say(self, text: str) -> None:
        """Says something below the text."""
        self.query_one("#command", Line).say(f" {text}")

    def on_resize(self) -> None:
        """Names the keys."""
        keys = keys_by_id(self.dashboard.session.preferences.keys, ("everywhere", "output"))
        hints = [
            Hint("↑↓", "scroll", "app.bell"), Hint(keys["output_search"], "search", "screen.search"),
            Hint("n", "next", "screen.next"), Hint(keys["output_save"], "write to a file", "screen.save"),
            Hint(keys["output_copy"], "copy", "screen.copy"), Hint(keys["help"], "help", "app.help"),
            Hint(keys["back"], "back", "screen.back"),
        ]  # fmt: skip
        self.query_one(KeyLine).hint(hints, self.size.width)

    def action_back(self) -> None:
        """Leaves."""
        self._stop()
        super().action_back()

    def action_next(self) -> None:
        """Goes to the next match."""
        self.view.action_next_match(1)

    def action_search(self) -> None:
        """Asks what to look for."""
        self._ask("search", "what to look for", "")

    def action_save(self) -> None:
        """Asks for a file to write the text to."""
        self._ask("save", "a file to write it to", "report.txt")

    def action_copy(self) -> None:
        """Copies the text through the terminal."""
        self.app.copy_to_clipboard("\n".join(self.view.lines))
        self.notify(f"Copied {len(self.view.lines):,} lines.", timeout=3)

    def _ask(self, what: str, placeholder: str, value: str) -> None:
        self._asks_for = what
        box = self.query_one("#ask", Input)
        box.placeholder, box.value, box.display = placeholder, value, True
        box.focus()

    @on(Input.Submitted, "#ask")
    def _answered(self, event: Input.Submitted) -> None:
        self._close_box()
        if self._asks_for == "search":
            count = self.view.find(event.value)
            self.say(f"{count:,} lines hold {event.value!r}; n and N go from one to the next." if event.value else "")
        elif event.value:
            text = "\n".join(self.view.lines) + "\n"
            self.dashboard.in_background(lambda: _write(Path(event.value).expanduser(), text), self.say)

    def on_key(self, event: events.Key) -> None:
        """Esc leaves the box."""
        if event.key == "escape" and self.query_one("#ask").has_focus:
            event.stop()
            event.prevent_default()
            self._close_box()

    def _close_box(self) -> None:
        self.query_one("#ask").display = False
        self.view.focus()


def _write(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    return f"Written to {path}."

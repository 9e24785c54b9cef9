"""The single lines around the panes: where one is, which panes there are, which command was run, which keys there are.

Each is drawn only when its text changed. Whatever a key does, a click on its name does too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textual import events
from textual.content import Content
from textual.widgets import Static

from ef_tui.glyphs import plain

GAP = 2
LASTING = 2
"""How many of the last keys stay."""


class Part(NamedTuple):
    """A piece of a line: its text in a style, and the action a click on it runs."""

    text: str
    style: str = ""
    action: str = ""


class Line(Static):
    """One line that knows what it shows; a click goes to the part it is on."""

    def __init__(self, *, id: str) -> None:
        super().__init__("", id=id, classes="line")
        self._parts: tuple[Part, ...] = ()

    def say(self, *parts: Part | str) -> None:
        """Shows the parts one after the other, if that is anything new."""
        given = tuple(part if isinstance(part, Part) else Part(part) for part in parts)
        if self.app.has_class("-ascii"):
            given = tuple(part._replace(text=plain(part.text)) for part in given)
        if given != self._parts:
            self._parts = given
            self.update(Content.assemble(*((part.text, part.style) for part in given)))

    @property
    def text(self) -> str:
        """What it shows."""
        return "".join(part.text for part in self._parts)

    async def on_click(self, event: events.Click) -> None:
        """Runs the action of the part that was clicked."""
        left = 0
        for part in self._parts:
            left += len(part.text)
            if event.x < left:
                if part.action:
                    event.stop()
                    await self.run_action(part.action)
                return


class Hint(NamedTuple):
    """A key, what it does, and the action a click on it runs."""

    key: str
    title: str
    action: str

    @property
    def width(self) -> int:
        """How many columns it takes, with a blank between key and title."""
        return len(self.key) + 1 + len(self.title)


class KeyLine(Line):
    """The keys that do something here, as many as fit; the last ones, help and the way out, stay where others go."""

    def hint(self, hints: Sequence[Hint], width: int) -> None:
        """Shows hints."""
        places = range(len(hints))
        left, kept = width - 1 + GAP, []
        for place in (*reversed(places[-LASTING:]), *places[:-LASTING]):
            left -= hints[place].width + GAP
            if left < 0:
                break
            kept.append(place)
        parts = [Part(" ")]
        for hint in (hints[place] for place in sorted(kept)):
            parts += [Part(hint.key, "bold $primary", hint.action), Part(f" {hint.title}", "$muted", hint.action)]
            parts.append(Part(" " * GAP))
        self.say(*parts[:-1])


class TabLine(Line):
    """The panes by name where not all of them are on the screen; those that are stand out."""

    def show(self, captions: Sequence[str], visible: Sequence[bool], current: int) -> None:
        """Shows the captions in the order of the panes."""
        parts = []
        for place, (caption, is_visible) in enumerate(zip(captions, visible, strict=True)):
            style = "bold reverse" if place == current else "bold" if is_visible else "$muted"
            parts += [Part(f" {caption} ", style, f"screen.pane({place})"), Part(" ")]
        self.say(*parts)

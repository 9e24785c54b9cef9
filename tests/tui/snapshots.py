"""What a screen looks like, as text and as SVG, held against what was accepted before.

A text says what changed and is easy to review; the SVG adds colours. Both lie in `tests/tui/screens`; what differs is
written beside it with `.actual` before its suffix.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from rich.console import Console
from textual.app import App


def text_of(app: App[None]) -> str:
    """The lines of the screen, without the blanks at their ends."""
    width, height = app.size
    console = Console(width=width, height=height, file=io.StringIO(), record=True, legacy_windows=False)
    update = app.screen._compositor.render_update(full=True, screen_stack=app._background_screens, simplify=True)
    console.print(update)
    lines = [line.rstrip() for line in console.export_text().splitlines()[:height]]
    return "\n".join(lines).rstrip() + "\n"


def svg_of(app: App[None], title: str) -> str:
    """The screen as SVG, in whatever fixed font there is where it is looked at."""
    svg = app.export_screenshot(title=title, simplify=True)
    svg = re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    return svg.replace("Fira Code, monospace", "monospace")


@dataclass(frozen=True)
class Snapshots:
    """The accepted pictures in `directory`; `is_accepting` writes what is shown in place of comparing it."""

    directory: Path
    test: str
    is_accepting: bool

    def match(self, app: App[None], name: str = "", *, has_svg: bool = True) -> None:
        """Fails where the screen shows something else than what was accepted."""
        stem = name or self.test
        shown = {".txt": text_of(app)}
        if has_svg:
            shown[".svg"] = svg_of(app, stem)
        different = [suffix for suffix, text in shown.items() if not self._is_as_accepted(stem, suffix, text)]
        if different:
            files = ", ".join(f"{stem}.actual{suffix}" for suffix in different)
            pytest.fail(f"the screen differs from what was accepted; see {files} in {self.directory}", pytrace=False)

    def _is_as_accepted(self, stem: str, suffix: str, text: str) -> bool:
        accepted, actual = self.directory / f"{stem}{suffix}", self.directory / f"{stem}.actual{suffix}"
        if self.is_accepting:
            self.directory.mkdir(exist_ok=True)
            accepted.write_text(text, encoding="utf-8")
        if accepted.exists() and accepted.read_text(encoding="utf-8") == text:
            actual.unlink(missing_ok=True)
            return True
        self.directory.mkdir(exist_ok=True)
        actual.write_text(text, encoding="utf-8")
        return False

"""What a screen looks like, held against what was accepted before.

A picture is a text and an SVG: the text says what changed and is easy to review, the SVG adds colours. Both lie in
`tests/tui/screens`; what differs is written beside it with `.actual` before its suffix. A *sheet* is the same screen in
every theme, stored small: the text once, and of the SVG of each theme a digest.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterable, Mapping
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
    svg = re.sub(r"\bterminal-\d+", "t", svg)  # the number follows from more than from what is shown
    svg = svg.replace("<svg ", '<svg xml:space="preserve" ', 1)
    return svg.replace("Fira Code, monospace", "monospace")


def slim(svg: str) -> str:
    """The same in half as many bytes: without the paths that cut off what is never longer than its line."""
    svg = re.sub(r'<clipPath id="t-line-\d+">.*?</clipPath>', "", svg, flags=re.DOTALL)
    svg = re.sub(r' clip-path="url\(#t-line-\d+\)"', "", svg)
    svg = svg.replace(' shape-rendering="crispEdges"', "").replace("&#160;", "\u00a0")
    return re.sub(r"\n\s*\n", "\n", svg.replace("</style>", "rect { shape-rendering: crispEdges }\n    </style>"))


@dataclass(frozen=True)
class Picture:
    """A screen as it was once, as text and as SVG."""

    text: str
    svg: str

    @property
    def digest(self) -> str:
        """Says of two pictures whether they are the same."""
        return hashlib.sha256(self.svg.encode()).hexdigest()[:16]


def picture_of(app: App[None], title: str) -> Picture:
    """What the app shows now."""
    return Picture(text_of(app), svg_of(app, title))


@dataclass(frozen=True)
class Snapshots:
    """The accepted pictures in `directory`; `is_accepting` writes what is shown in place of comparing it."""

    directory: Path
    is_accepting: bool

    def match(self, app: App[None], name: str) -> None:
        """Fails where the screen shows something else than what was accepted."""
        shown = picture_of(app, name)
        files = {".txt": shown.text, ".svg": slim(shown.svg)}
        different = [suffix for suffix, text in files.items() if not self._is_as_accepted(name, suffix, text)]
        if different:
            self._fail(f"{name}.actual{suffix}" for suffix in different)

    def match_sheet(self, name: str, pictures: Mapping[str, Picture]) -> None:
        """Fails where the screen looks otherwise in one of the themes, of which the text is that of the first."""
        first = next(iter(pictures.values()))
        digests = "".join(f"{theme} {picture.digest}\n" for theme, picture in pictures.items())
        path = f"sheets/{name}"
        before = self._accepted(path, ".txt").partition("\n\n")[0].splitlines()
        if not self._is_as_accepted(path, ".txt", f"{digests}\n{first.text}"):
            others = [theme for theme in pictures if f"{theme} {pictures[theme].digest}" not in before]
            for theme in others:
                self._write(path, f"-{theme}.actual.svg", slim(pictures[theme].svg))
            self._fail((f"{path}.actual.txt", *(f"{path}-{theme}.actual.svg" for theme in others)))

    def _fail(self, files: Iterable[str]) -> None:
        pytest.fail(
            f"the screen differs from what was accepted; see {', '.join(files)} in {self.directory}", pytrace=False
        )

    def _is_as_accepted(self, name: str, suffix: str, text: str) -> bool:
        if self.is_accepting:
            self._write(name, suffix, text)
        if self._accepted(name, suffix) == text:
            (self.directory / f"{name}.actual{suffix}").unlink(missing_ok=True)
            return True
        self._write(name, f".actual{suffix}", text)
        return False

    def _accepted(self, name: str, suffix: str) -> str:
        path = self.directory / f"{name}{suffix}"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def _write(self, name: str, suffix: str, text: str) -> None:
        path = self.directory / f"{name}{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

"""The letters that stand on a terminal's screen, by what was written to it; colours are none of its business."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

_PIECE = re.compile(
    r"\x1b\[(?P<given>[0-9;?<>=$ ]*)(?P<what>[A-Za-z~])"
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1bP[^\x1b]*\x1b\\|\x1b[()][A-Z0-9]|\x1b[=>]"
    r"|(?P<text>[^\x1b])"
)


class ScreenText:
    """So many columns and lines; `feed` takes bytes as they come, in pieces of any length."""

    def __init__(self, width: int, height: int) -> None:
        self._width, self._height = width, height
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._rest = ""
        self._clear()

    def _clear(self) -> None:
        self._lines = [[" "] * self._width for _ in range(self._height)]
        self._x = self._y = 0

    @property
    def lines(self) -> Iterator[str]:
        """What stands on the screen."""
        return ("".join(line) for line in self._lines)

    def place_of(self, text: str) -> tuple[int, int] | None:
        """Column and line, from 0, where a text stands first."""
        return next(((line.index(text), y) for y, line in enumerate(self.lines) if text in line), None)

    def feed(self, found: bytes) -> None:
        """Takes what was written."""
        self._rest += self._decode(found)
        end = 0
        for piece in _PIECE.finditer(self._rest):
            if piece.start() != end:
                break
            end = piece.end()
            if piece["text"] is not None:
                self._write(piece["text"])
            elif piece["what"] is not None:
                self._obey(piece["what"], piece["given"])
        self._rest = self._rest[end:]

    def _write(self, letter: str) -> None:
        if letter == "\r":
            self._x = 0
        elif letter == "\n":
            self._y = min(self._y + 1, self._height - 1)
        elif letter >= " " and self._x < self._width:
            self._lines[self._y][self._x] = letter
            self._x += 1

    def _obey(self, what: str, given: str) -> None:
        if what == "H":
            y, _, x = given.partition(";")
            self._y, self._x = min(int(y or 1), self._height) - 1, min(int(x or 1), self._width) - 1
        elif (what == "J" and given == "2") or (what == "h" and given == "?1049"):
            self._clear()

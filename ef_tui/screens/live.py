"""An output that is read again whenever the workspace changed: the log of something that runs, or the journal."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ef_tui.screens.output import OutputScreen
from ef_tui.snapshot import Snapshot


class LiveScreen(OutputScreen):
    """`read` is called in a thread and returns every line there is; `from_end` if the last are the news."""

    def __init__(self, title: str, read: Callable[[], Sequence[str]], from_end: bool = True) -> None:
        super().__init__(title)
        self._read, self._from_end = read, from_end

    def on_mount(self) -> None:
        """Reads for the first time."""
        super().on_mount()
        self._look(self._show_end if self._from_end else self._show)

    def show(self, snapshot: Snapshot) -> None:
        """Reads again."""
        self._look(self._show)

    def _look(self, then: Callable[[Sequence[str]], None]) -> None:
        self.dashboard.in_background(self._read, then, group="live")

    def _show(self, lines: Sequence[str]) -> None:
        known = self.view.lines
        if list(lines[: len(known)]) == known:
            if len(lines) > len(known):
                self.view.append(lines[len(known) :])
        else:
            self.view.show(lines)

    def _show_end(self, lines: Sequence[str]) -> None:
        self._show(lines)
        self.view.scroll_end(animate=False)

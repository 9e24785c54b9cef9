"""The application: one workspace, looked at again and again by a thread of its own, shown by screens.

Nothing slow happens on the event loop: `in_background` is the way to the engine for every screen.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from importlib import import_module
from typing import ClassVar, TypeVar, cast

from textual import work
from textual.app import App
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.worker import get_current_worker

from ef_engine.errors import EfError
from ef_engine.service.in_progress import Lookout
from ef_engine.service.workspace import Workspace
from ef_tui.messages import SnapshotRead
from ef_tui.screens.base import EfScreen
from ef_tui.screens.main import MainScreen
from ef_tui.session import Session
from ef_tui.snapshot import EMPTY, Snapshot, SnapshotReader
from ef_tui.themes import THEMES
from ef_tui.watchdog import Watchdog

ResultT = TypeVar("ResultT")

BREAKPOINTS = [(0, "-tiny"), (40, "-narrow"), (80, "-medium"), (120, "-wide"), (240, "-vast")]
"""From how many columns on which class arranges a screen."""


class EfApp(App[None]):
    """The dashboard on one workspace."""

    TITLE = "ef"
    CSS_PATH = "ef.tcss"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,ctrl+q", "quit", "quit", id="quit"),
        Binding("ctrl+z", "suspend_process", "suspend", show=False, id="suspend"),
    ]

    def __init__(self, session: Session, reader: SnapshotReader | None = None) -> None:
        super().__init__()
        self.session = session
        self.snapshot: Snapshot = EMPTY
        self.has_looked = False
        self.watchdog = Watchdog()
        self._reader = reader or SnapshotReader(session.workspace, Lookout(session.workspace.places))
        self._wake = threading.Event()
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = session.preferences.theme
        self.animation_level = "none"

    @property
    def workspace(self) -> Workspace:
        """Whose files are shown."""
        return self.session.workspace

    def get_default_screen(self) -> MainScreen:
        """The four panes."""
        return MainScreen()

    def on_mount(self) -> None:
        """Begins to look."""
        self.watchdog.watch(self)
        self._look_again_and_again()

    def on_unmount(self) -> None:
        """Lets the thread that looks come to its end."""
        self._wake.set()

    def look_now(self) -> None:
        """Looks at the workspace at once, for whoever changed it."""
        self._wake.set()

    @work(thread=True, group="snapshots", exit_on_error=False)
    def _look_again_and_again(self) -> None:
        worker, last = get_current_worker(), None
        while not worker.is_cancelled:
            self._wake.clear()
            snapshot = self._reader.read()
            if snapshot is not last and not worker.is_cancelled:
                last = snapshot
                self.post_message(SnapshotRead(snapshot))
            preferences = self.session.preferences
            self._wake.wait(preferences.refresh if self.app_focus else preferences.refresh_unfocused)

    def on_snapshot_read(self, event: SnapshotRead) -> None:
        """Hands the snapshot to the screens that show one."""
        self.snapshot, self.has_looked = event.snapshot, True
        for screen in self.screen_stack:
            if isinstance(screen, EfScreen):
                screen.show(event.snapshot)

    def in_background(
        self, work: Callable[[], ResultT], then: Callable[[ResultT], None], *, group: str = "engine"
    ) -> None:
        """Does `work` in a thread, then hands its result to `then` on the event loop.

        What the user can act on becomes a notification; of one group only the newest is waited for.
        """

        def run() -> None:
            worker = get_current_worker()
            try:
                result = work()
            except (EfError, OSError) as error:
                self.call_from_thread(self.tell_error, error)
                return
            if not worker.is_cancelled:
                self.call_from_thread(then, result)

        self.run_worker(run, group=group, exclusive=True, thread=True, exit_on_error=False)

    def tell_error(self, error: Exception) -> None:
        """Shows the sentence of an error."""
        self.notify(str(error), severity="error", markup=False, timeout=10)

    def open_record(self, record_id: str) -> None:
        """Opens the screen of a forecast or of a set."""
        is_set = record_id.startswith("S")
        name, screen = ("forecast_set", "SetScreen") if is_set else ("forecast", "ForecastScreen")
        self.push_screen(_screen(name, screen)(record_id))

    def open_comparison(self, ids: list[str]) -> None:
        """Opens the comparison of two to four forecasts."""
        self.push_screen(_screen("comparison", "ComparisonScreen")(ids))


def _screen(module: str, name: str) -> Callable[..., Screen[None]]:
    """A screen's class, imported when it is first opened: the first paint does not wait for it."""
    return cast("Callable[..., Screen[None]]", getattr(import_module(f"ef_tui.screens.{module}"), name))

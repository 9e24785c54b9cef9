"""The application: one workspace, looked at again and again by a thread of its own, shown by screens.

Nothing slow happens on the event loop: `in_background` is the way to the engine for every screen.
"""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar, TypeVar

from textual import work
from textual.app import App
from textual.binding import Binding, BindingType
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.worker import get_current_worker

from ef_engine.errors import CommandError, EfError
from ef_engine.service.contents import Contents
from ef_engine.service.database_listing import LOADED_ID
from ef_engine.service.workspace import Workspace
from ef_tui.commands import command_text
from ef_tui.due import run_what_is_due, why_not_run
from ef_tui.engine_choice import command_words
from ef_tui.keymap import EVERYWHERE
from ef_tui.messages import DueFound, LookFailed, SnapshotRead
from ef_tui.screens.base import EfScreen
from ef_tui.screens.main import MainScreen
from ef_tui.session import Session
from ef_tui.signals import signals_end
from ef_tui.snapshot import EMPTY, Snapshot, SnapshotReader, reader_of
from ef_tui.subjects import Subject
from ef_tui.themes import THEMES
from ef_tui.watchdog import Watchdog
from ef_tui.widgets.plain import PlainScrollBarRender

ResultT = TypeVar("ResultT")

BREAKPOINTS = [(0, "-narrow"), (80, "-medium"), (120, "-wide"), (240, "-vast")]
"""From how many columns on which class arranges a screen."""


class EfApp(App[None]):
    """The dashboard on one workspace."""

    TITLE = "ef"
    CSS_PATH = "ef.tcss"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,f1", "help", "help", id="help"),
        Binding("colon", "command", "run a command of ef_cli", id="command"),
        Binding("ctrl+p", "palette", "palette of actions and commands", id="palette"),
        Binding("ctrl+t", "next_theme", "next theme", id="theme"),
        Binding("ctrl+z", "suspend_process", "suspend; fg comes back", id="suspend"),
        Binding("q", "leave", "leave this screen; from the panes, the dashboard", id="leave"),
        Binding("ctrl+q,ctrl+c", "quit", "quit", id="quit"),
    ]

    def __init__(self, session: Session, reader: SnapshotReader | None = None) -> None:
        # Without colour every theme is drawn in the terminal's own, so that none is left where colours are taken out.
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        self.session = session
        ScrollBar.renderer = PlainScrollBarRender if session.glyphs.is_ascii else ScrollBarRender
        self.snapshot: Snapshot = EMPTY
        self.has_looked = False
        self.leaves_when_done = False
        self.history: list[str] = []
        self.watchdog = Watchdog(self._log_stall)
        self._reader = reader or reader_of(session.workspace, session.thresholds, session.with_database)
        self._wake = threading.Event()
        self._is_over = threading.Event()
        self._contents: dict[str, Contents] = {}
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = session.preferences.theme
        self.animation_level = "none"
        self.set_keymap(session.preferences.keys)
        self.set_class(session.glyphs.is_ascii, "-ascii")

    @property
    def workspace(self) -> Workspace:
        """Whose files are shown."""
        return self.session.workspace

    def get_default_screen(self) -> MainScreen:
        """The four panes."""
        return MainScreen()

    @property
    def main_screen(self) -> MainScreen:
        """The four panes, whatever lies above them."""
        screen = self.screen_stack[0]
        assert isinstance(screen, MainScreen)
        return screen

    def on_mount(self) -> None:
        """Begins to look."""
        signals_end(self)
        self.app_resume_signal.subscribe(self, self._resumed)
        self.call_after_refresh(_painted)
        self.watchdog.watch(self)
        self._look_again_and_again()
        self._run_what_is_due()

    def _log_stall(self, text: str) -> None:
        """Writes into `log/ef.log`, unless the workspace is only looked at."""
        if not self.session.is_read_only:
            from ef_engine.cli.event_log import log_line

            self.in_background(partial(log_line, f"warning {text}", self.workspace.places.log), bool, group="log")

    def _resumed(self, _: object) -> None:
        """Draws everything anew: the terminal forgot it while the process was stopped."""
        self.refresh(layout=True)
        self.look_now()

    def on_unmount(self) -> None:
        """Lets the thread that looks come to its end."""
        self._is_over.set()
        self._wake.set()

    # Looking

    def look_now(self) -> None:
        """Looks at the workspace at once, for whoever changed it."""
        self._wake.set()

    @work(thread=True, group="snapshots", exit_on_error=False)
    def _look_again_and_again(self) -> None:
        last = None
        while not self._is_over.is_set():
            self._wake.clear()
            snapshot = self._reader.read()
            if snapshot is not last and not self._is_over.is_set():
                last = snapshot
                self.post_message(SnapshotRead(snapshot))
            self._wait()

    def _wait(self) -> None:
        preferences = self.session.preferences
        if not self._is_over.is_set():
            self._wake.wait(preferences.refresh if self.app_focus else preferences.refresh_unfocused)

    def on_snapshot_read(self, event: SnapshotRead) -> None:
        """Hands the snapshot to the screens."""
        self.snapshot, self.has_looked = event.snapshot, True
        for screen in self.screen_stack:
            if isinstance(screen, EfScreen) and screen.is_mounted:
                screen.show(event.snapshot)
        if self.leaves_when_done and not event.snapshot.unfinished:
            self.exit()

    @work(thread=True, group="schedules", exit_on_error=False)
    def _run_what_is_due(self) -> None:
        if not why_not_run(self.session):
            run_what_is_due(
                self.workspace,
                self._is_over,
                lambda found: self.post_message(DueFound(found)),
                lambda error: self.post_message(LookFailed(error)),
            )

    def on_due_found(self, event: DueFound) -> None:
        """Says what was started, and what was not."""
        for each in event.begun:
            if each.note:
                self.warn(f"Schedule {each.name} is not run: {each.note}.")
            else:
                self.tell(f"Schedule {each.name} was due: its command was started.")
        self.look_now()

    def on_look_failed(self, event: LookFailed) -> None:
        """Says what went wrong."""
        self.tell_error(event.error)

    def on_app_focus(self) -> None:
        """Who comes back wants to see what is so now."""
        self.look_now()

    # Working

    def in_background(
        self,
        work: Callable[[], ResultT],
        then: Callable[[ResultT], object],
        *,
        failed: Callable[[Exception], object] | None = None,
        group: str = "engine",
        is_exclusive: bool = True,
    ) -> None:
        """Does `work` in a thread, then hands its result to `then` on the event loop.

        What the user can act on goes to `failed`, or becomes a notification; of one exclusive group only the newest is
        waited for.
        """

        def run() -> None:
            worker = get_current_worker()
            try:
                result = work()
            except (EfError, OSError) as error:
                self._back(worker.is_cancelled, failed or self.tell_error, error)
                return
            self._back(worker.is_cancelled, then, result)

        self.run_worker(run, group=group, exclusive=is_exclusive, thread=True, exit_on_error=False)

    def _back(self, is_cancelled: bool, then: Callable[[ResultT], object], result: ResultT) -> None:
        if self.is_running and not is_cancelled:
            self.call_from_thread(then, result)

    def tell_error(self, error: Exception) -> None:
        """Shows the sentence of an error."""
        self.notify(str(error), severity="error", markup=False, timeout=10)

    def tell(self, text: str) -> None:
        """Shows what was done."""
        self.notify(text, markup=False, timeout=4)

    def warn(self, text: str) -> None:
        """Shows why something is not done."""
        self.notify(text, severity="warning", markup=False, timeout=5)

    def show_command(self, commands: Sequence[Sequence[str]]) -> None:
        """Shows and remembers the commands that do what is being done."""
        every = [command_words(self.session, words) for words in commands]
        texts = [command_text(words, self.session.words) for words in every]
        self.history += [command_text(words).partition(" ")[2] for words in every]
        more = f"  (and {len(texts) - 1} more)" if len(texts) > 1 else ""
        for screen in {self.main_screen, self.screen}:
            if isinstance(screen, EfScreen):
                screen.say_command(f"$ {texts[0]}{more}")

    def contents(self, subject: Subject) -> Contents | EfError:
        """What an input holds, for a thread; what has an id is read once, since its content never changes."""
        from ef_engine.service.contents import contents_of, contents_of_file

        try:
            if subject.id == LOADED_ID:
                raise CommandError("these are the input tables of the database", "`:stage` keeps what they hold")
            if subject.group == "loaded":
                return contents_of_file(Path(subject.id))
            if subject.id not in self._contents:
                self._contents[subject.id] = contents_of(self.workspace.places, subject.id)
            return self._contents[subject.id]
        except EfError as error:
            return error

    def done(self, sentence: str) -> None:
        """Says what was done, and looks at it."""
        self.tell(sentence)
        self.look_now()

    # Keys

    def action_help(self) -> None:
        """Shows the keys."""
        from ef_tui.screens.help import HelpScreen

        here = self.screen.SCOPE if isinstance(self.screen, EfScreen) else EVERYWHERE
        self.push_screen(HelpScreen(self.session.preferences.keys, here))

    def action_command(self) -> None:
        """Asks for a command of `ef_cli`."""
        from ef_tui.prompt import ask_for_command

        ask_for_command(self)

    def action_palette(self) -> None:
        """Offers every action and command."""
        from ef_tui.prompt import offer_everything

        offer_everything(self)

    def action_next_theme(self) -> None:
        """Changes to the next theme, for as long as the dashboard is open."""
        names = [theme.name for theme in THEMES]
        self.theme = names[(names.index(self.theme) + 1) % len(names)]

    async def action_leave(self) -> None:
        """Returns to the screen before; from the panes it leaves the dashboard."""
        if isinstance(self.screen, EfScreen) and len(self.screen_stack) > 1:
            self.screen.action_back()
        else:
            await self.action_quit()

    async def action_quit(self) -> None:
        """Leaves; asks first what shall become of unfinished work."""
        from ef_tui.leaving import leave

        leave(self)


def _painted() -> None:
    """What was made to start stays for good, so that no collection of garbage ever looks through it."""
    gc.freeze()
    gc.enable()

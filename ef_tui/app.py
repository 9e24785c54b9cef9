"""The application: one workspace, looked at again and again by a thread of its own, shown by screens.

Nothing slow happens on the event loop: `in_background` is the way to the engine for every screen.
"""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import ClassVar, TypeVar, cast

from textual import work
from textual.app import App
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.worker import get_current_worker

from ef_engine.errors import CommandError, EfError
from ef_engine.service.contents import Contents
from ef_engine.service.database_listing import LOADED_ID
from ef_engine.service.workspace import Workspace
from ef_tui.actions import BY_ID, READ_ONLY, Action
from ef_tui.commands import command_text
from ef_tui.due import run_what_is_due, why_not_run
from ef_tui.engine_choice import command_words, whole_command
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
                self.notify(f"Schedule {each.name} is not run: {each.note}.", severity="warning", markup=False)
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

    # Doing

    def act(self, name: str, subjects: Sequence[Subject]) -> None:
        """Does an action to what it fits; says why where it fits nothing, and asks first where that is wise."""
        self.do(BY_ID[name], subjects)

    def do(self, action: Action, subjects: Sequence[Subject]) -> None:
        """As `act`, of an action that need not be one of the panes."""
        if self.refuses(action, subjects):
            return
        fitting = action.fitting(subjects)
        if action.question:
            self._ask(action, fitting)
        else:
            self._do(action, fitting)

    def refuses(self, action: Action, subjects: Sequence[Subject]) -> bool:
        """Whether an action cannot be done; says why."""
        reason = action.why_not(subjects, self.session.is_read_only)
        if reason:
            self.notify(f"{action.title_for(subjects)}: {reason}.", severity="warning", markup=False, timeout=5)
        return bool(reason)

    def _ask(self, action: Action, subjects: Sequence[Subject]) -> None:
        from ef_tui.screens.confirm import yes_or_no

        verb = action.title_for(subjects).capitalize()
        what = subjects[0].name if len(subjects) == 1 else f"these {len(subjects)}"

        def answered(answer: str | None) -> None:
            if answer == "y":
                self._do(action, subjects)

        about = whole_command(self.session, action.commands(subjects)[0])
        self.push_screen(yes_or_no(f"{verb} {what}?", about), answered)

    def _do(self, action: Action, subjects: Sequence[Subject]) -> None:
        match action.id:
            case "compare":
                self.show_command(action.commands(subjects))
                self.open_comparison([subject.id for subject in subjects])
            case "restage":
                from ef_tui.restaging import ask_for_dates

                ask_for_dates(self, subjects)
            case "log" | "flow_log":
                self.show_command(action.commands(subjects))
                self._open_log(subjects[0])
            case _:
                self._call(action, subjects)

    def _call(self, action: Action, subjects: Sequence[Subject]) -> None:
        assert action.verb is not None
        self.show_command(action.commands(subjects))
        verb = partial(action.verb, self.workspace, subjects, max(40, min(self.size.width - 2, 120)))
        if action.shows_text:
            title = command_text(action.commands(subjects)[0], self.session.words)
            self.in_background(verb, partial(self.open_output, title), group="text")
        else:
            self.in_background(verb, self.done, group="action", is_exclusive=False)

    def done(self, sentence: str) -> None:
        """Says what was done, and looks at it."""
        self.tell(sentence)
        self.look_now()

    def turn_queue(self) -> None:
        """Lets nothing new begin, or lets the queue go on."""
        if self.session.is_read_only:
            self.notify(f"pause queue: {READ_ONLY}.", severity="warning", timeout=5)
            return
        from ef_tui.verbs import turn_queue

        is_paused = self.snapshot.is_queue_paused
        self.show_command([("resume",) if is_paused else ("pause",)])
        self.in_background(partial(turn_queue, self.workspace, is_paused), self.done, group="action")

    # Screens

    def open_record(self, record_id: str) -> None:
        """Opens the screen of a forecast or of a set, of a flow's run or step that of flows."""
        if record_id.startswith("F"):
            self.open_flows(record_id)
            return
        is_set = record_id.startswith("S")
        name, screen = ("forecast_set", "SetScreen") if is_set else ("forecast", "ForecastScreen")
        self._open(name, screen, record_id)

    def open_flows(self, record_id: str = "") -> None:
        """Opens the screen of flows, at a run or step if one is named."""
        self._open("flows", "FlowsScreen", record_id)

    def open_comparison(self, ids: Sequence[str]) -> None:
        """Opens the comparison of two to four forecasts."""
        self._open("comparison", "ComparisonScreen", list(ids))

    def _open(self, module: str, name: str, subject: object) -> None:
        """Opens a screen whose module brings numbers and charts along; importing that takes a thread's time."""
        self.in_background(
            partial(_screen, module, name), lambda screen: self.push_screen(screen(subject)), group="open"
        )

    def open_output(self, title: str, text: str) -> None:
        """Opens a text on a screen of its own."""
        self.push_screen(_screen("output", "OutputScreen")(title, text.splitlines()))

    def _open_log(self, subject: Subject) -> None:
        from ef_tui.verbs import log

        title = command_text(("log", subject.id), self.session.words)
        self.push_screen(_screen("live", "LiveScreen")(title, lambda: log(self.workspace, [subject], 0).splitlines()))

    def open_events(self) -> None:
        """Shows what happened lately."""
        from ef_engine.service.recent_events import recent_events
        from ef_engine.service.record_names import Names

        read = partial(recent_events, Names(self.workspace.places))
        self.push_screen(_screen("live", "LiveScreen")("What happened lately (UTC)", read))

    def open_stage_form(self, file: str | None = None) -> None:
        """Opens the stage form, on a file if one is named."""
        if self.session.is_read_only:
            self.notify(f"stage: {READ_ONLY}.", severity="warning", timeout=5)
        elif file == LOADED_ID:
            from ef_tui.prompt import run_command

            run_command(self, "stage")
        else:
            self.push_screen(_screen("stage", "StageScreen")(Path(file) if file else Path.cwd()))

    def action_help(self) -> None:
        """Shows the keys."""
        self.push_screen(_screen("help", "HelpScreen")(self.session.preferences.keys))

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


def _screen(module: str, name: str) -> Callable[..., Screen[None]]:
    """A screen's class, imported when it is first opened: the first paint does not wait for it."""
    return cast("Callable[..., Screen[None]]", getattr(import_module(f"ef_tui.screens.{module}"), name))

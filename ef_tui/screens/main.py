"""The main screen: loaded data, staged, in progress and evaluated, as many of the four at once as fit.

Where not all are shown, a line of tabs names the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, partial
from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.timer import Timer
from textual.widgets import Static

from ef_engine.errors import EfError
from ef_engine.service.contents import Contents
from ef_tui import rows
from ef_tui.actions import ACTIONS, WITH_RESULT
from ef_tui.doing import act, turn_queue
from ef_tui.keymap import keys_by_id
from ef_tui.opening import open_events, open_flows, open_record, open_stage_form
from ef_tui.palette import Entry, action_entries
from ef_tui.screens.filtered import FilteredScreen
from ef_tui.snapshot import Snapshot
from ef_tui.subjects import Subject, subject_of
from ef_tui.top_line import top_line
from ef_tui.widgets.lines import Hint, KeyLine, Line, Part, TabLine
from ef_tui.widgets.loaded_pane import LoadedPane
from ef_tui.widgets.main_panes import IN_PROGRESS, LOADED, MainPanes
from ef_tui.widgets.pane import Pane
from ef_tui.widgets.virtual_table import VirtualTable

LEAST_WIDTH, LEAST_HEIGHT = 40, 12
CONTENTS_DELAY = 0.12
"""Seconds the cursor has to rest on a row before its contents are read."""


class MainScreen(FilteredScreen):
    """Four panes over one snapshot, and the lines around them."""

    SCOPE = "main screen"
    AUTO_FOCUS = ""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(action.key, f"act('{action.id}')", action.title, id=action.id) for action in ACTIONS),
        Binding("s", "stage", "stage", id="stage"),
        Binding("P", "pause_queue", "pause queue", id="pause_queue"),
        Binding("enter", "open", "open", id="open"),
        Binding("space", "select", "select", id="select"),
        Binding("a", "select_all", "select all", id="select_all"),
        Binding("slash", "filter", "filter", id="filter"),
        Binding("y", "copy", "copy id", id="copy"),
        Binding("z", "zoom", "zoom", id="zoom"),
        Binding("v", "events", "events", id="events"),
        Binding("f", "flows", "flows and schedules", id="flows"),
        Binding("1", "pane(0)", "loaded data", id="pane_loaded"),
        Binding("2", "pane(1)", "staged", id="pane_staged"),
        Binding("3", "pane(2)", "in progress", id="pane_in_progress"),
        Binding("4", "pane(3)", "evaluated", id="pane_evaluated"),
        Binding("right,l,tab", "next_pane(1)", "next pane", id="next_pane"),
        Binding("left,h,shift+tab", "next_pane(-1)", "previous pane", id="previous_pane"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._waiting: Timer | None = None
        self._contents_of: str | None = None
        self._contents_shown: str | None = None
        self._is_about_to_look = False

    # Making it

    def compose(self) -> ComposeResult:
        """The lines and the panes; how the panes are arranged is decided by the size."""
        yield Line(id="top")
        yield TabLine(id="tabs")
        yield Line(id="banner")
        session = self.dashboard.session
        yield MainPanes(session.glyphs, self._keys, is_read_only=session.is_read_only)
        yield self.filter_box("state=failed label~car order by net_worth desc")
        yield Line(id="command")
        yield KeyLine(id="keys")
        yield Static(id="too-small")

    def on_mount(self) -> None:
        """Shows what is known already."""
        self.query_one("#banner").display = False
        self.show(self.dashboard.snapshot)
        self._arrange()
        self.current.table.focus()

    # What it shows

    @cached_property
    def _keys(self) -> dict[str, str]:
        """The first key of every binding, as it is shown."""
        return keys_by_id(self.dashboard.session.preferences.keys)

    @property
    def arranged(self) -> MainPanes:
        """The panes, and which of them is the current one."""
        return self.query_one(MainPanes)

    @property
    def panes(self) -> tuple[Pane, ...]:
        """The four, in their order."""
        return self.arranged.panes

    @property
    def current(self) -> Pane:
        """The pane that has the keys, or had them last."""
        return self.arranged.current

    @property
    def table(self) -> VirtualTable[Any]:
        """The table that has the keys, or had them last."""
        tables = self.current.tables
        return next((table for table in tables if table is self.focused), tables[0])

    def show(self, snapshot: Snapshot) -> None:
        """Shows a snapshot; what did not change is not touched."""
        groups: tuple[Sequence[Any], ...] = (
            snapshot.loaded, snapshot.staged, snapshot.in_progress, snapshot.evaluated,
        )  # fmt: skip
        self.panes[IN_PROGRESS].table.show_columns(rows.in_progress_columns(snapshot.in_progress))
        for pane, group in zip(self.panes, groups, strict=True):
            pane.show(group)
        self._say_lines()

    def subjects(self) -> list[Subject]:
        """What an action is about: what is selected in the current pane, else the row under the cursor."""
        pane = self.current
        if isinstance(pane, LoadedPane) and self.table is pane.contents:
            return []
        cursor = pane.table.cursor
        chosen = pane.table.selected or ([] if cursor is None else [cursor])
        return [subject_of(row) for row in chosen]

    def _say_lines(self) -> None:
        app = self.dashboard
        self.query_one("#top", Line).say(*top_line(app.session, app.snapshot, self.size.width))
        banner = self.query_one("#banner", Line)
        banner.display = bool(app.snapshot.warning) and not self._is_too_small
        banner.say(Part(f" {app.snapshot.warning}", "$warning"))
        captions = [pane.caption if self.size.width >= 80 else pane.short_caption for pane in self.panes]
        self.query_one("#tabs", TabLine).show(captions, self.arranged.shown, self.arranged.place)
        self._say_keys()

    def _say_keys(self) -> None:
        """Names the keys that do something to what is under the cursor."""
        subjects, is_read_only = self.subjects(), self.dashboard.session.is_read_only
        hints = [
            Hint(self._keys[action.id], action.title_for(subjects), f"screen.act('{action.id}')")
            for action in ACTIONS
            if not action.why_not(subjects, is_read_only)
        ]
        if subjects:
            hints.insert(0, Hint(self._keys["open"], "open", "screen.open"))
        if not is_read_only:
            hints.append(Hint(self._keys["stage"], "stage", "screen.stage"))
        hints += [Hint(self._keys[key], key, f"screen.{key}") for key in ("select", "filter", "zoom")]
        hints += [Hint(self._keys["command"], "command", "app.command"), Hint(self._keys["leave"], "quit", "app.leave")]
        hints.append(Hint(self._keys["help"], "help", "app.help"))
        self.query_one(KeyLine).hint(hints, self.size.width)

    def offers(self) -> list[Entry]:
        """The actions that can be done to what is selected, and those of the dashboard itself."""
        return action_entries(self.subjects(), self._keys, self.dashboard.session.is_read_only)

    def say_command(self, text: str, style: str = "$muted") -> None:
        """Shows the command that does what was just done, or what is wrong with what is typed."""
        self.query_one("#command", Line).say(Part(f" {text}" if text else "", style))

    # Arranging the panes

    def on_resize(self, event: events.Resize) -> None:
        """Arranges the panes anew."""
        self._arrange()
        self._say_lines()
        self._look_into_soon()

    @property
    def _is_too_small(self) -> bool:
        return self.size.width < LEAST_WIDTH or self.size.height < LEAST_HEIGHT

    def _arrange(self) -> None:
        self.set_class(self._is_too_small, "-too-small")
        if self._is_too_small:
            needed = f"{LEAST_WIDTH} columns and {LEAST_HEIGHT} lines are needed"
            here = f"{self.size.width} x {self.size.height}"
            self.query_one("#too-small", Static).update(f"This terminal has {here}; {needed}.")
        self.arranged.fit_in(self.size)
        self.query_one("#tabs").display = not all(self.arranged.shown) and not self._is_too_small

    def action_pane(self, place: int) -> None:
        """Goes to a pane; in it, to its next table."""
        tables = [table for table in self.panes[place].tables if table.display]
        following = tables.index(self.table) + 1 if place == self.arranged.place and self.table in tables else 0
        self._go_to(place)
        tables[following % len(tables)].focus()

    def _go_to(self, place: int) -> None:
        if place != self.arranged.place:
            self.arranged.go_to(place)
            self._arrange()
            self._say_lines()

    def action_next_pane(self, steps: int) -> None:
        """Goes to the pane beside this one."""
        self.action_pane((self.arranged.place + steps) % len(self.panes))

    def action_zoom(self) -> None:
        """Shows the current pane alone, or all that fit again."""
        self.arranged.is_zoomed = not self.arranged.is_zoomed
        self._arrange()
        self._say_lines()

    @on(events.DescendantFocus)
    def _focus_moved(self, event: events.DescendantFocus) -> None:
        for place, pane in enumerate(self.panes):
            if event.widget in pane.tables:
                self._go_to(place)
                self._look_into_soon()
                self._say_keys()

    # Looking into inputs

    @property
    def is_settled(self) -> bool:
        """Whether what the cursor is on was looked into."""
        return not self._is_about_to_look and self._contents_shown == self._contents_of

    @on(VirtualTable.Highlighted)
    def _highlighted(self, event: VirtualTable.Highlighted) -> None:
        if event.table is self.table:
            self._say_keys()
            self._look_into_soon()

    def _look_into_soon(self) -> None:
        self._is_about_to_look = True
        if self._waiting:
            self._waiting.stop()
        self._waiting = self.set_timer(CONTENTS_DELAY, self._look_into)

    def _look_into(self) -> None:
        """Reads what the input under the cursor holds, where the pane that shows it is on the screen."""
        self._is_about_to_look = False
        pane, subjects = self.panes[LOADED], self.subjects()
        if not pane.display or not subjects or subjects[0].id == self._contents_of:
            return
        subject = subjects[0]
        self._contents_of = subject.id
        self.dashboard.in_background(
            partial(self.dashboard.contents, subject), partial(self._contents_read, subject), group="contents"
        )

    def _contents_read(self, subject: Subject, found: Contents | EfError) -> None:
        if subject.id != self._contents_of:
            return
        self._contents_shown = subject.id
        self.query_one(LoadedPane).show_contents(found)

    # Keys

    def action_act(self, name: str) -> None:
        """Does one of the actions to what is selected."""
        act(self.dashboard, name, self.subjects())

    def action_stage(self) -> None:
        """Opens the stage form, on the file under the cursor if there is one."""
        files = [subject.id for subject in self.subjects() if subject.group == "loaded"]
        open_stage_form(self.dashboard, files[0] if files else None)

    def action_pause_queue(self) -> None:
        """Holds the queue, or lets it go on."""
        turn_queue(self.dashboard)

    def action_open(self) -> None:
        """Opens what is under the cursor."""
        row = self.current.table.cursor
        if row is None or not self.subjects():
            return
        subject = subject_of(row)
        if subject.group == "loaded":
            self.action_stage()
        else:
            has_result = subject.state in WITH_RESULT
            words = ("report", subject.kind, subject.id) if has_result else ("show", subject.id)
            self.dashboard.show_command([words])
            open_record(self.dashboard, subject.id)

    def action_select(self) -> None:
        """Selects the row under the cursor, or no longer, and moves on."""
        table = self.current.table
        if table.cursor_key is not None:
            table.toggle(table.cursor_key)
            table.action_move(1)
            self._say_keys()

    def action_select_all(self) -> None:
        """Selects every row that is shown, or none if all are."""
        table = self.current.table
        keys = [table.key_of(row) for row in table.rows]
        table.select([] if len(table.selected) == len(keys) else keys)
        self._say_keys()

    def action_copy(self) -> None:
        """Copies the ids through the terminal (OSC 52), which works over SSH too."""
        ids = [subject.id for subject in self.subjects()]
        if ids:
            self.app.copy_to_clipboard("\n".join(ids))
            self.notify(f"Copied {ids[0] if len(ids) == 1 else f'{len(ids)} ids'}.", timeout=3)

    def action_events(self) -> None:
        """Shows what happened lately."""
        self.dashboard.show_command([("listen",)])
        open_events(self.dashboard)

    def action_flows(self) -> None:
        """Shows flows and schedules."""
        open_flows(self.dashboard)

    def action_back(self) -> None:
        """Undoes one after the other: the filter, the selection, the zoom."""
        pane = self.current
        if pane.filter_text:
            pane.filter_by("")
        elif pane.table.selected:
            pane.table.select(())
        elif self.arranged.is_zoomed:
            self.action_zoom()
        self._say_lines()

    # The filter

    def filtered(self, text: str) -> None:
        """Counts anew."""
        self._say_lines()

    def filter_given(self, text: str) -> None:
        """Names the command that finds the same."""
        if text:
            self.dashboard.show_command([("ps" if self.arranged.place == IN_PROGRESS else "list", "--filter", text)])

    @on(VirtualTable.HeaderClicked)
    def _sort(self, event: VirtualTable.HeaderClicked) -> None:
        """Sorts by a column: the largest first, then the other way round."""
        pane = self.current
        if event.table is pane.table and event.column.field:
            pane.sort_by(event.column.field)
            self._say_lines()

    @on(VirtualTable.Marked)
    def _marked(self, event: VirtualTable.Marked) -> None:
        if event.table is self.current.table:
            event.table.toggle(event.key)
            self._say_keys()

    @on(VirtualTable.Opened)
    def _opened(self) -> None:
        self.action_open()

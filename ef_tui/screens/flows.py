"""Flows: their runs, the tree of the run under the cursor, and what is run at its times.

What is shown is read again, in a thread, whenever something happened in the workspace, and every second while something
runs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.markup import escape
from textual.timer import Timer

from ef_tui import flow_rows
from ef_tui.doing import do, refuses
from ef_tui.due import why_not_run
from ef_tui.flow_actions import FLOW_ACTIONS, FLOWS_BY_ID
from ef_tui.flow_hints import flow_hints
from ef_tui.flow_look import NOTHING, FlowLook, Seen, schedule_text, step_text
from ef_tui.flow_starting import ask_to_recover, start_anew
from ef_tui.keymap import keys_by_id
from ef_tui.palette import Entry, engine_entries, entries_of
from ef_tui.screens.filtered import FilteredScreen
from ef_tui.screens.live import LiveScreen
from ef_tui.snapshot import Snapshot
from ef_tui.subjects import Subject
from ef_tui.top_line import top_line
from ef_tui.widgets.flow_panes import FLOWS, SCHEDULES, STEPS, FlowPanes
from ef_tui.widgets.lines import KeyLine, Line, Part, TabLine
from ef_tui.widgets.pane import Pane
from ef_tui.widgets.virtual_table import VirtualTable
from ef_tui.wrapping import wrapped

if TYPE_CHECKING:
    from ef_engine.service.flow_tree_rows import FlowRow, TreeRow

TREE_DELAY = 0.12
"""Seconds the cursor has to rest on a run before its tree is read."""


class FlowsScreen(FilteredScreen):
    """Opened at a run or step, if `record_id` is the id of one."""

    SCOPE = "flows"
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(action.key, f"act('{action.id}')", action.title, id=action.id) for action in FLOW_ACTIONS),
        Binding("enter", "open", "open the step, or go to it", id="flow_open"),
        Binding("space", "fold", "fold or unfold", id="flow_fold"),
        Binding("slash", "filter", "filter", id="flow_filter"),
        Binding("y", "copy", "copy id", id="flow_copy"),
        Binding("z", "zoom", "zoom", id="flow_zoom"),
        Binding("1", "pane(0)", "runs of flows", id="flow_pane_runs"),
        Binding("2", "pane(1)", "steps", id="flow_pane_steps"),
        Binding("3", "pane(2)", "schedules", id="flow_pane_schedules"),
        Binding("right,l,tab", "next_pane(1)", "next pane", id="flow_next_pane"),
        Binding("left,h,shift+tab", "next_pane(-1)", "previous pane", id="flow_previous_pane"),
    ]

    def __init__(self, record_id: str = "") -> None:
        super().__init__()
        self._wanted, self._wanted_step = record_id.partition(".")[0], record_id if "." in record_id else ""
        self.seen = NOTHING
        self._timer: Timer | None = None
        self._resting: Timer | None = None

    def compose(self) -> ComposeResult:
        """The lines and the three panes."""
        yield Line(id="top")
        yield TabLine(id="tabs")
        yield FlowPanes(self.dashboard.session.glyphs, STEPS if self._wanted_step else FLOWS)
        yield self.filter_box("status=failure label~month")
        yield Line(id="command")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """Reads for the first time."""
        self._look = FlowLook(self.dashboard.workspace)
        self.arranged.fit_in(self.size)
        self.current.table.focus()
        self._read()

    # What it shows

    @property
    def arranged(self) -> FlowPanes:
        """The panes, and which of them is the current one."""
        return self.query_one(FlowPanes)

    @property
    def panes(self) -> tuple[Pane, Pane, Pane]:
        """Runs, steps and schedules."""
        return self.arranged.panes

    @property
    def current(self) -> Pane:
        """The pane that has the keys, or had them last."""
        return self.arranged.current

    @property
    def run(self) -> FlowRow | None:
        """The run under the cursor."""
        return self.panes[FLOWS].table.cursor

    @property
    def branch(self) -> TreeRow | None:
        """The branch of its tree under the cursor."""
        return self.panes[STEPS].table.cursor

    def show(self, snapshot: Snapshot) -> None:
        """Reads again."""
        self._read()

    def _read(self) -> None:
        wanted = self._wanted or (self.run.key if self.run else "")
        self.dashboard.in_background(partial(self._look.look, wanted), self._show, group="flows")

    def _show(self, seen: Seen) -> None:
        if not self.is_mounted:
            return
        self.seen = seen
        runs, _, schedules = self.panes
        runs.show(seen.flows)
        if self._wanted and runs.table.go_to_key(self._wanted):
            self._wanted = ""
        self._show_tree()
        schedules.show(seen.schedules)
        self._say_lines()
        self._look_later()

    def _show_tree(self) -> None:
        steps, tree = self.panes[STEPS], self.seen.tree
        steps.say_empty(tree.problem if tree else "the steps of the run under the cursor")
        steps.show(flow_rows.unfolded(tree.rows, self.arranged.folded) if tree else ())
        if self._wanted_step and tree:
            key = next((row.key for row in tree.rows if row.record_id == self._wanted_step), "")
            self._wanted_step = ""
            steps.table.go_to_key(key)
        self._say_step()

    def _say_step(self) -> None:
        """The whole message of what the cursor is on in the frame, where no column would hold it."""
        row, tree, steps = self.branch, self.seen.tree, self.panes[STEPS]
        message = row.message if row else ""
        about = escape(message or (tree.run.id if tree else ""))
        steps.border_subtitle = "  ".join(filter(None, (steps.filter_shown, about)))

    def _look_later(self) -> None:
        if self._timer:
            self._timer.stop()
        seconds = self.seen.seconds_to_next(self.dashboard.session.preferences.refresh)
        self._timer = None if seconds is None else self.set_timer(seconds, self._read)

    def _say_lines(self) -> None:
        app = self.dashboard
        self.query_one("#top", Line).say(*top_line(app.session, app.snapshot, self.size.width))
        schedules = self.panes[SCHEDULES]
        is_run = why_not_run(app.session) or "run from here while it is open"
        schedules.border_subtitle = schedules.filter_shown or is_run
        captions, visible = [pane.caption for pane in self.panes], self.arranged.shown
        self.query_one("#tabs", TabLine).show(captions, visible, self.arranged.place)
        self.query_one("#tabs").display = not all(visible)
        self._say_keys()

    def _say_keys(self) -> None:
        keys, subjects = self._keys, self.subjects()
        hints = flow_hints(keys, subjects, self.dashboard.session.is_read_only)
        self.query_one(KeyLine).hint(hints, self.size.width)

    @cached_property
    def _keys(self) -> dict[str, str]:
        return keys_by_id(self.dashboard.session.preferences.keys, ("everywhere", self.SCOPE))

    def offers(self) -> list[Entry]:
        """The actions that can be done to what is under the cursor."""
        is_read_only = self.dashboard.session.is_read_only
        entries = entries_of(FLOW_ACTIONS, self.subjects(), self._keys, is_read_only)
        return [*entries, *engine_entries(self._keys, is_read_only)]

    def say_command(self, text: str, style: str = "$muted") -> None:
        """Shows the command that does what was just done."""
        self.query_one("#command", Line).say(Part(f" {text}" if text else "", style))

    # Arranging the panes

    def on_resize(self, event: events.Resize) -> None:
        """Arranges the panes anew."""
        self._arrange()

    def _arrange(self) -> None:
        self.arranged.fit_in(self.size)
        self._say_lines()

    def action_pane(self, place: int) -> None:
        """Goes to a pane."""
        self.arranged.place = place
        self._arrange()
        self.current.table.focus()

    def action_next_pane(self, steps: int) -> None:
        """Goes to the pane beside this one."""
        self.action_pane((self.arranged.place + steps) % len(self.panes))

    def action_zoom(self) -> None:
        """Shows the current pane alone, or all that fit again."""
        self.arranged.is_zoomed = not self.arranged.is_zoomed
        self._arrange()

    def filtered(self, text: str) -> None:
        """Counts anew."""
        self._say_step()
        self._say_lines()

    def action_back(self) -> None:
        """Takes the filter away; without one it returns to the screen before."""
        if self.current.filter_text:
            self.current.filter_by("")
            self.filtered("")
        else:
            super().action_back()

    @on(events.DescendantFocus)
    def _focus_moved(self, event: events.DescendantFocus) -> None:
        for place, pane in enumerate(self.panes):
            if event.widget is pane.table and place != self.arranged.place:
                self.action_pane(place)

    @on(VirtualTable.Highlighted)
    def _highlighted(self, event: VirtualTable.Highlighted) -> None:
        if event.table is self.panes[FLOWS].table and not self._wanted:
            if self._resting:
                self._resting.stop()
            self._resting = self.set_timer(TREE_DELAY, self._read)
        self._say_step()
        self._say_keys()

    # Keys

    def subjects(self) -> list[Subject]:
        """What an action is about: the run, step or schedule under the cursor."""
        row = self.current.table.cursor
        run = self.seen.tree.run if self.seen.tree and self.arranged.place == STEPS else self.run
        if self.arranged.place == SCHEDULES:
            return [flow_rows.schedule_subject(row)] if row else []
        if row is None or run is None:
            return []
        is_busy = self.seen.is_busy(run.name)
        is_step = self.arranged.place == STEPS
        return [flow_rows.step_subject(row, run, is_busy) if is_step else flow_rows.flow_subject(run, is_busy)]

    def action_act(self, name: str) -> None:
        """Does one of the actions to what is under the cursor."""
        action, subjects = FLOWS_BY_ID[name], self.subjects()
        if name not in ("flow_run", "flow_recover"):
            do(self.dashboard, action, subjects)
        elif not refuses(self.dashboard, action, subjects):
            begin = start_anew if name == "flow_run" else ask_to_recover
            begin(self.dashboard, action, subjects[0], self.go_to_run)

    def go_to_run(self, run_id: str) -> None:
        """Puts the cursor on a run, as soon as it is seen; a filter might hide it."""
        self.panes[FLOWS].filter_by("")
        self._wanted = run_id
        self._read()

    def action_open(self) -> None:
        """From a run to its steps; of a step and of a schedule all that is known; what has branches is folded."""
        row, workspace = self.current.table.cursor, self.dashboard.workspace
        if row is None:
            return
        if self.arranged.place == FLOWS:
            self.action_pane(STEPS)
        elif self.arranged.place == SCHEDULES:
            self._open_text(f"Schedule {row.name}", partial(schedule_text, workspace, row.name))
        elif row.branch.has_branches:
            self.action_fold()
        elif row.record_id:
            title = f"{row.name}@{row.sequence}  {row.record_id}"
            self._open_text(title, partial(step_text, workspace, row.record_id))
        else:
            self.dashboard.warn(f"{row.name}@{row.sequence} has not begun.")

    def _open_text(self, title: str, read: Callable[[], Sequence[str]]) -> None:
        width = max(40, self.size.width - 3)
        self.app.push_screen(LiveScreen(title, lambda: wrapped(read(), width), from_end=False))

    def action_fold(self) -> None:
        """Hides what hangs on a branch, or shows it again."""
        row = self.branch
        if self.arranged.place == STEPS and row and row.branch.has_branches:
            self.arranged.folded ^= {row.key}
            self._show_tree()

    @on(VirtualTable.Opened)
    def _opened(self) -> None:
        self.action_open()

    def action_copy(self) -> None:
        """Copies the id through the terminal."""
        ids = [subject.id for subject in self.subjects() if subject.id]
        if ids:
            self.app.copy_to_clipboard(ids[0])
            self.notify(f"Copied {ids[0]}.", timeout=3)

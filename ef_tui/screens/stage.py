"""The stage form: pick a file, see what it holds or what is wrong with it, choose dates and a label, stage it."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult, SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.timer import Timer
from textual.widgets import Button, DirectoryTree, Input, Label

from ef_engine.errors import EfError, InputError
from ef_engine.service.contents import Contents, contents_of_file
from ef_engine.service.inputs import Changes
from ef_tui.findings import problem_lines
from ef_tui.keymap import keys_by_id
from ef_tui.restaging import stage
from ef_tui.screens.base import EfScreen
from ef_tui.widgets.box import Box
from ef_tui.widgets.lines import Hint, KeyLine, Line, Part
from ef_tui.widgets.loaded_pane import ContentRow, content_rows, contents_table
from ef_tui.widgets.text_view import TextView
from ef_tui.widgets.virtual_table import VirtualTable

SUFFIXES = frozenset({".json", ".xlsx", ".xlsm", ".xls"})
PREVIEW_DELAY = 0.15
FIELDS = (
    ("start", "First day", "as in the file"),
    ("end", "Last day", "as in the file"),
    ("label", "Label", "as in the file"),
)


class InputTree(DirectoryTree):
    """Directories, and the files that can be staged."""

    ICON_NODE = "▸ "
    ICON_NODE_EXPANDED = "▾ "
    ICON_FILE = "  "

    def filter_paths(self, paths: Iterable[Path]) -> Iterable[Path]:
        """Leaves out what is hidden and what no forecast can be in."""
        return sorted(
            path
            for path in paths
            if not path.name.startswith((".", "~$")) and (path.is_dir() or path.suffix in SUFFIXES)
        )


class StageScreen(EfScreen):
    """`start` is a file to begin with, or a directory."""

    SCOPE = "stage form"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "stage(False)", "stage it", id="stage_it", priority=True),
        Binding("ctrl+r", "stage(True)", "stage and run it", id="stage_and_run", priority=True),
        Binding("ctrl+e", "edit", "edit the file", id="stage_edit", priority=True),
        Binding("ctrl+o", "focus_path", "type a path", id="stage_path", priority=True),
    ]

    def __init__(self, start: Path) -> None:
        super().__init__()
        self._directory = start if start.is_dir() else start.parent
        self._file = start if start.is_file() else None
        self._is_valid = False
        self._waiting: Timer | None = None

    def compose(self) -> ComposeResult:
        """The tree on the left; preview and fields on the right."""
        yield Line(id="top")
        with Horizontal(id="stage"):
            yield self._tree()
            with Vertical(id="stage-right"):
                yield Box(
                    _shown(self._file) if self._file else "",
                    placeholder="a file; pick one on the left",
                    id="path",
                    compact=True,
                )
                table = contents_table("preview", self.dashboard.session.glyphs)
                table.empty_text = "pick a file"
                yield table
                yield TextView(id="findings")
                for field, title, placeholder in FIELDS:
                    with Horizontal(classes="field"):
                        yield Label(title)
                        yield Box(id=f"field-{field}", placeholder=placeholder, compact=True)
                with Horizontal(classes="answers"):
                    yield Button("stage", id="do-stage", compact=True)
                    yield Button("stage and run", id="do-run", compact=True)
                    yield Button("edit", id="do-edit", compact=True)
                    yield Button("back", id="do-back", compact=True)
        yield Line(id="command")
        yield KeyLine(id="keys")

    def _tree(self) -> InputTree:
        tree = InputTree(self._directory, id="tree")
        if self.dashboard.session.glyphs.is_ascii:
            tree.ICON_NODE, tree.ICON_NODE_EXPANDED, tree.show_guides = "+ ", "- ", False
        return tree

    def on_mount(self) -> None:
        """Looks into the file, if there is one already."""
        self.query_one("#top", Line).say(Part(" Stage a file", "bold $primary"))
        self.query_one(InputTree).focus()
        self.findings.display = False
        if self._file:
            self._look()

    def on_resize(self) -> None:
        """Names the keys."""
        keys = self._keys
        hints = [
            Hint(keys["stage_it"], "stage", "screen.stage(False)"),
            Hint(keys["stage_and_run"], "stage and run", "screen.stage(True)"),
            Hint(keys["stage_edit"], "edit", "screen.edit"),
            Hint(keys["stage_path"], "type a path", "screen.focus_path"),
            Hint("tab", "next field", "app.focus_next"), Hint(keys["back"], "back", "screen.back"),
        ]  # fmt: skip
        self.query_one(KeyLine).hint(hints, self.size.width)

    @property
    def _keys(self) -> dict[str, str]:
        return keys_by_id(self.dashboard.session.preferences.keys, ("everywhere", "stage form"))

    @property
    def preview(self) -> VirtualTable[ContentRow]:
        """What the file holds."""
        return self.query_one("#preview", VirtualTable)

    @property
    def findings(self) -> TextView:
        """What is wrong with the file."""
        return self.query_one("#findings", TextView)

    @on(InputTree.FileSelected)
    def _picked(self, event: InputTree.FileSelected) -> None:
        self.query_one("#path", Input).value = _shown(event.path)

    @on(InputTree.NodeHighlighted)
    def _passed(self, event: InputTree.NodeHighlighted[object]) -> None:
        path = getattr(event.node.data, "path", None)
        if isinstance(path, Path) and path.is_file():
            self.query_one("#path", Input).value = _shown(path)

    @on(Input.Changed, "#path")
    def _path_changed(self, event: Input.Changed) -> None:
        self._file = Path(event.value).expanduser() if event.value.strip() else None
        self._is_valid = False
        if self._waiting:
            self._waiting.stop()
        self._waiting = self.set_timer(PREVIEW_DELAY, self._look)

    def _look(self) -> None:
        if self._file is None:
            return
        if self._file.is_dir():
            self.query_one(InputTree).path = self._file
            return
        self.dashboard.in_background(partial(_looked_into, self._file), self._show, group="preview")

    def _show(self, found: Contents | EfError) -> None:
        self._is_valid = not isinstance(found, EfError)
        self.preview.display, self.findings.display = self._is_valid, not self._is_valid
        if isinstance(found, EfError):
            self.findings.show(problem_lines(found, max(20, self.query_one("#stage-right").size.width - 4)))
            count = len(found.problems) if isinstance(found, InputError) else 1
            noun = "problem" if count == 1 else "problems"
            self._say(
                f" {count} {noun}; nothing can be staged until they are mended ({self._keys['stage_edit']} edits).",
                "$error",
            )
            return
        self.preview.show(content_rows(found))
        what = "a forecast set" if found.kind == "forecastset" else "a forecast"
        self._say(f" Valid: {what}, {found.label}, {found.start} to {found.end}", "$success")
        for field, value in (("start", found.start), ("end", found.end), ("label", found.label)):
            self.query_one(f"#field-{field}", Input).placeholder = value

    def _say(self, text: str, style: str) -> None:
        self.query_one("#command", Line).say(Part(text, style))

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        match event.button.id:
            case "do-stage" | "do-run":
                self.action_stage(event.button.id == "do-run")
            case "do-edit":
                self.action_edit()
            case "do-back":
                self.action_back()

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.action_stage(False)

    def action_focus_path(self) -> None:
        """Goes to the box with the path."""
        self.query_one("#path", Input).focus()

    def action_stage(self, is_run: bool) -> None:
        """Stages the file, and queues it if that is asked for."""
        if self._file is None or not self._is_valid:
            self.dashboard.warn("Pick a valid file first.")
            return
        values = {field: self.query_one(f"#field-{field}", Input).value.strip() or None for field, *_ in FIELDS}
        changes = Changes(label=values["label"], start_date=values["start"], end_date=values["end"])
        stage(self.dashboard, self._file, changes, is_run, self.action_back)

    def action_edit(self) -> None:
        """Opens the file in `$VISUAL` or `$EDITOR`, then looks into it again."""
        if self._file is None or not self._file.is_file():
            self.dashboard.warn("Pick a file first.")
            return
        editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
        try:
            with self.app.suspend():
                subprocess.run([*shlex.split(editor), str(self._file)], check=False)
        except SuspendNotSupported:
            self.dashboard.warn("No editor can be opened in this terminal.")
        except OSError as error:
            self.notify(f"{editor} cannot be started ({error.strerror}); set EDITOR.", severity="error", markup=False)
        self._look()


def _shown(path: Path) -> str:
    """The path as one would type it here."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _looked_into(path: Path) -> Contents | EfError:
    try:
        return contents_of_file(path)
    except EfError as error:
        return error

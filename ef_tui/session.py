"""What a dashboard is opened with; only where forecasts run can be chosen anew while it is open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ef_engine.service.in_progress import Thresholds
from ef_engine.service.workspace import Workspace
from ef_tui.glyphs import UNICODE, Glyphs
from ef_tui.snapshot import WithDatabase


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """`refresh` and `refresh_unfocused` are seconds between two looks; `keys` are keys by the id of a binding;
    `schedules` says whether what is due is run.
    """

    theme: str = "dark"
    refresh: float = 1.0
    refresh_unfocused: float = 5.0
    mouse: bool = True
    schedules: bool = True
    keys: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A workspace, how to show it, and whether it may be changed.

    `with_database` adds what lies in a database, None where none is looked at. `words` are the options an `ef_cli`
    command needs to mean this very workspace; `place` is what it is called. Where forecasts run is said in the
    workspace; commands have to name this machine too where somebody chose it here (`is_engine_chosen`). `scheduler` is
    the address that a command uses which names none, because it is set.
    """

    workspace: Workspace
    preferences: Preferences = field(default_factory=Preferences)
    glyphs: Glyphs = UNICODE
    thresholds: Thresholds = field(default_factory=Thresholds)
    with_database: WithDatabase | None = None
    is_read_only: bool = False
    words: tuple[str, ...] = ()
    place: str = ""
    is_engine_chosen: bool = False
    scheduler: str = ""

    @property
    def engine_words(self) -> tuple[str, ...]:
        """The options that let a command run where this session does."""
        engine, scheduler = self.workspace.engine, self.workspace.scheduler
        if engine == "local" and not self.is_engine_chosen:
            return ()
        is_named = scheduler or (self.scheduler and engine != "local")
        return ("--engine", engine, *(("--scheduler", scheduler) if is_named else ()))

    @property
    def place_shown(self) -> str:
        """What the workspace is called: `place`, else its directory, the home directory as `~`."""
        path, home = self.workspace.places.data.parent.absolute(), Path.home()
        shown = f"~/{path.relative_to(home)}" if path.is_relative_to(home) and path != home else str(path)
        return self.place or shown

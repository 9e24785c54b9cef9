"""One call of a command: what was asked for, and the two streams it answers on.

stdout carries data only; narration goes to stderr and is silenced by `--quiet`.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ef_engine.cli.options import LOG_LEVELS
from ef_engine.cli.settings import Setting, profile_environment
from ef_engine.errors import CommandError
from ef_engine.service.rights import ALL, Right
from ef_engine.service.workspace import Workspace
from ef_engine.store.places import PARTS, Places, places_under

if TYPE_CHECKING:
    from ef_engine.sources.database.target import Target

KINDS = ("forecast", "forecastset", "flow")
TEXT_WIDTH = 80


@dataclass(frozen=True, slots=True)
class Invocation:
    """A parsed command line with its settings."""

    args: argparse.Namespace
    settings: Mapping[str, Setting]

    def option(self, name: str, default: Any = None) -> Any:
        """The value given for an option, or what is set for it, or the default."""
        if name in self.settings:
            value = self.settings[name].value
            return default if value is None else value
        return getattr(self.args, name, default)

    def choice(self, name: str, known: Sequence[str]) -> str:
        """The word given for an option, the first one if none is; raises CommandError for any other."""
        value: str = self.option(name, known[0])
        if value not in known:
            raise CommandError(f"--{name} cannot be {value!r} here", f"it is one of {', '.join(known)}")
        return value

    @property
    def places(self) -> Places:
        """The directories of the workspace."""
        from pathlib import Path

        moved = {part: self.option(f"{part}_directory") for part in PARTS}
        return places_under(Path(self.option("workspace")).expanduser(), moved)

    @property
    def workspace(self) -> Workspace:
        """The workspace and who works in it."""
        return Workspace(
            self.places,
            self.option("username", ""),
            self.option("rights", ALL),
            self.option("profile", ""),
            self.settings["rights"].origin,
            *self._engine(),
            profile_environment(vars(self.args), os.environ),
        )

    def _engine(self) -> tuple[str, str]:
        """Where to run, and the scheduler of a cluster; one that is only set counts where a cluster is asked for."""
        engine, scheduler = self.option("engine", "local"), self.option("scheduler", "")
        if engine == "local" and "scheduler" in self.args:
            raise CommandError("--scheduler belongs to a cluster", "add --engine dask")
        return engine, scheduler if engine == "dask" else ""

    def require(self, right: Right) -> None:
        """Raises ForbiddenError where the user's profile does not grant the right."""
        self.workspace.require(right)

    @property
    def is_quiet(self) -> bool:
        """Whether narration is unwanted."""
        return bool(self.option("quiet", False))

    def say(self, text: str) -> None:
        """Tells the user something that is not data."""
        if not self.is_quiet:
            print(text, file=sys.stderr, flush=True)

    @property
    def database(self) -> Target:
        """The database the options name; by default a file of the workspace."""
        from ef_engine.service.database import target_of

        return target_of(self.database_settings, self.places)

    @property
    def database_settings(self) -> dict[str, str | None]:
        """The `--database_*` options by name."""
        return {name: self.option(name) for name in self.settings if name.startswith("database_")}

    @property
    def is_from_database(self) -> bool:
        """Whether input comes from a database."""
        return bool(self.option("source") == "database")

    def log(self, text: str, level: str = "info") -> None:
        """Writes a line into `log/ef.log`, if `--log_level` lets it through."""
        from ef_engine.cli.event_log import log_line

        if LOG_LEVELS.index(level) >= LOG_LEVELS.index(self.option("log_level")):
            log_line(f"{level} {text}", self.places.log)

    def put(self, text: str) -> None:
        """Writes data."""
        sys.stdout.write(text)

    def put_bytes(self, data: bytes) -> None:
        """Writes data byte for byte."""
        sys.stdout.flush()
        stream = getattr(sys.stdout, "buffer", None)
        if stream is None:
            sys.stdout.write(data.decode())
        else:
            stream.write(data)
            stream.flush()

    def put_list(
        self,
        columns: Sequence[str],
        rows: Sequence[Sequence[object]],
        keep: Collection[str] = ("ID",),
        spare: Iterable[str] = (),
    ) -> None:
        """Writes a list in the form that is asked for; a table is fitted to a terminal's width, never in a pipe."""
        self.put(self.list_text(columns, rows, keep, spare))

    def list_text(
        self,
        columns: Sequence[str],
        rows: Sequence[Sequence[object]],
        keep: Collection[str] = ("ID",),
        spare: Iterable[str] = (),
    ) -> str:
        """What `put_list` writes."""
        from ef_engine.report.listing import FORMATS, render_list

        form = self.choice("format", FORMATS)
        is_headed = not self.option("no_header", False)
        return render_list(columns, rows, form, is_headed, terminal_width(), keep, spare)

    def confirm(self, question: str) -> None:
        """Asks before something that is hard to undo; raises CommandError for no, and where nobody can be asked."""
        if self.option("yes", False):
            return
        if not (sys.stdin and sys.stdin.isatty() and sys.stderr.isatty()):
            raise CommandError(f"{question} needs a yes, and there is no terminal to ask on", "add --yes")
        print(f"{question}? [y/N] ", end="", file=sys.stderr, flush=True)
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            raise CommandError("nothing was done", "answer y, or add --yes")


def terminal_width() -> int | None:
    """The columns of the terminal stdout is, or None where it is none."""
    if not sys.stdout.isatty():
        return None
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns):
        return int(columns)
    return os.get_terminal_size(sys.stdout.fileno()).columns or TEXT_WIDTH


def text_width() -> int:
    """How wide sentences may be: the terminal, at most 120; 80 in a pipe."""
    return min(terminal_width() or TEXT_WIDTH, 120)


def not_available(what: str, remedy: str) -> CommandError:
    """The answer for what a later version brings."""
    return CommandError(f"{what} is not available in this version", remedy)

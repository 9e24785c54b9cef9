"""Command lines of `ef_cli` as the dashboard shows and runs them: on this very workspace, in a process of its own."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ef_engine.cli.commands import COMMANDS
from ef_engine.errors import CommandError
from ef_engine.service.query_fields import suggestion
from ef_tui.palette import READING

PROGRAM = "ef_cli"
_NAMES = frozenset(name for command in COMMANDS for name in (command.name, *command.aliases)) | {"help"}


def command_text(words: Sequence[str], workspace_words: Sequence[str] = ()) -> str:
    """The command as one types it."""
    return shlex.join((PROGRAM, *workspace_words, *words))


def why_no_command(text: str) -> str:
    """Why what was typed so far is no command of `ef_cli`, with the name that may be meant; nothing if it is one."""
    words = text.split()
    if words[:1] == [PROGRAM]:
        del words[0]
    if not words:
        return "type a command"
    if words[0] in _NAMES or words[0].startswith("-"):
        return ""
    return f"there is no command {words[0]!r}; {suggestion(words[0], _NAMES, 'help lists them')}"


def split(text: str, is_read_only: bool) -> list[str]:
    """The words of a typed command; raises CommandError for a quote without end, or one that may not be run."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise CommandError(f"this is no command ({str(error).lower()})", "close every quote") from error
    if words[:1] == [PROGRAM]:
        del words[0]
    if is_read_only and (not words or words[0] not in READING or "--output" in words):
        raise CommandError("this dashboard only looks", "open it without --read_only")
    return words


@dataclass(slots=True)
class Running:
    """A command that runs; `stop` ends it, and lets what a supervisor does for it go on."""

    words: Sequence[str]
    _process: subprocess.Popen[str] | None = field(default=None)
    _is_unwanted: bool = False

    def run(self, width: int, told: Callable[[list[str]], None]) -> int:
        """Runs it to its end and tells every line, from both its streams, as it comes; returns its exit code."""
        environment = os.environ | {"COLUMNS": str(width), "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ef_engine.cli", *self.words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=environment,
            start_new_session=True,
        )
        if self._is_unwanted:
            self._process.terminate()
        with self._process:
            assert self._process.stdout is not None
            for line in self._process.stdout:
                told([line.rstrip("\n")])
            return self._process.wait()

    def stop(self) -> None:
        """Ends it, if it has not ended."""
        self._is_unwanted = True
        if self._process and self._process.poll() is None:
            self._process.terminate()

"""`ef_cli` as a process of its own; what only looks or asks is the same in this process, for a tenth of the time."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout

from ef_engine.cli import main

EF_CLI = (sys.executable, "-m", "ef_engine.cli")
DEADLINE = 60.0

BRIEF = frozenset({"clean", "kill", "list", "lock", "ls", "note", "pause", "ps", "resume", "rm", "show", "unlock"})
"""Commands that run nothing themselves: nobody can tell which process it was that looked or asked."""


def ef_cli(*arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """Runs it to its end."""
    return subprocess.run(
        [*EF_CLI, *arguments], input=stdin, capture_output=True, text=True, check=False, timeout=DEADLINE
    )


def python(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs a script that may look inside."""
    return subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False, timeout=DEADLINE
    )


def here(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Runs a command line, given with the `EF_CLI` it begins with, in this process."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err):
        code = main(command[len(EF_CLI) :])
    told = [stream.buffer.getvalue().decode() for stream in (out, err)]
    return subprocess.CompletedProcess(command, code, *told)

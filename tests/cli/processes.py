"""`ef_cli` as a process of its own."""

from __future__ import annotations

import subprocess
import sys

EF_CLI = (sys.executable, "-m", "ef_engine.cli")
DEADLINE = 60.0


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

"""Signals to a process among all there ever were: its identity is checked right before, a bare pid is never trusted."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from ef_engine.store.process import Liveness, Process, liveness


def signal_group(process: Process, number: int) -> bool:
    """Signals a process and, if it leads a group, all of the group; False if it is not alive."""
    if liveness(process) is not Liveness.ALIVE:
        return False
    with suppress(ProcessLookupError, PermissionError):
        if os.getpgid(process.pid) == process.pid:
            os.killpg(process.pid, number)
        else:
            os.kill(process.pid, number)
        return True
    return False


def process_state(process: Process) -> str:
    """The kernel's letter for what a process does (proc(5): R, S, T, ...); empty where it does not tell."""
    try:
        text = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return text.rpartition(")")[2].split()[0]

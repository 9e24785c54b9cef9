"""What the kernel tells of processes: who started whom, how much they compute and how much memory they hold.

All of it is from `/proc` (proc(5)). Where there is none, nothing is known, and nothing fails.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Entry:
    """A process: its parent, its group, the seconds it has computed so far, and the bytes of memory it holds."""

    pid: int
    parent: int
    group: int
    computed: float
    memory: int


def entry(pid: int) -> Entry | None:
    """The process of that pid; None for none."""
    try:
        fields = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    ticks, page = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
    computed = (int(fields[11]) + int(fields[12])) / ticks  # fields 14 and 15: in the program, and in the kernel for it
    return Entry(pid, int(fields[1]), int(fields[2]), computed, int(fields[21]) * page)


def table() -> dict[int, Entry]:
    """Every process there is, by pid."""
    try:
        pids = [int(name) for name in os.listdir(_PROC) if name.isdecimal()]
    except OSError:
        return {}
    return {pid: found for pid in pids if (found := entry(pid))}


def descendants(entries: dict[int, Entry], pid: int) -> list[Entry]:
    """What a process started, and what that did, each after the one that started it."""
    children = [each for each in entries.values() if each.parent == pid]
    return [found for child in children for found in (child, *descendants(entries, child.pid))]


def command_line(pid: int) -> list[str]:
    """The words a process was started with; none if that cannot be told."""
    with suppress(OSError):
        words = (_PROC / str(pid) / "cmdline").read_bytes().rstrip(b"\0").split(b"\0")
        return [word.decode(errors="replace") for word in words]
    return []

"""Which process wrote something, and whether it still lives.

A bare pid proves nothing (it is used again), so identity is host, boot, pid namespace, pid and start time. What cannot
be proven dead is unknown, not dead.
"""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, replace
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any


class Liveness(Enum):
    """What can be said about a process from here."""

    ALIVE = "alive"
    DEAD = "dead"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Process:
    """One process among all there ever were. Empty texts stand for what the platform does not tell."""

    host: str
    boot_id: str
    namespace: str
    pid: int
    start_time: str

    def __str__(self) -> str:
        return f"{self.host}:{self.pid}" + (f" ({self.namespace})" if is_remote(self) else "")

    def to_json(self) -> dict[str, Any]:
        """As the state files hold it."""
        return asdict(self)


def at_address(process: Process, address: str) -> Process:
    """A process of a cluster, which can be reached only there: from elsewhere nobody can tell whether it lives.

    So what it runs is told to be lost by the claim alone, which the process that speaks for it holds.
    """
    return replace(process, namespace=address)


def is_remote(process: Process) -> bool:
    """Whether it is a process of a cluster."""
    return "://" in process.namespace


def from_json(document: Any) -> Process | None:
    """The process of a state file; None for null."""
    if not document:
        return None
    text = {key: str(document.get(key, "")) for key in ("host", "boot_id", "namespace", "start_time")}
    return Process(pid=int(document.get("pid", 0)), **text)


def current() -> Process:
    """This process."""
    return of_pid(os.getpid())


def of_pid(pid: int) -> Process:
    """The process that has the pid here and now; its start time is empty where that is not told."""
    return Process(os.uname().nodename, _boot_id(), _namespace(), pid, _start_time(pid) or "")


def liveness(process: Process) -> Liveness:
    """Whether the process still runs, as far as that can be told from here."""
    here = current()
    if process.host != here.host or process.namespace != here.namespace or process.pid <= 0:
        return Liveness.UNKNOWN
    if process.boot_id != here.boot_id:
        return Liveness.DEAD if process.boot_id and here.boot_id else Liveness.UNKNOWN
    if not _exists(process.pid):
        return Liveness.DEAD
    return _compare(process.start_time, _start_time(process.pid))


def _compare(written: str, found: str | None) -> Liveness:
    if not written or not found:
        return Liveness.UNKNOWN
    return Liveness.ALIVE if written == found else Liveness.DEAD


def _exists(pid: int) -> bool:
    """Asks the kernel, since `/proc` may hide the processes of others; a zombie no longer runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return _stat_fields(pid)[:1] != ["Z"]


def _start_time(pid: int) -> str | None:
    """Clock ticks between boot and start: field 22 of `/proc/<pid>/stat` (proc(5))."""
    fields = _stat_fields(pid)
    return fields[19] if len(fields) > 19 else None


def _stat_fields(pid: int) -> list[str]:
    """The fields after the command, which is in parentheses and may itself contain some; the first is the state."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


@cache
def _boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _namespace() -> str:
    try:
        return os.readlink("/proc/self/ns/pid")
    except OSError:
        return ""

"""Makes processes hang or die on purpose; found by Python at the start of every process.

Only processes with this directory on their PYTHONPATH are concerned. `EF_FAULT` names how the work of a worker hangs.
With `EF_DOZE`, a forecast of half a century or more, which tests take as one that is far from done, costs no time of
the processor: its worker advances a step now and then, and listens as ever. With `EF_NAP`, the first attempt at any
forecast is such a doze of so many seconds before its work, and every other attempt is nothing but work.
`EF_CRASH_WHO` (client, supervisor or worker) dies right before its `EF_CRASH_AT`-th change of a file below
`EF_CRASH_IN`, as `kill -9` would have it; the file `EF_CRASH_TOLD` then says what it was about to do. Only the first
such process dies, unless there is an `EF_CRASH_ALWAYS`.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import count, takewhile
from math import inf
from typing import Any, NoReturn

FAULT = os.environ.get("EF_FAULT")
DOZE, NAP = os.environ.get("EF_DOZE"), float(os.environ.get("EF_NAP", "0"))
CRASH_AT = int(os.environ.get("EF_CRASH_AT", "0"))

ROLES = {
    "client": "ef_engine.cli",
    "supervisor": "ef_engine.jobs.supervise",
    "worker": "from multiprocessing.forkserver import main",
}
"""What the command line of each begins with, after the interpreter; workers are forked from such a process."""

CLUSTER_WORKER = "from multiprocessing.spawn import spawn_main"
"""The same of a worker of a cluster, which a nanny starts."""

CHANGES = {"os.rename", "os.remove", "os.utime", "os.mkdir", "os.rmdir", "os.chmod", "os.truncate"}
"""Audit events of calls that change files; the first argument of each is a path or a descriptor."""


def spin() -> NoReturn:
    """Busy in Python for ever; other threads of the process go on."""
    while True:
        pass


def compute() -> NoReturn:
    """Busy in C code for ever, in calls that take seconds each."""
    import numpy as np

    matrix = np.random.default_rng(1).random((1500, 1500))
    while True:
        np.linalg.svd(matrix)


def work(places: object, record_id: str, observer: object) -> NoReturn:
    """In place of the work: one step of progress, then none."""
    observer.phase_begun("hanging", 100)  # type: ignore[attr-defined]  # an Observer
    observer.write()  # type: ignore[attr-defined]  # it is a ProgressWriter
    {"spin": spin, "compute": compute}[FAULT or "spin"]()


def doze(observer: Any, seconds: float) -> None:
    """Advances twenty steps a second."""
    observer.phase_begun("dozing", 100_000)
    if hasattr(observer, "write"):  # a ProgressWriter: whoever waits for it to begin need not wait for its first step
        observer.write()
    end = time.monotonic() + seconds
    for done in takewhile(lambda _: time.monotonic() < end, count(1)):
        time.sleep(0.05)
        observer.advanced(done)


def compute_or_doze(data: bytes, place: str, record_id: str, observer: Any) -> Any:
    """What a worker of a cluster does with a document, unless it would take very long."""
    document = json.loads(data)
    if int(document["end_date"][:4]) - int(document["start_date"][:4]) >= 50:
        doze(observer, inf)
    return really_compute(data, place, record_id, observer)


def work_or_doze(places: Any, record_id: str, observer: Any) -> Any:
    """The work, unless it would take very long; after a nap, if it is to have one."""
    from ef_engine.store import forecasts

    record: Any = forecasts.read_record(places, record_id)
    if DOZE and int(record.end_date[:4]) - int(record.start_date[:4]) >= 50:
        doze(observer, inf)
    if NAP and record.attempt == 1:
        doze(observer, NAP)
    return really_work(places, record_id, observer)


class Crash:
    """Counts what this process changes below a directory, and ends it right before the chosen change."""

    def __init__(self, at: int) -> None:
        self.left, self.lock = at, threading.Lock()
        self.below, self.told = os.environ["EF_CRASH_IN"] + "/", os.environ["EF_CRASH_TOLD"]

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Told by Python before it does something."""
        if event in CHANGES or (event == "open" and self._creates(arguments[2])):
            self.before(event, arguments[0])

    def counted(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """The call of a descriptor, counted; for what has no audit event."""

        def told(descriptor: int, *arguments: Any) -> Any:
            self.before(call.__name__, descriptor)
            return call(descriptor, *arguments)

        return told

    def before(self, what: str, target: object) -> None:
        path = self._path(target)
        if not path.startswith(self.below):
            return
        with self.lock:
            self.left -= 1
            if self.left == 0:
                self._die(f"{what} {path}")

    def _die(self, what: str) -> None:
        with suppress(FileExistsError):
            descriptor = os.open(self.told, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
            os.write(descriptor, what.encode())
            os._exit(9)
        if os.environ.get("EF_CRASH_ALWAYS"):
            os._exit(9)

    @staticmethod
    def _creates(flags: object) -> bool:
        return isinstance(flags, int) and bool(flags & os.O_CREAT)

    @staticmethod
    def _path(target: object) -> str:
        with suppress(OSError):
            if isinstance(target, int):
                return os.readlink(f"/proc/self/fd/{target}")
        return os.fsdecode(target) if isinstance(target, str | bytes | os.PathLike) else ""


if FAULT:
    import ef_engine.jobs.worker

    ef_engine.jobs.worker.work = work

if (DOZE or NAP) and any(word.startswith(ROLES["worker"]) or "--in_process" in word for word in sys.orig_argv):
    import ef_engine.jobs.worker

    really_work: Callable[..., Any] = ef_engine.jobs.worker.work
    ef_engine.jobs.worker.work = work_or_doze

if DOZE and any(word.startswith(CLUSTER_WORKER) for word in sys.orig_argv):
    import ef_engine.jobs.worker

    really_compute: Callable[..., Any] = ef_engine.jobs.worker.computed
    ef_engine.jobs.worker.computed = compute_or_doze

if CRASH_AT and any(word.startswith(ROLES[os.environ["EF_CRASH_WHO"]]) for word in sys.orig_argv):
    crash = Crash(CRASH_AT)
    sys.addaudithook(crash.audit)
    os.write, os.fsync = crash.counted(os.write), crash.counted(os.fsync)

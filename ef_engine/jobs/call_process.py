"""The call of a step at a worker of a cluster, in a process of its own, as on one machine.

So it can be held and looked into by signals, whatever it does, and what it does to its process ends with it. That
process leads a group, which ends with the call, and with the worker, whose end it notices by its standard input.
"""

from __future__ import annotations

import asyncio
import faulthandler
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from ef_engine.jobs.attempt import sentence
from ef_engine.jobs.messages import CallWork, Died, Failed, Returned
from ef_engine.jobs.pulse import Pulse
from ef_engine.jobs.shipped import settle, unpack
from ef_engine.jobs.step import call_result, flush_output, traceback_text

MODULE = "ef_engine.jobs.call_process"
READY = b"ready"
"""What the answer begins with, as soon as the process can be looked into: before, the signal would end it."""

POLL_SECONDS = 0.02
DUMP_SECONDS = 0.1


class CallProcess:
    """The process of a call, from the worker's side; it gets no signal any more once it was ended."""

    def __init__(self, process: subprocess.Popen[bytes], answer: BinaryIO) -> None:
        self._process, self._answer = process, answer
        self._is_held = False

    @property
    def is_over(self) -> bool:
        """Whether it ended; its pid stays its own."""
        return os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def hold(self, is_held: bool) -> None:
        """Stops it, or lets it go on."""
        self._is_held = is_held
        self._signal(signal.SIGSTOP if is_held else signal.SIGCONT)

    async def dump(self) -> None:
        """Has it print where its threads are; one that is held goes on for the moment that takes."""
        if self._process.returncode is not None or os.fstat(self._answer.fileno()).st_size == 0:
            return
        os.kill(self._process.pid, signal.SIGUSR1)
        if self._is_held:
            self._signal(signal.SIGCONT)
            await asyncio.sleep(DUMP_SECONDS)
            self.hold(self._is_held)

    def end(self) -> int:
        """Ends it and what it started; returns its exit code."""
        self._signal(signal.SIGKILL)
        return self._process.wait()

    def _signal(self, number: int) -> None:
        if self._process.returncode is None:
            os.killpg(self._process.pid, number)


def called(work: CallWork, pulse: Pulse) -> Returned | Failed | Died:
    """What a call comes to; raises UnwantedError when it shall end."""
    with tempfile.TemporaryFile() as answer, tempfile.TemporaryDirectory(prefix="ef-step-") as folder:
        unpack(work.files, Path(folder))
        with _started(work, Path(folder), answer) as process:
            pulse.body = process
            while not process.is_over:
                pulse.heed()
                time.sleep(POLL_SECONDS)
            code = process.end()
        if code:
            return Died()
        answer.seek(len(READY))
        found: Returned | Failed = pickle.load(answer)
        return found


@contextmanager
def _started(work: CallWork, folder: Path, answer: BinaryIO) -> Iterator[CallProcess]:
    with subprocess.Popen(
        [sys.executable, "-P", "-m", MODULE, str(folder), str(answer.fileno())],
        stdin=subprocess.PIPE,
        pass_fds=[answer.fileno()],
        process_group=0,
    ) as child:
        process = CallProcess(child, answer)
        assert child.stdin
        try:
            with suppress(BrokenPipeError):  # it is dead already
                pickle.dump(replace(work, files={}), child.stdin)
                child.stdin.flush()
            yield process
        finally:
            process.end()
            with suppress(BrokenPipeError):
                child.stdin.close()


def main(folder: Path, answer: int) -> None:
    """Does the work that comes on standard input, whose files are in a folder; what came of it goes to a descriptor."""
    faulthandler.register(signal.SIGUSR1, file=2, all_threads=True)
    os.write(answer, READY)
    line = _take_standard_input()
    work = pickle.load(line)
    threading.Thread(target=_end_with, args=(line,), name="watches the worker", daemon=True).start()
    os.environ.update(work.order.environment)
    settle(folder, work.order.directory)
    found = _result(replace(work, order=replace(work.order, directory=str(folder))))
    with open(answer, "ab") as file:
        pickle.dump(found, file)


def _take_standard_input() -> BinaryIO:
    """It is the line to the worker, and none of the user's business."""
    line = os.fdopen(os.dup(0), "rb")
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    return line


def _end_with(line: BinaryIO) -> None:
    line.read()
    os.killpg(0, signal.SIGKILL)


def _result(work: CallWork) -> Returned | Failed:
    try:
        return Returned(call_result(work.call, work.order))
    except BaseException as error:  # whatever the user's code raises
        return Failed(sentence(error), traceback_text(error))
    finally:
        flush_output()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))

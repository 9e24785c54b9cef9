"""A real terminal: the dashboard as a process of its own behind a pseudo terminal, which sees every byte it writes."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.tui.screen_text import ScreenText

DEADLINE = 30.0

FOREIGN = ("EF_", "SSH_", "NO_COLOR", "COLUMNS", "LINES")
"""What the environment of the tests says of another terminal."""

_ESCAPES = re.compile(rb"\x1b(\[[0-9;?<>=$ ]*[A-Za-z]|\][^\x07\x1b]*(\x07|\x1b\\)|[()][A-Z0-9]|[=>])")


class Terminal:
    """The master side of a pseudo terminal and the process behind it."""

    def __init__(
        self, process: subprocess.Popen[bytes], master: int, slave: int, before: list[object], size: tuple[int, int]
    ) -> None:
        self.process, self.master, self.slave, self.before = process, master, slave, before
        self.seen = b""
        self.picture = ScreenText(*size)

    def read(self, seconds: float) -> bytes:
        """What comes within so many seconds, all of which are waited."""
        end, found = time.monotonic() + seconds, b""
        while (left := end - time.monotonic()) > 0:
            if select.select([self.master], [], [], left)[0]:
                try:
                    found += os.read(self.master, 65536)
                except OSError:
                    break
        self.seen += found
        self.picture.feed(found)
        return found

    def until(self, is_true: Callable[[], bool]) -> None:
        """Reads until something comes true; fails at the deadline."""
        end = time.monotonic() + DEADLINE
        while not is_true():
            assert time.monotonic() < end, "\n".join(self.picture.lines)
            self.read(0.05)

    def until_shown(self, text: str) -> None:
        """Reads until a text was written."""
        self.until(lambda: text in self.text)

    def until_visible(self, text: str) -> None:
        """Reads until a text stands on the screen."""
        self.until(lambda: self.picture.place_of(text) is not None)

    def click(self, text: str, *, times: int = 1) -> None:
        """Clicks the first place where a text stands, once it does."""
        self.until_visible(text)
        place = self.picture.place_of(text)
        assert place is not None
        at = f"{place[0] + 1 + len(text) - len(text.lstrip())};{place[1] + 1}"
        for _ in range(times):
            self.press(f"\x1b[<0;{at}M\x1b[<0;{at}m")
        self.read(0.1)

    @property
    def text(self) -> str:
        """Everything written so far, without what moves the cursor and colours."""
        return _ESCAPES.sub(b"", self.seen).decode(errors="replace")

    def press(self, keys: str) -> None:
        """Sends keys."""
        os.write(self.master, keys.encode())

    def wait(self) -> int:
        """Waits for its end; the exit code, negative for a signal."""
        self.until(lambda: self.process.poll() is not None)
        self.read(0.05)
        return self.process.returncode

    def is_restored(self) -> bool:
        """Whether the terminal is as it was: its modes, the screen, the cursor, the mouse."""
        modes = termios.tcgetattr(self.slave)
        undone = (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1000l", b"\x1b[?2004l")
        return modes == self.before and all(
            self.seen.rfind(each) > self.seen.rfind(each[:-1] + _opposite(each)) for each in undone
        )

    def hang_up(self) -> None:
        """Closes the terminal, as a broken connection does."""
        os.close(self.master)
        os.close(self.slave)
        self.master = self.slave = -1

    def state(self) -> str:
        """One letter for what the process does, as the kernel has it: `T` is stopped."""
        return Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()[0]

    def cpu_seconds(self) -> float:
        """How long it has computed so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _opposite(sequence: bytes) -> bytes:
    return b"l" if sequence.endswith(b"h") else b"h"


@contextmanager
def terminal(
    *words: str,
    size: tuple[int, int] = (120, 40),
    program: Sequence[str] = (sys.executable, "-m", "ef_tui"),
    directory: Path | None = None,
    **environment: str,
) -> Iterator[Terminal]:
    """`ef_tui WORDS`, or another program, in a terminal of its own; it is ended if the test leaves it running."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    before = termios.tcgetattr(slave)
    variables = {key: value for key, value in os.environ.items() if not key.startswith(FOREIGN)}
    process = subprocess.Popen(
        [*program, *words],
        cwd=directory,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=variables | {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"} | environment,
        preexec_fn=_own_terminal,
    )
    shown = Terminal(process, master, slave, before, size)
    try:
        yield shown
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        process.wait()
        for descriptor in {shown.master, shown.slave} - {-1}:
            os.close(descriptor)


def _own_terminal() -> None:
    """The process leads a session, and the pseudo terminal is its own, so that hanging up reaches it."""
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

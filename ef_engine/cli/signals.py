"""What the signals that end a program do while something must be put in order first."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any


@contextmanager
def ending_signals(handler: Callable[[int, FrameType | None], Any]) -> Iterator[None]:
    """What a closing terminal (SIGHUP) and a polite kill (SIGTERM) do meanwhile."""
    previous: dict[int, Any] = {}
    with suppress(ValueError):  # signals belong to the main thread alone
        for number in (signal.SIGTERM, signal.SIGHUP):
            previous[number] = signal.signal(number, handler)
    try:
        yield
    finally:
        for caught, old in previous.items():
            signal.signal(caught, old)


def leave(number: int, _: FrameType | None) -> None:
    """Ends the program in order, with the exit code of the signal."""
    raise SystemExit(128 + number)

"""Waiting for what another process does: files are looked at again and again, for so long and no longer."""

from __future__ import annotations

import time
from collections.abc import Callable

POLL_SECONDS = 0.02


def until(is_true: Callable[[], bool], seconds: float) -> bool:
    """Whether it became true within the seconds."""
    deadline = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() >= deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True

"""Logs that would grow for ever: at a megabyte a file moves aside, and the one moved before it is gone."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

LARGEST = 1_000_000
"""Bytes after which a log begins anew."""


def rotate(path: Path) -> None:
    """Moves a log that is full to `NAME.1`; who has it open goes on writing there. A failure leaves it as it is."""
    with suppress(OSError):
        if path.stat().st_size > LARGEST:
            path.replace(path.with_name(f"{path.name}.1"))

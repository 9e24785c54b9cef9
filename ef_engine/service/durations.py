"""Durations as people write them: `90`, `40s`, `5m`, `12h`, `30d`."""

from __future__ import annotations

import re

_DURATION = re.compile(r"(\d+(?:\.\d+)?|\.\d+)([smhd]?)", re.ASCII)
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}


def seconds_of(text: str, unit: str = "s") -> float:
    """How many seconds `text` means, a bare number being so many of `unit`; raises ValueError with what is wrong."""
    found = _DURATION.fullmatch(text.strip())
    value = float(found[1]) * _SECONDS[found[2] or unit] if found else 0.0
    if not 0 < value < float("inf"):
        raise ValueError(f"{text!r} is no duration such as 40s, 5m, 12h or 30d")
    return value

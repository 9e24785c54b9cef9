"""How long something takes, in the two largest units that matter, and how often something is wished, in one."""

from __future__ import annotations

_UNITS = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))


def duration_text(seconds: float) -> str:
    """`12s`, `1m05s`, `2h03m` or `3d04h`; a negative duration, which clocks that differ may give, is `0s`."""
    left = max(0, round(seconds))
    for position, (unit, size) in enumerate(_UNITS[:-1]):
        if left >= size:
            smaller, smaller_size = _UNITS[position + 1]
            return f"{left // size}{unit}{left % size // smaller_size:02}{smaller}"
    return f"{left}s"


def interval_text(seconds: float) -> str:
    """An interval as one would type it: `1d`, `90m` or `45s`; exact, in the largest unit of which it is a multiple."""
    unit, size = next(((unit, size) for unit, size in _UNITS if seconds % size == 0), ("s", 1))
    return f"{seconds / size:.15g}{unit}"

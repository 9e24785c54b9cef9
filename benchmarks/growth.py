"""How the cost grows when the days, the items or the accounts of a household double."""

from __future__ import annotations

from collections.abc import Iterator
from math import log

from benchmarks.measure import engine
from benchmarks.rows import Row

STEPS = 4
NEARLY_LINEAR = 1.25
BASE = {"years": 2, "checking": 1, "cards": 1, "loans": 1, "items": 20}
GROWN = {"days": ("years",), "items": ("items",), "accounts": ("checking", "cards", "loans")}


def rows(runs: int) -> Iterator[Row]:
    """One row a dimension: the exponent b of time ~ size^b, fitted over four doublings."""
    for dimension, keys in GROWN.items():
        factors = [2**step for step in range(STEPS)]
        start = BASE if dimension != "accounts" else BASE | {"items": 160}
        times = [engine(start | {key: start[key] * factor for key in keys}, runs).fastest for factor in factors]
        sizes = f"{start[keys[0]] * len(keys)} to {start[keys[0]] * len(keys) * factors[-1]}"
        note = f"{sizes} {'years' if dimension == 'days' else dimension}: " + ", ".join(
            f"{1000 * seconds:.0f}" for seconds in times
        )
        yield Row(
            what=f"cost with the number of {dimension}",
            value=exponent(factors, times),
            unit="exponent",
            budget=NEARLY_LINEAR,
            note=f"{note} ms",
        )


def exponent(sizes: list[int], seconds: list[float]) -> float:
    """The slope of the line of least squares through log(size), log(seconds)."""
    xs, ys = [log(size) for size in sizes], [log(second) for second in seconds]
    x_mean, y_mean = sum(xs) / len(xs), sum(ys) / len(ys)
    rise = sum((x - x_mean) * (y - y_mean) for x, y in zip(xs, ys, strict=True))
    return rise / sum((x - x_mean) ** 2 for x in xs)

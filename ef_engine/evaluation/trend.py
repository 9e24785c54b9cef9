"""The course of an amount in a few digits, for lists that show it as a line of small bars."""

from __future__ import annotations

from collections.abc import Sequence

from ef_engine.model.money import Micros

STEPS = 8
HIGHEST = 7


def trend_of(values: Sequence[Micros]) -> str:
    """The amount at up to `STEPS` evenly spaced rows, first and last among them, each a digit.

    0 is the lowest of these amounts and `HIGHEST` the highest, rounded down; what never changes stays at 0. Nothing for
    no values.
    """
    count = min(STEPS, len(values))
    shown = [values[step * (len(values) - 1) // max(1, count - 1)] for step in range(count)]
    lowest, span = min(shown, default=0), max(shown, default=0) - min(shown, default=0)
    return "".join(str(HIGHEST * (value - lowest) // span if span else 0) for value in shown)

"""What a benchmark found, as values, and as a table for people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

HEADER = ("what", "measured", "budget", "", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One finding: `value` in `unit`, with a `note` for people.

    Units are `s`, `/s`, `MB`, `bytes`, `x`, `times`, `%`, `days`, `money` and `exponent`.
    `budget` is the largest or (`is_at_least`) smallest value that is still good, None where there is none.
    """

    what: str
    value: float
    unit: str
    budget: float | None = None
    is_at_least: bool = False
    note: str = ""

    @property
    def is_within(self) -> bool | None:
        """Whether the budget is kept; None without one."""
        if self.budget is None:
            return None
        return self.value >= self.budget if self.is_at_least else self.value <= self.budget


def table(rows: Iterable[Row]) -> str:
    """The rows as aligned text."""
    lines = [HEADER, *((row.what, amount(row.value, row.unit), _budget(row), _verdict(row), row.note) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADER))]
    return "\n".join(_line(cells, widths) for cells in lines)


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    what, measured, budget, verdict, note = cells
    padded = (what.ljust(widths[0]), measured.rjust(widths[1]), budget.rjust(widths[2]), verdict.ljust(widths[3]), note)
    return "  ".join(padded).rstrip()


def amount(value: float, unit: str) -> str:
    """A value with its unit, for people."""
    match unit:
        case "s" if value < 1:
            return f"{value * 1000:.1f} ms"
        case "s":
            return f"{value:.2f} s"
        case "MB":
            return f"{value:.0f} MB"
        case "x":
            return f"{value:.1f} x"
        case "days":
            return f"{value:.0f} days"
        case "%":
            return f"{value:.1f} %"
        case "/s":
            return f"{value:,.0f} a second"
        case "times":
            return f"{value:,.1f} times"
        case "bytes":
            return f"{value:,.0f} bytes"
        case "money":
            return f"{value:,.2f}"
        case _:
            return f"n^{value:.2f}"


def _budget(row: Row) -> str:
    if row.budget is None:
        return ""
    return f"{'>=' if row.is_at_least else '<='} {amount(row.budget, row.unit)}"


def _verdict(row: Row) -> str:
    return {None: "", True: "ok", False: "OVER"}[row.is_within]

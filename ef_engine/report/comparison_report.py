"""A comparison as a report: what comes out differently in sentences and tables, then what differs in the inputs.

The forecasts are called A, B, C and D, because their labels may be long or the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ef_engine.report.cells import cell_text, money
from ef_engine.report.comparison import Comparison, Figure, MilestoneMove
from ef_engine.report.series import NET_WORTH
from ef_engine.report.values import Block, Cell, Grid, Report, Sentences

LETTERS = "ABCD"
NOT_REACHED = "not reached"


def comparison_report(comparison: Comparison) -> Report:
    """The report of a comparison."""
    blocks: tuple[Block | None, ...] = (
        Sentences("", tuple(_who(comparison))),
        Sentences("What changes", tuple(headlines(comparison))),
        milestone_grid(comparison),
        figure_grid("Sums over the whole forecast", comparison.totals, comparison),
        figure_grid("Balances on the last day", comparison.final, comparison),
        difference_grid(comparison),
        Sentences("What not all of them have", tuple(missing_sentences(comparison))),
    )
    shown = (block for block in blocks if block is not None and block != Sentences(block.heading, ()))
    return Report("Comparison of " + _listed(comparison.ids), tuple(shown))


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(words[:-1]) + " and " + words[-1]


def _who(comparison: Comparison) -> Iterator[str]:
    for letter, record_id, label in zip(LETTERS, comparison.ids, comparison.labels, strict=False):
        yield f"{letter} is {record_id}" + (f": {label}." if label else ".")


def headlines(comparison: Comparison) -> Iterator[str]:
    """Sentences about what comes out differently, the weightiest first."""
    if not comparison.differences:
        yield "The inputs are the same."
    if len(set(comparison.ends)) > 1:
        yield "They end on different days; balances are those of each one's last day."
    for letter, is_feasible in zip(LETTERS, comparison.is_feasible, strict=False):
        if not is_feasible:
            yield f"{letter} is infeasible: its balances end the day before it breaks."
    worth = next(figure for figure in comparison.final if figure.name == NET_WORTH)
    interest = next((figure for figure in comparison.totals if figure.name == "Interest paid"), None)
    for position, letter in enumerate(LETTERS[1 : len(comparison.ids)], 1):
        yield from _change(letter, "ends with", "net worth", worth, position)
        if interest:
            yield from _change(letter, "pays", "interest on debts", interest, position)
    for move in comparison.milestones:
        yield from move_sentences(move)


def _change(letter: str, verb: str, noun: str, figure: Figure, position: int) -> Iterator[str]:
    change = figure.changes[position]
    if change is None:
        return
    if change:
        yield f"{letter} {verb} {money(abs(change))} {'more' if change > 0 else 'less'} {noun} than A."
    else:
        yield f"{letter} {verb} as much {noun} as A."


def move_sentences(move: MilestoneMove) -> Iterator[str]:
    """How a milestone moved, one sentence for each forecast in which it did."""
    first = move.reached[0]
    for letter, day, days in zip(LETTERS[1:], move.reached[1:], move.days[1:], strict=False):
        if day == first:
            continue
        if days is None:
            yield f"{move.name} is {f'reached on {day} in {letter} only' if day else f'not reached in {letter}'}."
        else:
            yield f"{move.name} is reached {_days(abs(days))} {'later' if days > 0 else 'earlier'} in {letter}."


def _days(count: int) -> str:
    return f"{count:,} day" + ("" if count == 1 else "s")


def signed_days(days: int | None) -> str | None:
    """`+31`, `-2`, `0`."""
    return None if days is None else f"{days:+d}" if days else "0"


def milestone_grid(comparison: Comparison) -> Grid | None:
    """The day of every milestone in every forecast, and by how many days it moved against A."""
    letters = LETTERS[: len(comparison.ids)]
    columns = ("Milestone", "Kind", *letters, *(f"{letter}-A days" for letter in letters[1:]))
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (move.name, move.kind, *(day or NOT_REACHED for day in move.reached), *map(signed_days, move.days[1:]))
        for move in comparison.milestones
    )
    return Grid("Milestones", columns, rows) if rows else None


def figure_grid(heading: str, figures: tuple[Figure, ...], comparison: Comparison) -> Grid:
    """Amounts of every forecast, and the differences to those of A."""
    letters = LETTERS[: len(comparison.ids)]
    columns = ("", *letters, *(f"{letter}-A" for letter in letters[1:]))
    rows: tuple[tuple[Cell, ...], ...] = tuple((each.name, *each.amounts, *each.changes[1:]) for each in figures)
    return Grid(heading, columns, rows)


def difference_grid(comparison: Comparison) -> Grid | None:
    """What differs in the inputs, a row a field; of what all of them have."""
    columns = ("Of", "Field", *LETTERS[: len(comparison.ids)])
    rows = tuple(
        (each.what or "forecast", each.field, *map(input_cell, each.values))
        for each in comparison.differences
        if all(each.is_there)
    )
    return Grid("What differs in the inputs", columns, rows) if rows else None


def missing_sentences(comparison: Comparison) -> Iterator[str]:
    """What some of the forecasts do not have, each with all that it is."""
    fields: dict[tuple[str, tuple[bool, ...]], list[str]] = {}
    for each in comparison.differences:
        if not all(each.is_there):
            value = next(value for value, is_there in zip(each.values, each.is_there, strict=True) if is_there)
            told = fields.setdefault((each.what, each.is_there), [])
            if value not in (None, False):
                told.append(f"{each.field} {cell_text(input_cell(value))}")
    for (what, is_there), told in fields.items():
        letters = [letter for letter, is_in in zip(LETTERS, is_there, strict=False) if is_in]
        yield f"Only in {', '.join(letters)}: {what}, with {', '.join(told)}."


def input_cell(value: Any) -> Cell:
    """A value of a document as a cell: lists are joined, true and false are words; rates keep their digits."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return "; ".join(map(str, value))
    if isinstance(value, Decimal) and value != value.quantize(Decimal("0.01")):
        return f"{value.normalize():f}"
    return value if isinstance(value, int | str | Decimal) or value is None else str(value)

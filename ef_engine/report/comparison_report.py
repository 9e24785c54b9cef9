"""A comparison as a report: what comes out differently in sentences and tables, then what differs in the inputs.

The forecasts are called A, B, C and D, because their labels may be long or the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from ef_engine.report.cells import cell_text, money
from ef_engine.report.comparison import Comparison, Figure, MilestoneMove
from ef_engine.report.series import NET_WORTH
from ef_engine.report.values import Block, Cell, Grid, Report, Sentences

LETTERS = "ABCD"
NOT_REACHED = "not reached"
NOT_THERE = "none"
"""In place of a day where a forecast has no such milestone."""

_ISO_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", re.ASCII)


def comparison_report(comparison: Comparison) -> Report:
    """The report of a comparison."""
    blocks: tuple[Block | None, ...] = (
        Sentences("", tuple(_who(comparison))),
        Sentences("What changes", tuple(headlines(comparison))),
        milestone_grid(comparison),
        figure_grid("Sums over the whole forecast", comparison.totals, comparison),
        figure_grid("Balances on the last day", comparison.final, comparison),
        shared_grid(comparison),
        executed_grid(comparison),
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
        yield "They end on different days; balances are those of each one's last day" + _also(comparison.shared_day)
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


def _also(shared_day: date | None) -> str:
    return f", and of {shared_day}, the last that all have." if shared_day else "."


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
    for position, letter in enumerate(LETTERS[1 : len(move.reached)], 1):
        if sentence := _move_sentence(move, position, letter):
            yield sentence


def _move_sentence(move: MilestoneMove, position: int, letter: str) -> str | None:
    day, days = move.reached[position], move.days[position]
    told = f"{move.name} is {f'reached on {day}' if day else 'not reached'} in {letter}"
    match move.is_there[0], move.is_there[position]:
        case True, False:
            return f"{letter} has no milestone {move.name}."
        case False, True:
            return f"{told}; A has no such milestone."
        case False, False:
            return None
    if day == move.reached[0]:
        return None
    if days is None:
        return f"{told} only." if day else f"{told}."
    return f"{move.name} is reached {_days(abs(days))} {'later' if days > 0 else 'earlier'} in {letter}."


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
        (move.name, move.kind, *reached_cells(move), *map(signed_days, move.days[1:])) for move in comparison.milestones
    )
    return Grid("Milestones", columns, rows, is_split=True) if rows else None


def reached_cells(move: MilestoneMove) -> tuple[Cell, ...]:
    """The day a milestone is reached in each forecast, or a word for why there is none."""
    return tuple(
        day or (NOT_REACHED if is_there else NOT_THERE)
        for day, is_there in zip(move.reached, move.is_there, strict=True)
    )


def shared_grid(comparison: Comparison) -> Grid | None:
    """The balances on the last day that all have, where they do not end on the same."""
    heading = f"Balances on {comparison.shared_day}, the last day that all have"
    return figure_grid(heading, comparison.shared, comparison) if comparison.shared else None


def executed_grid(comparison: Comparison) -> Grid | None:
    """What was executed of each memo, where that is not the same everywhere."""
    changed = tuple(figure for figure in comparison.executed if figure.is_changed)
    return figure_grid("What was executed of items, where it differs", changed, comparison) if changed else None


def figure_grid(heading: str, figures: tuple[Figure, ...], comparison: Comparison) -> Grid:
    """Amounts of every forecast, and the differences to those of A."""
    letters = LETTERS[: len(comparison.ids)]
    columns = ("", *letters, *(f"{letter}-A" for letter in letters[1:]))
    rows: tuple[tuple[Cell, ...], ...] = tuple((each.name, *each.amounts, *each.changes[1:]) for each in figures)
    return Grid(heading, columns, rows, is_split=True)


def difference_grid(comparison: Comparison) -> Grid | None:
    """What differs in the inputs, a row a field; of what all of them have."""
    columns = ("Of", "Field", *LETTERS[: len(comparison.ids)])
    rows = tuple(
        (each.what or "forecast", each.field, *map(input_cell, each.values))
        for each in comparison.differences
        if all(each.is_there)
    )
    return Grid("What differs in the inputs", columns, rows) if rows else None


def all_differences_grid(comparison: Comparison) -> Grid:
    """Every difference of the inputs, a row a field, also of what only some have."""
    rows = tuple(
        (each.what or "forecast", each.field, *map(input_cell, each.values)) for each in comparison.differences
    )
    return Grid("Inputs", ("Of", "Field", *LETTERS[: len(comparison.ids)]), rows)


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
    if isinstance(value, str) and _ISO_DATE.fullmatch(value):
        return date.fromisoformat(value)
    if isinstance(value, Decimal) and value != value.quantize(Decimal("0.01")):
        return f"{value.normalize():f}"
    return value if isinstance(value, int | str | Decimal) or value is None else str(value)

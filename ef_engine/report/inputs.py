"""The inputs of a forecast as tables, in the words of its document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ef_engine.report.comparison_report import input_cell
from ef_engine.report.values import Cell, Grid

Document = Mapping[str, Any]
"""A forecast in its canonical form."""

_MILESTONES = ("account", "memo", "composite")


def input_grids(document: Document) -> tuple[Grid, ...]:
    """Dates and options, accounts by type, items, rules and milestones; those of which there are none are left out."""
    return tuple(_grids(document))


def _grids(document: Document) -> Iterator[Grid]:
    options = {key: document[key] for key in ("label", "start_date", "end_date")} | document["options"]
    named: tuple[tuple[Cell, ...], ...] = tuple((_title(key), input_cell(value)) for key, value in options.items())
    yield Grid("Forecast", ("Field", "Value"), named)
    for kind in dict.fromkeys(account["type"] for account in document["accounts"]):
        yield from _grid(f"{_title(kind)} accounts", [each for each in document["accounts"] if each["type"] == kind])
    for heading, key in (("Budget items", "budget_items"), ("Memo rules", "memo_rules")):
        yield from _grid(heading, document[key])
    for kind in _MILESTONES:
        yield from _grid(f"{kind.capitalize()} milestones", document["milestones"][kind])


def _grid(heading: str, entries: Sequence[Document]) -> Iterator[Grid]:
    """One row an entry, one column a field that any of them has a value of."""
    if entries:
        every = dict.fromkeys(key for entry in entries for key in entry)
        keys = [key for key in every if any(entry.get(key) is not None for entry in entries)]
        first = [key for key in ("name", "memo", "memo_regex") if key in keys]
        ordered = list(dict.fromkeys((*first, *keys)))
        rows = tuple(tuple(input_cell(entry.get(key)) for key in ordered) for entry in entries)
        yield Grid(heading, tuple(map(_title, ordered)), rows)


def _title(key: str) -> str:
    return key.replace("_", " ").capitalize()

"""A comparison for programs: a row a fact, or one document `ef/comparison/1`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ef_engine.report.comparison import Comparison, Figure
from ef_engine.report.comparison_report import NOT_THERE, input_cell
from ef_engine.report.values import Cell

SCHEMA = "ef/comparison/1"
COLUMNS = ("About", "Of", "Field")
"""Before one column a forecast, named by its id."""


def comparison_rows(comparison: Comparison) -> list[tuple[Cell, ...]]:
    """Milestones (dates, empty where not reached), sums, balances, what was executed of items, and the inputs."""
    return [
        *_milestones(comparison),
        *_figures("total", comparison.totals),
        *_figures("final", comparison.final),
        *_figures("shared", comparison.shared, comparison.shared_day),
        *_figures("executed", comparison.executed),
        *_inputs(comparison),
    ]


def _milestones(comparison: Comparison) -> Iterator[tuple[Cell, ...]]:
    for move in comparison.milestones:
        days = zip(move.reached, move.is_there, strict=True)
        yield ("milestone", move.name, move.kind, *(day if is_there else NOT_THERE for day, is_there in days))


def _figures(about: str, figures: tuple[Figure, ...], field: Cell = "") -> Iterator[tuple[Cell, ...]]:
    for figure in figures:
        yield (about, figure.name, field, *figure.amounts)


def _inputs(comparison: Comparison) -> Iterator[tuple[Cell, ...]]:
    for each in comparison.differences:
        yield ("input", each.what or "forecast", each.field, *map(input_cell, each.values))


def comparison_document(comparison: Comparison) -> dict[str, Any]:
    """The comparison as plain mappings and lists; values in the order of `forecasts`, changes against the first."""
    sides = zip(comparison.ids, comparison.labels, comparison.ends, comparison.is_feasible, strict=True)
    return {
        "schema": SCHEMA,
        "forecasts": [
            {"forecast_id": record_id, "label": label, "end_date": end, "is_feasible": is_feasible}
            for record_id, label, end, is_feasible in sides
        ],
        "milestones": [
            {
                "name": move.name,
                "kind": move.kind,
                "reached": move.reached,
                "days": move.days,
                "is_there": move.is_there,
            }
            for move in comparison.milestones
        ],
        "totals": _figure_documents(comparison.totals),
        "final": _figure_documents(comparison.final),
        "shared_day": comparison.shared_day,
        "shared": _figure_documents(comparison.shared),
        "executed": _figure_documents(comparison.executed),
        "inputs": [
            {"of": each.what or "forecast", "field": each.field, "values": each.values, "is_there": each.is_there}
            for each in comparison.differences
        ],
    }


def _figure_documents(figures: tuple[Figure, ...]) -> list[dict[str, Any]]:
    return [{"name": each.name, "amounts": each.amounts, "changes": each.changes} for each in figures]

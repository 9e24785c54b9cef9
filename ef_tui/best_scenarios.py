"""A set beside forecasts: what its best scenario ends with stands in its row; pure.

Only for the eye: to a query a set has no net worth of its own, here as in `ef_cli list`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ef_engine.service.listing import Row

SET = "forecastset"


def with_best_scenarios(rows: Sequence[Row]) -> list[Row]:
    """The rows, each set with net worth, milestones and trend of the scenario of it that ends with most."""
    best = _best(rows) if any(row.kind == SET for row in rows) else {}
    return [_as_best(row, best[row.id]) if row.id in best and row.kind == SET else row for row in rows]


def _best(rows: Iterable[Row]) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for row in rows:
        if row.tracking and row.net_worth is not None and row.state == "evaluated":
            before = found.setdefault(row.tracking, row)
            if float(row.net_worth) > float(before.net_worth or 0):
                found[row.tracking] = row
    return found


def _as_best(row: Row, best: Row) -> Row:
    return row._replace(net_worth=best.net_worth, goals=best.goals, reached=best.reached, trend=best.trend)


def listed(row: Row, field: str) -> object:
    """What a query finds in a row: the same as `ef_cli list` does."""
    return None if field == "net_worth" and row.kind == SET else getattr(row, field)

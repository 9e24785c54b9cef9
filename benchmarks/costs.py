"""What a one-year forecast on a cluster costs: measured by `benchmarks.cluster`, used by `benchmarks.nightly`.

Seconds are of one core, or of one disk. The defaults are what was measured when `docs/cluster.md` was written; another
machine's are read from the rows that `python -m benchmarks cluster --json` prints.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from benchmarks.rows import Row


def _cost(default: float, what: str, unit: str) -> Any:
    return field(default=default, metadata={"what": what, "unit": unit})


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """The costs of one forecast; each field's row says what it is."""

    worker: float = _cost(0.0410, "worker: CPU of a forecast, all told", "s")
    scheduler: float = _cost(0.0041, "scheduler: CPU of a forecast", "s")
    supervisor: float = _cost(0.0090, "supervisor: CPU of a forecast of a set", "s")
    alone: float = _cost(0.0142, "supervisor: CPU of a forecast with a ticket of its own", "s")
    queued: float = _cost(0.0021, "supervisor: and for every 1,000 tickets behind it", "s")
    syncs: float = _cost(9.0, "disk: syncs of a forecast", "times")
    sync: float = _cost(0.0001, "disk: a sync, many at once", "s")
    sync_alone: float = _cost(0.0002, "disk: a sync, waited for alone", "s")
    sent: float = _cost(2_944, "network: to the scheduler for a forecast", "bytes")
    received: float = _cost(30_143, "network: from the scheduler for a forecast", "bytes")
    start: float = _cost(0.685, "a run of one forecast, from start to exit", "s")
    delay: float = _cost(0.0108, "an empty task, there and back", "s")


def rows_of(costs: Costs) -> Iterator[Row]:
    """The costs as a benchmark's rows."""
    for each in fields(costs):
        yield Row(what=each.metadata["what"], value=getattr(costs, each.name), unit=each.metadata["unit"])


def from_rows(rows: Iterable[Mapping[str, Any]]) -> Costs:
    """The costs among the rows of a benchmark's JSON; KeyError for one that is missing."""
    values = {row["what"]: float(row["value"]) for row in rows}
    return Costs(**{each.name: values[each.metadata["what"]] for each in fields(Costs)})

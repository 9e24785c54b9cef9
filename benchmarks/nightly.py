"""`python -m benchmarks.nightly`: how long the forecasts of many users take on a cluster, and where it breaks first.

It begins with a small cluster and widens what is busiest, step by step, until that is the scheduler or its network, of
which there is one. What a forecast costs is measured (`python -m benchmarks cluster --json`); the night is simulated.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from pathlib import Path

from benchmarks.costs import Costs, from_rows
from benchmarks.night import Night, Shape, demands, night, queueing

SINGLE = ("scheduler", "network")
"""What a cluster has one of."""

WIDER, MANY_MORE = 2, 10
MOST = 2 / 3
GAIN = 0.98
"""What is not quicker than that by widening is as wide as it is worth."""

PARTS = {
    "workers": "computing",
    "stand-ins": "writing",
    "supervisor": "supervisor",
    "disk": "disk",
    "scheduler": "scheduler",
    "network": "network",
}
"""In the table, what each is busy with: half of what there is of a worker is its thread in the supervisor."""

HEADER = ("workspaces", "supervisors", "workers", "duration", "a second", *PARTS.values())


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the table, and what follows from it in sentences."""
    given = (parser := _parser()).parse_args(arguments)
    costs = from_rows(json.loads(given.costs.read_text())["rows"]) if given.costs else Costs()
    changes = {each.name: getattr(given, each.name) for each in fields(Costs)}
    costs = replace(costs, **{name: value for name, value in changes.items() if value is not None})
    try:
        shape = Shape(**{each.name: getattr(given, each.name) for each in fields(Shape)})
    except ValueError as error:
        parser.error(str(error))
    steps = list(widened(costs, shape))
    print(table(steps))
    print()
    print("\n".join(sentences(costs, steps, given.hours)))
    return 0


def _parser() -> argparse.ArgumentParser:
    about = "The forecasts of many users in a night, simulated from what one forecast costs on a cluster."
    parser = argparse.ArgumentParser(prog="python -m benchmarks.nightly", description=about)
    parser.add_argument("--costs", type=Path, metavar="FILE", help="what `python -m benchmarks cluster --json` printed")
    parser.add_argument("--hours", type=float, default=6.0, help="how long the night is (default: %(default)s)")
    for each in fields(Shape):
        parser.add_argument(
            f"--{each.name}", type=float if each.name == "megabits" else int, default=each.default,
            help="the first cluster; default: %(default)s",
        )  # fmt: skip
    for each in fields(Costs):
        parser.add_argument(f"--{each.name}", type=float, help=f"{each.metadata['what']} (default: {each.default:g})")
    return parser


def widened(costs: Costs, shape: Shape) -> Iterator[tuple[Shape, Night]]:
    """Nights of wider and wider clusters, until more of nothing would help."""
    found = night(costs, shape)
    yield shape, found
    while found.limit not in SINGLE:
        before, shape = found, wider(costs, shape, found.limit)
        found = night(costs, shape)
        if found.seconds > before.seconds * GAIN:
            return
        yield shape, found


def wider(costs: Costs, shape: Shape, part: str) -> Shape:
    """More of a part: of workspaces, where a supervisor is busy with its queue more than with anything else."""
    if part == "workers":
        return replace(shape, workers=shape.workers * WIDER)
    if part == "supervisor" and is_of_queue(costs, shape):
        return replace(shape, workspaces=shape.workspaces * MANY_MORE)
    supervisors = shape.supervisors * WIDER
    return replace(shape, supervisors=supervisors, workers=max(shape.workers, supervisors))


def is_of_queue(costs: Costs, shape: Shape) -> bool:
    """Whether most of what a supervisor does is due to what waits in its workspace."""
    of_queue = queueing(costs, shape.tickets / 2) / shape.forecasts
    return of_queue > MOST * shape.supervisors * demands(costs, shape)["supervisor"]


def table(steps: Sequence[tuple[Shape, Night]]) -> str:
    """A line a night: its shape, how long it took, and how busy each part was."""
    lines = [HEADER, *(_cells(shape, found) for shape, found in steps)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADER))]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in lines
    )  # fmt: skip


def _cells(shape: Shape, found: Night) -> tuple[str, ...]:
    busy = (f"{100 * found.busy[part]:.0f} %" for part in PARTS)
    return (
        f"{max(shape.workspaces, shape.supervisors):,}", f"{shape.supervisors:,}", f"{shape.workers:,}",
        duration(found.seconds),
        f"{shape.total / found.seconds:,.1f}", *busy,
    )  # fmt: skip


def duration(seconds: float) -> str:
    """As hours and minutes, as minutes and seconds where it is short."""
    if seconds < 3600:
        return f"{seconds // 60:.0f} min {seconds % 60:.0f} s"
    return f"{seconds // 3600:.0f} h {seconds % 3600 // 60:.0f} min"


def sentences(costs: Costs, steps: Sequence[tuple[Shape, Night]], hours: float) -> Iterator[str]:
    """What breaks first, what it takes to be done in time, and what ends all growth."""
    (first, begin), (last, end) = steps[0], steps[-1]
    yield f"{first.total:,} forecasts in {cluster(first)} take {duration(begin.seconds)}."
    full, found = next((step for step in steps if step[1].limit != "workers"), steps[-1])
    rate = full.total / found.seconds
    yield f"In {cluster(full)} it breaks first, at {rate:,.1f} a second: {limit(costs, full, found)}."
    in_time = next(((shape, found) for shape, found in steps if found.seconds <= 3600 * hours), None)
    if in_time is None:
        yield f"No cluster with one scheduler is done within {hours:g} h."
    else:
        yield f"Within {hours:g} h it takes {cluster(in_time[0])}: {duration(in_time[1].seconds)}."
    most = last.total / end.seconds
    why = limit(costs, last, end) if end.limit != "workers" else "more of anything makes it no quicker"
    yield f"All growth ends in {cluster(last)}, at {most:,.1f} a second: {why}."


def cluster(shape: Shape) -> str:
    """How much there is of everything."""
    workspaces = max(shape.workspaces, shape.supervisors)
    parts = ((workspaces, "workspace"), (shape.supervisors, "supervisor"), (shape.workers, "worker"))
    *most, last = (f"{number:,} {noun}{'s' * (number != 1)}" for number, noun in parts)
    return f"{', '.join(most)} and {last}"


def limit(costs: Costs, shape: Shape, found: Night) -> str:
    """What a night waits for, and why."""
    match found.limit:
        case "supervisor" if is_of_queue(costs, shape):
            return f"the queue of a supervisor, in which {shape.tickets:,.0f} tickets are too many"
        case "supervisor":
            return "the supervisor has but one core for claims, states and results"
        case "workers":
            return f"there are too few workers, which compute for {100 * found.busy['workers']:.0f} % of the time"
        case part:
            return f"the {part} is busy all the time"


if __name__ == "__main__":
    sys.exit(main())

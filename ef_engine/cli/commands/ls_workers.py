"""`ef_cli ls workers`: the processes that work for the workspace, on what, and how hard."""

from __future__ import annotations

import argparse

from ef_engine.cli.invocation import Invocation
from ef_engine.report.durations import duration_text
from ef_engine.service.workers import COLUMNS, Worker, workers
from ef_engine.store.clock import from_timestamp, now, seconds_between

_SPARE = ("Process", "Label", "Heartbeat")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares nothing: it has no options of its own."""


def run(invocation: Invocation) -> int:
    """Prints one line a process; of `--quiet` the pids alone."""
    found = workers(invocation.places)
    if invocation.is_quiet:
        invocation.put("".join(f"{each.process.pid}\n" for each in found))
        return 0
    is_table = invocation.option("format", "table") == "table"
    rows = [_readable(each) if is_table else each.cells for each in found]
    invocation.put_list(COLUMNS, rows, keep=("Runs",), spare=_SPARE)
    return 0


def _readable(worker: Worker) -> tuple[object, ...]:
    values: dict[str, object] = dict(zip(COLUMNS, worker.cells, strict=True))
    if worker.cpu is not None:
        values["CPU"] = f"{worker.cpu:.0f}%"
    if worker.memory is not None:
        values["Memory"] = f"{worker.memory / 1e6:.0f} MB"
    if worker.beaten is not None:
        values["Heartbeat"] = f"{duration_text(seconds_between(from_timestamp(worker.beaten), now()))} ago"
    return tuple(values.values())

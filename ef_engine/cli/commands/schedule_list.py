"""`ef_cli schedule list`: every schedule, when it is due next, and what became of it last."""

from __future__ import annotations

import argparse

from ef_engine.cli.commands.ls_calls import readable
from ef_engine.cli.invocation import Invocation

_SPARE = ("Owner", "Missed", "Code", "Zone", "Last Due")
_MOMENTS = ("Next", "Last Due")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares nothing: it has no options of its own."""


def run(invocation: Invocation) -> int:
    """Prints one line a schedule; of `--quiet` the names alone."""
    from ef_engine.service.schedules import COLUMNS, cells, now
    from ef_engine.store.schedules import read_all

    found = read_all(invocation.places)
    if invocation.is_quiet:
        invocation.put("".join(f"{each.name}\n" for each in found))
        return 0
    moment = now()
    rows = [cells(each, moment) for each in found]
    if invocation.option("format", "table") == "table":
        rows = [
            tuple(readable(cell) if column in _MOMENTS else cell for column, cell in zip(COLUMNS, row, strict=True))
            for row in rows
        ]
    invocation.put_list(COLUMNS, rows, keep=("Name",), spare=_SPARE)
    return 0

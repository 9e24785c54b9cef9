"""`ef_cli list`: what is loaded, staged, in progress and evaluated, in one list."""

from __future__ import annotations

import argparse

from ef_engine.cli.commands.words import add_words, only_kind
from ef_engine.cli.invocation import Invocation
from ef_engine.cli.list_query import add_list_options, selected
from ef_engine.service.listing import COLUMNS, Row, list_rows

_SHOWN = ("ID", "State", "Label", "Start", "End", "Net Worth")
"""What a table shows in the width of a terminal; json and csv have every column."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's words and options."""
    add_words(parser, "[forecast|forecastset]")
    add_list_options(parser)


def run(invocation: Invocation) -> int:
    """Prints one line a row, of `--quiet` the ids alone."""
    invocation.refuse_database()
    chosen = selected(invocation, list_rows(invocation.places, only_kind(invocation)))
    if invocation.is_quiet:
        invocation.put("".join(f"{row.id}\n" for row in chosen.rows))
        return 0
    columns = _SHOWN if invocation.option("format", "table") == "table" else COLUMNS
    invocation.put_list(columns, [_cells(row, columns) for row in chosen.rows])
    if chosen.hidden:
        invocation.say(f"{chosen.hidden} more; --page {chosen.page + 1} shows the next.")
    return 0


def _cells(row: Row, columns: tuple[str, ...]) -> list[object]:
    values = dict(zip(COLUMNS, row.cells, strict=True))
    return [values[column] for column in columns]

"""`ef_cli list`: what is loaded, staged, in progress and evaluated, in one list."""

from __future__ import annotations

import argparse
from operator import itemgetter

from ef_engine.cli.commands.words import add_words, only_kind
from ef_engine.cli.invocation import Invocation
from ef_engine.cli.list_query import add_list_options, selected, tell_hidden
from ef_engine.service.listing import COLUMNS, FIELDS, Row, cells, list_rows

_SHOWN = ("ID", "State", "Label", "Start", "End", "Net Worth")
"""What a table shows; json and csv have every column."""

_SPARE = ("Start", "End")
"""What it leaves out first where it is too wide: scenarios of one set differ in the end of their labels."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's words and options."""
    add_words(parser, "[forecast|forecastset]")
    add_list_options(parser, FIELDS)


def run(invocation: Invocation) -> int:
    """Prints one line a row, of `--quiet` the ids alone."""
    kind = only_kind(invocation)
    rows = list_rows(invocation.places, kind)
    if invocation.is_from_database:
        rows = _with_database(invocation, rows, kind)
    chosen = selected(invocation, rows, FIELDS)
    if invocation.is_quiet:
        invocation.put("".join(f"{row.id}\n" for row in chosen.rows))
        return 0
    columns = _SHOWN if invocation.option("format", "table") == "table" else COLUMNS
    invocation.put_list(columns, _chosen_cells(chosen.rows, columns), spare=_SPARE)
    if not rows and kind is None:
        invocation.say(f"The workspace {invocation.option('workspace')} is empty; `ef_cli run forecast FILE` fills it.")
    tell_hidden(invocation, chosen)
    return 0


def _with_database(invocation: Invocation, rows: list[Row], kind: str | None) -> list[Row]:
    from ef_engine.service.database_listing import is_there, with_database

    target = invocation.database
    if is_there(target):
        return with_database(invocation.workspace, target, rows, kind)
    invocation.say("There is no database yet; `ef_cli db init` makes it.")
    return rows


def _chosen_cells(rows: list[Row], columns: tuple[str, ...]) -> list[tuple[object, ...]]:
    choose = itemgetter(*map(COLUMNS.index, columns))
    return [choose(cells(row)) for row in rows]

"""`ef_cli ls calls` (or `list --all`): one record for everything that ran, runs or waits, page by page."""

from __future__ import annotations

import argparse

from ef_engine.cli.invocation import Invocation
from ef_engine.cli.moments import moment
from ef_engine.cli.options import add_option
from ef_engine.service.calls import COLUMNS, KINDS, ROWS, Choice, calls, paged

_SPARE = ("Forecast", "Page", "Started", "Row", "Finished", "Owner")
"""What a table leaves out first where it is too wide for a terminal."""

_MOMENTS = ("Last Updated", "Started", "Finished")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    add_option(parser, "page", "p", metavar="N", type=int, help="the N-th page (from 1)")
    add_option(parser, "rows", "r", metavar="N", type=_rows, help=f"so many rows a page, or all (default: {ROWS})")
    add_option(parser, "unfinished", "u", action="store_true", help="only what is not finished")
    add_option(parser, "ascend", "a", action="store_true", help="the oldest first")
    add_option(parser, "id", "i", metavar="ID", help="only this one; beginnings fit all they begin")
    add_option(parser, "tracking", "t", metavar="ID", help="only what one set or flow started")
    add_option(parser, "state", metavar="STATE", help="only these, such as staged, in_progress, evaluated, failed")
    add_option(parser, "since", metavar="TIME", type=moment, help="only what changed since, such as 2026-01-31 or 2h")
    add_option(parser, "kind", "k", metavar="KIND,...", type=_kinds, help=f"only these of {', '.join(KINDS)}, or all")
    add_option(parser, "owner", metavar="NAME", help="only whose these are")


def run(invocation: Invocation) -> int:
    """Prints a page and, below a table, where it stands; with `--quiet` the ids alone."""
    rows = calls(invocation.places, _choice(invocation), is_ascending=invocation.option("ascend", False))
    size = invocation.option("rows", ROWS)
    page = paged(rows, invocation.option("page", 1), size or None)
    if invocation.is_quiet:
        invocation.put("".join(f"{row.id}\n" for row in page.rows))
        return 0
    is_table = invocation.option("format", "table") == "table"
    if page.rows or not is_table:
        cells = list(map(_readable, page.cells)) if is_table else page.cells
        invocation.put_list(COLUMNS, cells, spare=_SPARE)
    if is_table:
        invocation.put(f"{page.footer}\n")
    return 0


def _choice(invocation: Invocation) -> Choice:
    return Choice(
        id=invocation.option("id"),
        tracking=invocation.option("tracking"),
        state=invocation.option("state"),
        owner=invocation.option("owner"),
        since=invocation.option("since"),
        is_unfinished=invocation.option("unfinished", False),
        kinds=invocation.option("kind"),
    )


def _kinds(text: str) -> frozenset[str]:
    """The kinds that are named, or all."""
    found = frozenset(KINDS if text == "all" else text.replace("forecastset", "set").split(","))
    if unknown := sorted(found - set(KINDS)):
        raise argparse.ArgumentTypeError(f"{unknown[0]!r} is no kind of record: {', '.join(KINDS)}, or all")
    return found


def _rows(text: str) -> int:
    """The number, 0 for all."""
    if text == "all":
        return 0
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of rows, which is at least 1, nor the word all")
    return int(text)


def _readable(cells: tuple[object, ...]) -> tuple[object, ...]:
    """The cells for people: moments to the second."""
    return tuple(readable(cell) if column in _MOMENTS else cell for column, cell in zip(COLUMNS, cells, strict=True))


def readable(moment: object) -> object:
    """`2026-01-31 08:15:00`, in UTC as ever."""
    return str(moment)[:19].replace("T", " ") if moment else moment

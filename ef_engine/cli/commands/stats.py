"""`ef_cli stats` (or `ls stats`): how many records there are, how their runs ended and how long they took."""

from __future__ import annotations

import argparse

from ef_engine.cli.invocation import Invocation
from ef_engine.cli.moments import moment
from ef_engine.cli.options import add_option
from ef_engine.service.listen import skipped_text
from ef_engine.service.stats import Runs, stats

_COLUMNS = ("What", "Which", "Value")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    add_option(parser, "since", metavar="TIME", type=moment, help="only runs that ended since, such as 2026-01-31")


def run(invocation: Invocation) -> int:
    """Prints one line a number."""
    found = stats(invocation.places, invocation.option("since"))
    rows = [
        *(("records", status, count) for status, count in found.statuses.items()),
        ("records", "all", sum(found.statuses.values())),
        *_rows("runs", found.runs),
        *(row for kind, ended in found.errands.items() if ended.count for row in _rows(f"{kind}s", ended)),
    ]
    invocation.put_list(_COLUMNS, rows, keep=_COLUMNS)
    if found.skipped:
        invocation.say(skipped_text(found.skipped))
    return 0


def _rows(what: str, runs: Runs) -> list[tuple[str, str, float | None]]:
    """How many ended how, how many an hour, and how long half of them took at most."""
    per_hour = None if runs.per_hour is None else round(runs.per_hour, 2)
    middle = None if runs.median_seconds is None else round(runs.median_seconds, 3)
    return [
        *((what, outcome, count) for outcome, count in runs.outcomes.items()),
        (what, "all", runs.count),
        (what, "per hour", per_hour),
        (what, "median seconds", middle),
    ]

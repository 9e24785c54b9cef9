"""`ef_cli ps`: what runs and waits, in every process of every user of the workspace. A header alone if nothing does."""

from __future__ import annotations

import argparse
import time
from typing import Any

from ef_engine.cli.durations import seconds
from ef_engine.cli.invocation import Invocation
from ef_engine.cli.list_query import add_list_options, selected, tell_hidden
from ef_engine.cli.options import WATCH_OPTIONS, add_option, add_settings
from ef_engine.errors import CommandError
from ef_engine.jobs.watch import FROZEN_SECONDS, STUCK_SECONDS, Thresholds
from ef_engine.report.durations import duration_text
from ef_engine.service.in_progress import COLUMNS, InProgress, Lookout
from ef_engine.service.in_progress_fields import FIELDS, value_of
from ef_engine.store.clock import now, seconds_between

INTERVAL_SECONDS = 2.0
INTERRUPTED = 130

_SPARE = ("Heartbeat", "Rate", "Attempt", "Process")
"""What a table leaves out first where it is too wide."""

_MANY = 10
"""Steps a second from which fractions of them interest nobody."""

_DURATIONS = ("ETA", "Elapsed")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    add_list_options(parser, FIELDS)
    add_option(parser, "watch", action="store_true", help="again and again, until interrupted")
    add_option(parser, "interval", metavar="DURATION", type=seconds, help="between two looks (default: 2s)")
    add_settings(parser, WATCH_OPTIONS)


def run(invocation: Invocation) -> int:
    """Prints one line each, once or until interrupted."""
    lookout = Lookout(invocation.places, thresholds(invocation))
    if invocation.option("watch", False):
        return _watch(invocation, lookout)
    invocation.put(_text(invocation, lookout))
    return 0


def _watch(invocation: Invocation, lookout: Lookout) -> int:
    from ef_engine.cli.screen import screen

    interval = invocation.option("interval", INTERVAL_SECONDS)
    try:
        with screen() as sheet:
            while True:
                sheet.show(_text(invocation, lookout))
                time.sleep(interval)
    except KeyboardInterrupt:
        return INTERRUPTED


def thresholds(invocation: Invocation) -> Thresholds:
    """When something is called frozen or stuck, as it is set."""
    frozen = _duration(invocation, "frozen_after", FROZEN_SECONDS)
    return Thresholds(frozen=frozen, stuck=_duration(invocation, "stuck_after", STUCK_SECONDS))


def _duration(invocation: Invocation, name: str, default: float) -> float:
    """A setting, which comes as text, wherever it comes from."""
    text = invocation.option(name)
    try:
        return default if text is None else seconds(str(text))
    except argparse.ArgumentTypeError as error:
        raise CommandError(f"{name}: {error}", "correct it, or leave it out") from error


def _text(invocation: Invocation, lookout: Lookout) -> str:
    chosen = selected(invocation, lookout.look(), FIELDS, value_of)
    if not invocation.option("watch", False):
        tell_hidden(invocation, chosen)
    if invocation.is_quiet:
        return "".join(f"{each.record.id}\n" for each in chosen.rows)
    is_table = invocation.option("format", "table") == "table"
    rows = [_readable(each) if is_table else each.cells for each in chosen.rows]
    return invocation.list_text(COLUMNS, rows, spare=_SPARE)


def _readable(row: InProgress) -> tuple[Any, ...]:
    """The cells for people: durations in words, rates by the second, and how long ago the last heartbeat was."""
    values: dict[str, Any] = dict(zip(COLUMNS, row.cells, strict=True))
    if values["Heartbeat"]:
        values["Heartbeat"] = f"{duration_text(seconds_between(values['Heartbeat'], now()))} ago"
    if values["Rate"] is not None:
        values["Rate"] = f"{values['Rate']:,.0f}/s" if values["Rate"] >= _MANY else f"{values['Rate']:.2g}/s"
    for column in _DURATIONS:
        if values[column] is not None:
            values[column] = duration_text(values[column])
    return tuple(values.values())

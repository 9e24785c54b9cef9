"""`ef_cli listen`: what happened and what happens in the workspace, a line each, or handed to an adaptor."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

from ef_engine.cli.invocation import Invocation
from ef_engine.cli.moments import moment
from ef_engine.cli.options import add_option
from ef_engine.report.cells import cell_text
from ef_engine.report.listing import list_csv
from ef_engine.service.listen import CHANNELS, Listener, Wanted

_FORMATS = ("text", "json", "csv", "table")
_COLUMNS = ("at", "channel", "event", "id", "name", "process", "note")
_UNSAID = frozenset({*_COLUMNS, "attempt", "text"})
INTERRUPTED = 130


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    add_option(parser, "name", "n", metavar="GLOB", help="only records whose id or name fits, such as 'car*'")
    add_option(
        parser, "channel", "c", metavar="CHANNEL", choices=CHANNELS, action="append",
        help="task (the life of records), log (what workers log) or data (what comes and goes); may be repeated",
    )  # fmt: skip
    add_option(parser, "since", metavar="TIME", type=moment, help="from then on, such as 2026-01-31 or 2h")
    add_option(parser, "follow", action="store_true", help="go on until interrupted")
    add_option(parser, "adaptor", "a", metavar="MODULE:CALLABLE", help="hand each to a function, or a class with put")


def run(invocation: Invocation) -> int:
    """Tells the past, and with `--follow` what comes."""
    wanted = Wanted(
        frozenset(invocation.option("channel", CHANNELS)), invocation.option("name", "*"), invocation.option("since")
    )
    listener = Listener(invocation.places, wanted, _put(invocation), invocation.say)
    if not invocation.option("follow", False):
        listener.replay()
        return 0
    try:
        listener.follow()
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def _put(invocation: Invocation) -> Callable[[Mapping[str, Any]], None]:
    """What is done with each message."""
    form = invocation.choice("format", _FORMATS)
    if name := invocation.option("adaptor"):
        from ef_engine.cli.adaptor import load_adaptor

        return load_adaptor(name, invocation.say)
    if form == "csv" and not invocation.option("no_header", False):
        sys.stdout.write(list_csv(_COLUMNS, []))
    write = {"json": _write_json, "csv": _write_csv}.get(form, _write_text)

    def put(message: Mapping[str, Any]) -> None:
        write(message)
        sys.stdout.flush()

    return put


def _write_json(message: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(message, ensure_ascii=False, default=str) + "\n")


def _write_csv(message: Mapping[str, Any]) -> None:
    sys.stdout.write(list_csv(_COLUMNS, [_values(message)], header=False))


def _write_text(message: Mapping[str, Any]) -> None:
    at, channel, event, record_id, name, _, note = _values(message)
    called = "" if name == record_id else f"  {name}"
    words = cell_text(f"{at}  {event or channel:<14}  {record_id}{called}  {note}".rstrip())
    sys.stdout.write(f"{words}\n")


def _values(message: Mapping[str, Any]) -> tuple[str, ...]:
    """The values in the order of `_COLUMNS`."""
    process = message.get("process") or {}
    runner = f"{process.get('host')}:{process.get('pid')}" if process else ""
    return (
        message["at"], message["channel"], message.get("event", ""), message["id"], message["name"], runner,
        _note(message),
    )  # fmt: skip


def _note(message: Mapping[str, Any]) -> str:
    attempt = f"attempt {message['attempt']}" if message.get("attempt") else ""
    others = [f"{key} {value}" for key, value in message.items() if key not in _UNSAID and value not in ("", None)]
    return "  ".join(filter(None, (attempt, str(message.get("text", "")), *others)))

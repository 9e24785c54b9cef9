"""`ef_cli log`: what an attempt wrote down; with `--follow` as it does so, until it ends."""

from __future__ import annotations

import argparse

from ef_engine.cli.commands.words import add_words, kind_and_name
from ef_engine.cli.invocation import Invocation
from ef_engine.cli.options import add_option
from ef_engine.service.attempt_log import follow_log, read_log
from ef_engine.service.ids import find_any_id


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's words and options."""
    add_words(parser, "[forecast] ID", has_id=True)
    add_option(parser, "follow", action="store_true", help="go on until it ends; waits for what is queued to begin")
    add_option(parser, "attempt", metavar="N", type=_number, help="of this attempt (default: the latest)")


def run(invocation: Invocation) -> int:
    """Prints the log."""
    kind, name = kind_and_name(invocation, "an id")
    record_id = find_any_id(invocation.places, name, kind)
    attempt = invocation.option("attempt")
    if not invocation.option("follow", False):
        invocation.put_bytes(read_log(invocation.places, record_id, attempt))
        return 0
    for added in follow_log(invocation.places, record_id, attempt):
        invocation.put_bytes(added)
    return 0


def _number(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of an attempt, which count from 1")
    return int(text)

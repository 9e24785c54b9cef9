"""`ef_cli wait`: until all are done, whoever runs them. Prints one line an id as it ends: `ID OUTCOME`."""

from __future__ import annotations

import argparse
import sys

from ef_engine.cli.commands.words import add_words, kind_and_names
from ef_engine.cli.durations import seconds
from ef_engine.cli.invocation import Invocation
from ef_engine.cli.options import add_option
from ef_engine.errors import CommandError
from ef_engine.service.ids import find_any_id
from ef_engine.service.wait import wait

FINE = ("evaluated", "infeasible", "skipped")
"""Ends that are an answer; any other makes the exit code 1."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's words and options."""
    add_words(parser, "[forecast|forecastset|flow] ID...", has_id=True)
    add_option(parser, "timeout", metavar="DURATION", type=seconds, help="for so long at most (90, 5m, 2h)")


def run(invocation: Invocation) -> int:
    """Ends with 1 if one of them has no result, or if time is up."""
    kind, names = kind_and_names(invocation)
    if not names:
        raise CommandError("`ef_cli wait` needs an id", "see `ef_cli ps`")
    ids = [find_any_id(invocation.places, name, kind) for name in names]
    is_fine = True
    for record_id, word in wait(invocation.places, ids, invocation.option("timeout"), invocation.say):
        is_fine = is_fine and word in FINE
        invocation.put(f"{record_id} {word}\n")
        sys.stdout.flush()
    return 0 if is_fine else 1

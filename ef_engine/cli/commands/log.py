"""`ef_cli log`: what the latest attempt logged."""

from __future__ import annotations

import argparse

from ef_engine.cli.commands.words import add_words, kind_and_name
from ef_engine.cli.invocation import Invocation, not_available
from ef_engine.cli.options import add_option
from ef_engine.errors import NotFoundError
from ef_engine.service.ids import find_record


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's words and options."""
    add_words(parser, "[forecast|forecastset] ID", has_id=True)
    add_option(parser, "follow", action="store_true", help="go on until it is done")


def run(invocation: Invocation) -> int:
    """Prints the log."""
    if invocation.option("follow", False):
        raise not_available("--follow", "leave it out")
    kind, name = kind_and_name(invocation, "an id")
    record = find_record(invocation.places, name, kind)
    path = invocation.places.run(record.id) / f"attempt-{record.attempt}.log"
    try:
        invocation.put_bytes(path.read_bytes())
    except FileNotFoundError as error:
        raise NotFoundError(f"{record.id} has no log", "only a forecast that ran has one") from error
    return 0

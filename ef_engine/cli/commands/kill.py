"""`ef_cli kill`: stops one wherever it runs; not yet, but whom it would stop is checked."""

from __future__ import annotations

import argparse

from ef_engine.cli.commands.words import add_words, kind_and_name
from ef_engine.cli.invocation import Invocation, not_available
from ef_engine.errors import NotFoundError
from ef_engine.service.ids import find_record
from ef_engine.store.states import Paused, Queued, Running


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's words."""
    add_words(parser, "[forecast|forecastset] ID", has_id=True)


def run(invocation: Invocation) -> int:
    """Ends with 4 for what does not run."""
    kind, name = kind_and_name(invocation, "an id")
    record = find_record(invocation.places, name, kind)
    match record.state:
        case Queued():
            raise not_available("kill", "nothing runs it yet")
        case Running(process) | Paused(process):
            raise not_available("kill", f"press Ctrl-C where it runs, or stop process {process}")
    raise NotFoundError(f"{record.id} does not run", "see `ef_cli ps`")

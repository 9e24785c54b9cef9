"""`ef_cli resume`: lets a paused forecast, or without an id the queue, go on."""

from __future__ import annotations

import argparse

from ef_engine.cli.commands.words import add_words, kind_and_names
from ef_engine.cli.invocation import Invocation
from ef_engine.service.ids import find_any_id


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's words."""
    add_words(parser, "[ID]", has_id=True)


def run(invocation: Invocation) -> int:
    """Says what goes on."""
    from ef_engine.service.hold import resume
    from ef_engine.service.queue import continue_queue

    kind, names = kind_and_names(invocation)
    if not names:
        continue_queue(invocation.places)
        invocation.say("The queue goes on.")
    for name in names:
        record = resume(invocation.places, find_any_id(invocation.places, name, kind))
        invocation.put(f"{record.id} running\n")
    return 0

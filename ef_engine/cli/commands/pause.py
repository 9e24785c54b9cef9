"""`ef_cli pause`: holds a running forecast, or without an id the queue: what runs goes on, nothing new begins."""

from __future__ import annotations

import argparse

from ef_engine.cli.commands.words import add_words, kind_and_names
from ef_engine.cli.invocation import Invocation
from ef_engine.service.ids import find_any_id


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's words."""
    add_words(parser, "[ID]", has_id=True)


def run(invocation: Invocation) -> int:
    """Says what is held."""
    from ef_engine.service.hold import pause
    from ef_engine.service.queue import pause_queue

    kind, names = kind_and_names(invocation)
    if not names:
        pause_queue(invocation.places)
        invocation.say("The queue is paused: nothing new begins until `ef_cli resume`.")
    for name in names:
        record = pause(invocation.places, find_any_id(invocation.places, name, kind))
        invocation.put(f"{record.id} paused\n")
    return 0

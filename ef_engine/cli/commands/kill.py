"""`ef_cli kill`: stops one wherever it runs, or takes it out of the queue; the others go on.

`kill worker PID` ends a process, and with it what it runs.
"""

from __future__ import annotations

import argparse

from ef_engine.cli.commands.words import add_words, kind_and_name
from ef_engine.cli.invocation import Invocation
from ef_engine.errors import CommandError
from ef_engine.service.ids import find_any_id
from ef_engine.store.states import word_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's words."""
    add_words(parser, "[forecast|forecastset|flow] ID", has_id=True)


def run(invocation: Invocation) -> int:
    """Prints `ID OUTCOME`; ends with 4 for what neither runs nor waits."""
    if invocation.args.words[:1] == ["worker"]:
        return _kill_worker(invocation, invocation.args.words[1:])
    kind, name = kind_and_name(invocation, "an id")
    record_id = find_any_id(invocation.places, name, kind)
    from ef_engine.service.stop import kill

    record = kill(invocation.places, record_id, invocation.workspace.owner)
    invocation.put(f"{record.id} {word_of(record.state)}\n")
    return 0


def _kill_worker(invocation: Invocation, words: list[str]) -> int:
    if len(words) != 1 or not words[0].isdecimal():
        raise CommandError("`ef_cli kill worker` needs the pid of one process", "see `ef_cli ls workers`")
    from ef_engine.service.workers import kill_worker

    record = kill_worker(invocation.places, int(words[0]), invocation.workspace.owner)
    if record is None:
        invocation.say(f"Process {words[0]} is ended; it ran nothing.")
    else:
        invocation.put(f"{record.id} {word_of(record.state)}\n")
    return 0

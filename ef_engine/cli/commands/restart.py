"""`ef_cli restart`: a new attempt at what failed, was stopped or got lost. Prints one line an id: `ID OUTCOME`."""

from __future__ import annotations

import argparse

from ef_engine.cli.commands import run as run_command
from ef_engine.cli.commands.words import add_words, kind_and_names
from ef_engine.cli.invocation import Invocation
from ef_engine.cli.options import add_option
from ef_engine.errors import CommandError
from ef_engine.service.ids import find_id, kind_of
from ef_engine.service.restart import failed_ids, lost_ids, make_ready

_EVERY = {"all_failed": (failed_ids, "Nothing has failed."), "lost": (lost_ids, "Nothing is lost.")}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's words and options."""
    add_words(parser, "[forecast|forecastset] ID...", has_id=True)
    add_option(parser, "all_failed", action="store_true", help="everything that failed, crashed or took too long")
    add_option(parser, "lost", action="store_true", help="everything whose process died")
    run_command.add_queue_options(parser)


def run(invocation: Invocation) -> int:
    """Queues them anew and follows them, unless told to `--detach`."""
    ids = make_ready(invocation.places, _ids(invocation))
    if invocation.option("detach", False):
        return run_command.detach(invocation, ids)
    return run_command.tell_results(invocation, run_command.queued(invocation, ids))


def _ids(invocation: Invocation) -> list[str]:
    kind, names = kind_and_names(invocation)
    chosen = [name for name in _EVERY if invocation.option(name, False)]
    if len(chosen) + bool(names) > 1:
        raise CommandError(f"--{chosen[0]} leaves no choice for anything else", "leave one of them out")
    if chosen:
        return _every(invocation, chosen[0], kind)
    if not names:
        raise CommandError("`ef_cli restart` needs an id", "give one, --all_failed or --lost")
    return [find_id(invocation.places, name, kind) for name in names]


def _every(invocation: Invocation, name: str, kind: str | None) -> list[str]:
    find, nothing = _EVERY[name]
    found = [each for each in find(invocation.places) if kind in (None, kind_of(each))]
    if not found:
        invocation.say(nothing)
    return found

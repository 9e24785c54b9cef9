"""A command that is nothing without its second word, such as `ef_cli schedule`."""

from __future__ import annotations

import argparse

from ef_engine.cli.commands import command_named
from ef_engine.cli.invocation import Invocation
from ef_engine.errors import CommandError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Takes any words, to say which there are."""
    parser.add_argument("words", nargs="*", help=argparse.SUPPRESS)


def run(invocation: Invocation) -> int:
    """Raises CommandError: it is never enough."""
    name = invocation.args.command
    known = ", ".join(part.name for part in command_named(name).parts)
    given = invocation.args.words
    problem = f"there is no `ef_cli {name} {given[0]}`" if given else f"`ef_cli {name}` needs a second word"
    raise CommandError(problem, f"it is one of {known}")

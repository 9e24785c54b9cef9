"""`ef_cli schedule remove`: forgets schedules; what runs of them goes on."""

from __future__ import annotations

import argparse

from ef_engine.cli.invocation import Invocation
from ef_engine.errors import CommandError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's words."""
    parser.add_argument("names", nargs="*", metavar="NAME", help="which")


def run(invocation: Invocation) -> int:
    """Prints the names that are gone."""
    from ef_engine.service.schedules import remove

    if not invocation.args.names:
        raise CommandError("`ef_cli schedule remove` needs a name", "see `ef_cli schedule list`")
    for name in invocation.args.names:
        remove(invocation.places, name)
        invocation.put(f"{name}\n")
    return 0

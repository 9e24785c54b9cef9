"""`ef_cli compose down`: stops what a document declares; what is staged and every result stays."""

from __future__ import annotations

import argparse

from ef_engine.cli.commands.compose_file import add_file_option, composition_of
from ef_engine.cli.invocation import Invocation


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    add_file_option(parser)


def run(invocation: Invocation) -> int:
    """Prints one line for everything that was stopped."""
    from ef_engine.service.compose import COLUMNS, down

    workspace, composition = composition_of(invocation)
    steps = list(down(workspace, composition))
    invocation.put_list(COLUMNS, [step.cells for step in steps], keep=("Name", "ID"))
    if not steps:
        invocation.say("Nothing of it runs or is scheduled.")
    return 0

"""`ef_cli compose build`: makes what a document declares."""

from __future__ import annotations

import argparse

from ef_engine.cli.commands.compose_file import add_file_option, composition_of
from ef_engine.cli.invocation import Invocation
from ef_engine.cli.options import add_option


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    add_file_option(parser)
    add_option(parser, "dry_run", action="store_true", help="only say what would be done")


def run(invocation: Invocation) -> int:
    """Prints one line for everything that is declared, with what was done about it."""
    from ef_engine.service.compose import COLUMNS, EMPTY, UNCHANGED, build, plan
    from ef_engine.service.schedules import now

    workspace, composition = composition_of(invocation)
    is_dry = invocation.option("dry_run", False)
    steps = plan(workspace, composition) if is_dry else list(build(workspace, composition, now()))
    invocation.put_list(COLUMNS, [step.cells for step in steps], keep=("Name", "ID"))
    changed = sum(step.action not in (UNCHANGED, EMPTY) for step in steps)
    if any(step.action == EMPTY for step in steps):
        invocation.say(f"What is {EMPTY} has no rows in its input tables yet; fill them and build again.")
    if not changed:
        invocation.say("Everything is as declared, nothing changes.")
    elif is_dry:
        invocation.say(f"{changed} of {len(steps)} would change; nothing was done.")
    return 0

"""`ef_cli unlock`: ends a lock; somebody else's only with `--force`."""

from __future__ import annotations

import argparse

from ef_engine.cli.commands.words import add_words, kind_and_name
from ef_engine.cli.invocation import Invocation
from ef_engine.service.ids import find_any_id
from ef_engine.service.protect import unlock


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's words."""
    add_words(parser, "[forecast|forecastset|flow] ID", has_id=True)


def run(invocation: Invocation) -> int:
    """Unlocks it."""
    kind, name = kind_and_name(invocation, "an id")
    record_id = find_any_id(invocation.places, name, kind)
    unlock(invocation.places, record_id, invocation.workspace.owner, force=invocation.option("force", False))
    invocation.say(f"{record_id} is unlocked.")
    return 0

"""`ef_cli lock`: keeps a forecast or set from being restaged, deleted or killed."""

from __future__ import annotations

import argparse

from ef_engine.cli.commands.words import add_words, kind_and_name
from ef_engine.cli.invocation import Invocation
from ef_engine.service.ids import find_any_id
from ef_engine.service.protect import lock


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's words."""
    add_words(parser, "[forecast|forecastset|flow] ID", has_id=True)


def run(invocation: Invocation) -> int:
    """Locks it for the user."""
    kind, name = kind_and_name(invocation, "an id")
    found = lock(invocation.places, find_any_id(invocation.places, name, kind), invocation.workspace.owner)
    invocation.say(f"{found.id} is locked by {found.owner or 'somebody'}; `ef_cli unlock {found.id}` ends that.")
    return 0

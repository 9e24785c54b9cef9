"""`ef_cli stack`: where a running forecast is right now, even if it is stuck."""

from __future__ import annotations

import argparse

from ef_engine.cli.commands.words import add_words, kind_and_name
from ef_engine.cli.invocation import Invocation
from ef_engine.service.ids import find_any_id


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's words."""
    add_words(parser, "[forecast] ID", has_id=True)


def run(invocation: Invocation) -> int:
    """Prints the stack of its process."""
    from ef_engine.service.stack import stack

    kind, name = kind_and_name(invocation, "an id")
    invocation.put(stack(invocation.places, find_any_id(invocation.places, name, kind)))
    return 0

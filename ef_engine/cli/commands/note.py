"""`ef_cli note`: a remark on a forecast or a set."""

from __future__ import annotations

import argparse

from ef_engine.cli.commands.words import add_words
from ef_engine.cli.invocation import Invocation
from ef_engine.errors import CommandError
from ef_engine.service.annotate import annotate
from ef_engine.service.ids import find_any_id


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's words."""
    add_words(parser, "ID TEXT")


def run(invocation: Invocation) -> int:
    """Adds the remark; its words need no quotes."""
    words: list[str] = invocation.args.words
    if not words:
        raise CommandError("`ef_cli note` needs an id and a text", "see `ef_cli note --help`")
    record_id = find_any_id(invocation.places, words[0])
    annotate(invocation.places, record_id, invocation.workspace.owner, " ".join(words[1:]))
    invocation.say(f"Noted on {record_id}.")
    return 0

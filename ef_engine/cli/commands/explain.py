"""`ef_cli explain`: why items were skipped, reduced or deferred."""

from __future__ import annotations

import argparse

from ef_engine.cli.commands.words import add_words, kind_and_names
from ef_engine.cli.invocation import Invocation, text_width
from ef_engine.errors import CommandError
from ef_engine.service.explain import explain
from ef_engine.service.ids import find_record


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's words."""
    add_words(parser, "ID [MEMO]")


def run(invocation: Invocation) -> int:
    """Prints sentences; with a memo those about every occurrence whose memo the pattern finds."""
    kind, names = kind_and_names(invocation)
    if not 1 <= len(names) <= 2:
        problem = f"{names[2]!r} is one word too many" if names else "`ef_cli explain` needs an id"
        raise CommandError(problem, "put a memo of several words in quotes; see `ef_cli explain --help`")
    record = find_record(invocation.places, names[0], kind)
    if record.kind == "set":
        raise CommandError(f"{record.id} is a forecast set", "name one of its forecasts; `ef_cli show` lists them")
    invocation.put(explain(invocation.places, record, names[1] if names[1:] else None, text_width()))
    return 0

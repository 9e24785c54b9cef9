"""`ef_cli explain`: why items were skipped, reduced or deferred."""

from __future__ import annotations

import argparse

from ef_engine.cli.commands.words import add_words, kind_and_names
from ef_engine.cli.invocation import Invocation, text_width
from ef_engine.errors import CommandError
from ef_engine.service.explain import FORMATS, explain
from ef_engine.service.ids import find_record


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's words."""
    add_words(parser, "ID [MEMO]")


def run(invocation: Invocation) -> int:
    """Prints sentences, or the decisions as json or csv; of one memo those about every occurrence it fits."""
    kind, names = kind_and_names(invocation)
    if not names:
        raise CommandError("`ef_cli explain` needs an id", "see `ef_cli list`")
    if len(names) > 2:
        raise CommandError(f"{names[2]!r} is one word too many", "put a memo of several words in quotes")
    record = find_record(invocation.places, names[0], kind)
    if record.kind == "set":
        raise CommandError(f"{record.id} is a forecast set", "name one of its forecasts; `ef_cli show` lists them")
    memo, form = (names[1] if names[1:] else None), invocation.choice("format", FORMATS)
    invocation.put(explain(invocation.places, record, memo, form, text_width()))
    return 0

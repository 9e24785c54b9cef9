"""`ef_cli rm`: unstages or deletes; asks first. Prints the ids that are gone."""

from __future__ import annotations

import argparse

from ef_engine.cli.commands.words import add_words, kind_and_names
from ef_engine.cli.invocation import Invocation
from ef_engine.errors import CommandError
from ef_engine.service.ids import find_any_id
from ef_engine.service.remove import remove


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's words."""
    add_words(parser, "[forecast|forecastset|flow] ID...", has_id=True)


def run(invocation: Invocation) -> int:
    """Deletes each with its results; a set's forecasts stay, they are forecasts like others."""
    kind, names = kind_and_names(invocation)
    if not names:
        raise CommandError("`ef_cli rm` needs an id", "see `ef_cli list`")
    ids = [find_any_id(invocation.places, name, kind) for name in names]
    invocation.confirm(f"Deleting {', '.join(ids)} with all results")
    for record_id in ids:
        remove(invocation.places, record_id)
        invocation.log(f"rm {record_id}")
        invocation.put(f"{record_id}\n")
    return 0

"""`ef_cli export`: from files to a database, with results and, of a set, members; prints the ids."""

from __future__ import annotations

import argparse

from ef_engine.cli.commands.words import add_words, kind_and_names
from ef_engine.cli.invocation import Invocation
from ef_engine.cli.options import add_option
from ef_engine.errors import CommandError
from ef_engine.service.ids import find_id


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's words and options."""
    add_words(parser, "[forecast|forecastset] ID...", has_id=True)
    add_option(parser, "all", action="store_true", help="everything that is finished")


def run(invocation: Invocation) -> int:
    """Stores everything in one transaction."""
    from ef_engine.service.exchange import export

    ids = export(invocation.workspace, invocation.database, _ids(invocation))
    invocation.say(f"{len(ids)} stored in {invocation.database}.")
    for record_id in ids:
        invocation.log(f"export {record_id}")
    invocation.put("".join(f"{record_id}\n" for record_id in ids))
    return 0


def _ids(invocation: Invocation) -> list[str]:
    from ef_engine.service.exchange import finished_ids

    kind, names = kind_and_names(invocation)
    if invocation.option("all", False):
        return finished_ids(invocation.places)
    if not names:
        raise CommandError("`ef_cli export` needs an id", "see `ef_cli list`, or use --all")
    return [find_id(invocation.places, name, kind) for name in names]

"""`ef_cli import`: from a database to files, with results and, of a set, members; prints the ids."""

from __future__ import annotations

import argparse

from ef_engine.cli.commands.words import add_words, kind_and_names
from ef_engine.cli.invocation import Invocation
from ef_engine.cli.options import add_option
from ef_engine.errors import CommandError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's words and options."""
    add_words(parser, "[forecast|forecastset] ID...", has_id=True)
    add_option(parser, "all", action="store_true", help="everything that is stored")


def run(invocation: Invocation) -> int:
    """Writes what is stored into the workspace; what is there already stays as it is."""
    from ef_engine.service.exchange import import_stored

    done = import_stored(invocation.workspace, invocation.database, _ids(invocation))
    new = sum(each.is_new for each in done)
    known = len(done) - new
    invocation.say(f"{new} imported from {invocation.database}" + (f", {known} known already." if known else "."))
    for each in done:
        invocation.log(f"import {each.id}")
    invocation.put("".join(f"{each.id}\n" for each in done))
    return 0


def _ids(invocation: Invocation) -> list[str]:
    from ef_engine.service.exchange import find_stored_id, stored_ids

    kind, names = kind_and_names(invocation)
    workspace, database = invocation.workspace, invocation.database
    if invocation.option("all", False):
        return stored_ids(workspace, database, kind)
    if not names:
        raise CommandError("`ef_cli import` needs an id", "see `ef_cli --source database list`, or use --all")
    return [find_stored_id(workspace, database, name, kind) for name in names]

"""`ef_cli restage`: the same with other dates, as a new forecast; prints its id."""

from __future__ import annotations

import argparse

from ef_engine.cli.commands.stage import add_change_options, changes_of, tell_staged
from ef_engine.cli.commands.stored import find_or_import
from ef_engine.cli.commands.words import add_words, kind_and_name
from ef_engine.cli.invocation import Invocation
from ef_engine.errors import CommandError
from ef_engine.service.inputs import NO_CHANGES
from ef_engine.service.restage import restage


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's words and options."""
    add_words(parser, "forecast|forecastset", has_id=True)
    add_change_options(parser)


def run(invocation: Invocation) -> int:
    """Stages the changed copy."""
    kind, name = kind_and_name(invocation, "an id")
    changes = changes_of(invocation)
    if changes == NO_CHANGES:
        raise CommandError("nothing is to be changed", "give --start_date, --end_date or --forecast_label")
    staged = restage(invocation.workspace, find_or_import(invocation, name, kind), changes)
    return tell_staged(invocation, staged)

"""`ef_cli stage`: checks a document, writes its id into it and keeps it to be run; prints the id."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ef_engine.cli.commands.words import add_words, kind_and_name
from ef_engine.cli.invocation import Invocation
from ef_engine.cli.options import add_option
from ef_engine.service.inputs import STDIN, Changes
from ef_engine.service.stage import Staged, stage_data, stage_file


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's words and options."""
    add_words(parser, "[forecast|forecastset] FILE")
    add_change_options(parser)
    add_option(parser, "flush", action="store_true", help="empty the input tables (--source database)")


def add_change_options(parser: argparse.ArgumentParser) -> None:
    """The options that change an input."""
    add_option(parser, "forecast_label", metavar="LABEL", help="a name for people; no part of the content")
    add_option(parser, "start_date", metavar="DATE", help="in place of the document's")
    add_option(parser, "end_date", metavar="DATE", help="in place of the document's")


def run(invocation: Invocation) -> int:
    """Stages the file, or standard input for `-`."""
    invocation.refuse_database()
    kind, name = kind_and_name(invocation, "a file")
    staged = stage(invocation, name, kind)
    invocation.say(staged.summary)
    invocation.log(f"stage {staged.id}")
    tell_notes(invocation, staged)
    invocation.put(f"{staged.id}\n")
    return 0


def stage(invocation: Invocation, name: str, kind: str | None) -> Staged:
    """Stages what `name` stands for with the changes of the command line."""
    changes, source = changes_of(invocation), invocation.option("source")
    if name == STDIN:
        return stage_data(invocation.workspace, sys.stdin.buffer.read(), "standard input", changes, kind, source)
    return stage_file(invocation.workspace, Path(name), changes, kind, source)


def tell_notes(invocation: Invocation, staged: Staged) -> None:
    """Says what a user might not expect."""
    for note in staged.notes:
        invocation.say(note)


def changes_of(invocation: Invocation) -> Changes:
    """What the command line changes in an input."""
    return Changes(
        label=invocation.option("forecast_label"),
        start_date=invocation.option("start_date"),
        end_date=invocation.option("end_date"),
        approximate=invocation.option("approximate", False),
    )

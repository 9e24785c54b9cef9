"""`ef_cli stage`: checks a document, writes its id into it and keeps it to be run; prints the id."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ef_engine.cli.commands.words import add_words, kind_and_name, only_kind
from ef_engine.cli.invocation import Invocation
from ef_engine.cli.options import add_option
from ef_engine.errors import CommandError
from ef_engine.service.errand import ingested
from ef_engine.service.inputs import STDIN, Changes
from ef_engine.service.rights import Right
from ef_engine.service.stage import Staged, stage_data, stage_file

TABLE_OPTIONS = ("all_loans_strategy", "currency")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's words and options."""
    add_words(parser, "[forecast|forecastset] FILE")
    add_change_options(parser)
    add_option(parser, "flush", action="store_true", help="empty the input tables (--source database)")
    add_table_options(parser)


def add_change_options(parser: argparse.ArgumentParser) -> None:
    """The options that change an input."""
    add_option(parser, "forecast_label", metavar="LABEL", help="a name for people; no part of the content")
    add_option(parser, "start_date", metavar="DATE", help="in place of the document's")
    add_option(parser, "end_date", metavar="DATE", help="in place of the document's")


def add_table_options(parser: argparse.ArgumentParser) -> None:
    """The options of a forecast for which tables have no place."""
    add_option(parser, "all_loans_strategy", metavar="WORD", help="how ALL_LOANS splits (--source database)")
    add_option(parser, "currency", metavar="WORD", help="a label for amounts (--source database)")


def run(invocation: Invocation) -> int:
    """Stages the file, or standard input for `-`, or the input tables of a database."""
    if invocation.is_from_database:
        where = f"stage {invocation.database}"
        return tell_staged(invocation, ingested(invocation.workspace, where, lambda: stage_from_database(invocation)))
    for name in (*TABLE_OPTIONS, "flush"):
        if name in invocation.args:
            raise CommandError(f"--{name} is for --source database", "a file says that by itself")
    kind, name = kind_and_name(invocation, "a file")
    where = f"stage {'standard input' if name == STDIN else Path(name).name}"
    return tell_staged(invocation, ingested(invocation.workspace, where, lambda: stage(invocation, name, kind)))


def tell_staged(invocation: Invocation, staged: Staged) -> int:
    """Says what happened and prints the id."""
    invocation.say(staged.summary)
    invocation.log(f"stage {staged.id}")
    tell_notes(invocation, staged)
    invocation.put(f"{staged.id}\n")
    return 0


def stage_from_database(invocation: Invocation) -> Staged:
    """Stages the input tables with the changes of the command line, a forecast or a set as the words say."""
    from ef_engine.service.stage_database import stage_tables

    invocation.require(Right.STAGE)
    if invocation.option("flush", False):
        invocation.require(Right.DELETE)
    return stage_tables(
        invocation.workspace,
        invocation.database,
        changes_of(invocation),
        only_kind(invocation),
        options=table_options(invocation),
        flush=invocation.option("flush", False),
    )


def table_options(invocation: Invocation) -> dict[str, object]:
    """What was given of `add_table_options`."""
    return {name: getattr(invocation.args, name) for name in TABLE_OPTIONS if name in invocation.args}


def stage(invocation: Invocation, name: str, kind: str | None) -> Staged:
    """Stages what `name` stands for with the changes of the command line."""
    invocation.require(Right.STAGE)
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

"""`ef_cli compare`: two to four forecasts side by side, the others against the first."""

from __future__ import annotations

import argparse

from ef_engine.cli.commands.report import put_report
from ef_engine.cli.commands.words import add_words, kind_and_names
from ef_engine.cli.invocation import Invocation, text_width
from ef_engine.cli.options import add_option
from ef_engine.errors import CommandError
from ef_engine.service.compare import FORMATS, MOST, report_comparison
from ef_engine.service.ids import find_record


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's words and options."""
    add_words(parser, "[forecast] ID ID [ID [ID]]")
    add_option(parser, "output", metavar="PATH", help="write it there (default: stdout)")


def run(invocation: Invocation) -> int:
    """Prints the comparison, or writes it to `--output`."""
    kind, names = kind_and_names(invocation)
    if not 2 <= len(names) <= MOST:
        raise CommandError(f"`ef_cli compare` takes two to {MOST} ids, and got {len(names)}", "see `ef_cli list`")
    records = [find_record(invocation.places, name, kind) for name in names]
    form = invocation.choice("format", FORMATS)
    put_report(invocation, report_comparison(invocation.places, records, form, text_width()))
    return 0

"""`ef_cli compare`: two to four forecasts side by side, the others against the first."""

from __future__ import annotations

import argparse

from ef_engine.cli.commands.put_report import add_output, put_report
from ef_engine.cli.commands.words import add_words, kind_and_names
from ef_engine.cli.invocation import Invocation, text_width
from ef_engine.errors import CommandError
from ef_engine.service.compare import FORMATS, MOST, comparison_path, report_comparison
from ef_engine.service.errand import REPORT, errand
from ef_engine.service.ids import find_record
from ef_engine.service.report_files import SUFFIXES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's words and options."""
    add_words(parser, "[forecast] ID ID [ID [ID]]")
    add_output(parser)


def run(invocation: Invocation) -> int:
    """Prints the comparison, or writes it to `--output`."""
    kind, names = kind_and_names(invocation)
    if not 2 <= len(names) <= MOST:
        raise CommandError(f"`ef_cli compare` takes two to {MOST} ids, and got {len(names)}", "see `ef_cli list`")
    records = [find_record(invocation.places, name, kind) for name in names]
    form = invocation.choice("format", FORMATS)
    default = comparison_path(invocation.places, records, form) if form in SUFFIXES else None
    width = text_width()
    with errand(invocation.workspace, REPORT, f"compare {form}", records[0].id) as done:
        done.result = put_report(
            invocation, form, default, lambda: report_comparison(invocation.places, records, form, width)
        )
    return 0

"""`ef_cli report`: what happens, as text for people, as a page or workbook, or as the files of the result."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from ef_engine.cli.commands.put_report import add_output, put_report, told
from ef_engine.cli.commands.stored import places_of
from ef_engine.cli.commands.words import add_words, kind_and_name
from ef_engine.cli.invocation import Invocation, text_width
from ef_engine.cli.options import add_option
from ef_engine.errors import CommandError
from ef_engine.service.errand import REPORT, errand
from ef_engine.service.ids import find_record
from ef_engine.service.report import FORMATS, make_member_pages, report_bytes
from ef_engine.service.report_files import SUFFIXES, report_path

if TYPE_CHECKING:
    from pathlib import Path

    from ef_engine.store.places import Places
    from ef_engine.store.records import Record


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's words and options."""
    add_words(parser, "[forecast|forecastset] ID", has_id=True)
    add_output(parser)
    add_option(parser, "metric", metavar="NAME", help="rank a set's scenarios by it (default: Net Worth)")
    add_option(parser, "members", action="store_true", help="of a set, make the page of every scenario too")


def run(invocation: Invocation) -> int:
    """Prints the report, or writes it into a file."""
    kind, name = kind_and_name(invocation, "an id")
    with places_of(invocation, name, kind) as places:
        record = find_record(places, name, kind)
        form = invocation.choice("format", FORMATS)
        with errand(invocation.workspace, REPORT, f"report {form}", record.id) as done:
            done.result = _put(invocation, places, record, form)
    return 0


def _put(invocation: Invocation, places: Places, record: Record, form: str) -> str:
    """The path of the file that was written, nothing for stdout."""
    if invocation.option("members", False):
        _make_members(invocation, places, record, form)
    metric, watch = invocation.option("metric"), told(invocation, "Reading scenarios")
    return put_report(
        invocation,
        form,
        _default(invocation, places, record, form),
        lambda: report_bytes(places, record, form, text_width(), metric, watch),
    )


def _default(invocation: Invocation, places: Places, record: Record, form: str) -> Path | None:
    """Where the file of the report goes by itself; what only a database has got has no place here."""
    if form not in SUFFIXES:
        return None
    if places != invocation.places and invocation.option("output") is None:
        raise CommandError(f"{record.id} is not in this workspace, so its report has no place there", "add --output")
    return report_path(invocation.places, record.id, form)


def _make_members(invocation: Invocation, places: Places, record: Record, form: str) -> None:
    if record.kind != "set" or form != "html":
        raise CommandError("--members makes the pages of a set's scenarios", "say --format html, of a set")
    if places != invocation.places:
        raise CommandError(f"{record.id} is not in this workspace", "import it first, or leave out --members")
    make_member_pages(places, record, told(invocation, "Pages of scenarios"))

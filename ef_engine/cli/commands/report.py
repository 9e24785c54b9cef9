"""`ef_cli report`: what happens, as text for people, as a page or workbook, or as the files of the result."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ef_engine.cli.commands.stored import places_of
from ef_engine.cli.commands.put_report import add_output, put_report, told
from ef_engine.cli.commands.words import add_words, kind_and_name
from ef_engine.cli.invocation import Invocation, text_width
from ef_engine.cli.options import add_option
from ef_engine.errors import CommandError
from ef_engine.service.ids import find_record
from ef_engine.service.report import FORMATS, make_member_pages, report_bytes
from ef_engine.service.report_files import SUFFIXES, report_path

if TYPE_CHECKING:
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
        data = _report(invocation, find_record(places, name, kind), places)
    put_report(invocation, data)
    return 0


def _report(invocation: Invocation, record: Record, places: Places) -> bytes:
    form, metric = invocation.choice("format", FORMATS), invocation.option("metric")
    if record.kind == "set":
        return report_set(places, record, form, text_width(), metric)
    if metric is not None:
        raise CommandError(f"{record.id} is a forecast, and --metric ranks the scenarios of a set", "leave it out")
    return report_forecast(places, record, form, text_width())


def put_report(invocation: Invocation, data: bytes) -> None:
    """Prints a report, or writes it to `--output`."""
    output = invocation.option("output", "-")
    if output == "-":
        invocation.put_bytes(data)
    else:
        _write(Path(output), data)
        invocation.say(f"Written to {output}.")


def _write(path: Path, data: bytes) -> None:
    """A file is replaced whole; a device or pipe is written to."""
    from ef_engine.store.atomic import write_bytes

    try:
        if path.exists() and not path.is_file():
            with path.open("wb") as stream:
                stream.write(data)
        else:
            write_bytes(path, data)
    except BrokenPipeError:
        raise
    except OSError as error:
        problem = f"--output: {path} cannot be written ({(error.strerror or str(error)).lower()})"
        raise CommandError(problem, "name a file in a directory that exists and is yours") from error
    sys.stdout.flush()
    record = find_record(invocation.places, name, kind)
    if invocation.option("members", False):
        if record.kind != "set" or form != "html":
            raise CommandError("--members makes the pages of a set's scenarios", "say --format html, of a set")
        make_member_pages(invocation.places, record, told(invocation, "Pages of scenarios"))
    default = report_path(invocation.places, record.id, form) if form in SUFFIXES else None
    watch = told(invocation, "Reading scenarios")
    width = text_width()
    put_report(invocation, form, default, lambda: report_bytes(invocation.places, record, form, width, metric, watch))

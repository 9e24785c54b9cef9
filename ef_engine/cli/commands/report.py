"""`ef_cli report`: what happens, as text for people, or as the files of the result byte for byte."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ef_engine.cli.commands.words import add_words, kind_and_name
from ef_engine.cli.invocation import Invocation, text_width
from ef_engine.cli.options import add_option
from ef_engine.errors import CommandError
from ef_engine.service.ids import find_record
from ef_engine.service.report import FORMATS, report_forecast, report_set


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's words and options."""
    add_words(parser, "[forecast|forecastset] ID", has_id=True)
    add_option(parser, "output", metavar="PATH", help="write it there (default: stdout)")


def run(invocation: Invocation) -> int:
    """Prints the report, or writes it to `--output`."""
    kind, name = kind_and_name(invocation, "an id")
    record = find_record(invocation.places, name, kind)
    make = report_set if record.kind == "set" else report_forecast
    data = make(invocation.places, record, invocation.choice("format", FORMATS), text_width())
    output = invocation.option("output", "-")
    if output == "-":
        invocation.put_bytes(data)
    else:
        _write(Path(output), data)
        invocation.say(f"Written to {output}.")
    return 0


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

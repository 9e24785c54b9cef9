"""Where a report goes: text to stdout or `--output`; a page or workbook into a file, whose path goes to stdout."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

from ef_engine.cli.invocation import Invocation
from ef_engine.cli.options import add_option
from ef_engine.errors import CommandError
from ef_engine.service.report_files import SUFFIXES, show_file, write_report

STDOUT = "-"
_SECONDS_BETWEEN = 0.5


def add_output(parser: argparse.ArgumentParser) -> None:
    """Declares `--output` and `--open`."""
    add_option(parser, "output", metavar="PATH", help="write it there (default: stdout; html and excel: the workspace)")
    add_option(parser, "open", action="store_true", help="show the html or excel file, where there is a desktop")


def put_report(invocation: Invocation, form: str, default: Path | None, make: Callable[[], bytes]) -> str:
    """Makes a report and puts it where it is wanted; `default` is the path of a format that is a file by nature.

    Returns the path of the file, nothing for stdout.
    """
    output = invocation.option("output", None if default else STDOUT)
    if invocation.option("open", False) and (default is None or output == STDOUT):
        raise CommandError("--open shows a file", f"say --format {' or '.join(SUFFIXES)}, without --output -")
    data = make()
    if output == STDOUT:
        invocation.put_bytes(data)
        return ""
    if default is None:
        _write(Path(output), data)
        invocation.say(f"Written to {output}.")
        return str(Path(output).absolute())
    return _put_file(invocation, Path(output).expanduser() if output else default, form, data)


def _put_file(invocation: Invocation, path: Path, form: str, data: bytes) -> str:
    written = write_report(invocation.places, path, data, form)
    invocation.put(f"{written}\n")
    if invocation.option("open", False) and not show_file(written.absolute()):
        invocation.say("There is no desktop to show it on; open the path above where there is one.")
    return str(written.absolute())


def told(invocation: Invocation, noun: str) -> Callable[[int, int], None]:
    """Says on stderr how far something is that takes longer than a moment, and what share is done."""
    last = time.monotonic()

    def tell(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= _SECONDS_BETWEEN:
            last = time.monotonic()
            invocation.say(f"{noun}: {100 * done // max(1, total)} %")

    return tell


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

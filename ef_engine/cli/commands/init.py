"""`ef_cli init`: a directory with a worked example to start from; prints the files it wrote."""

from __future__ import annotations

import argparse
from pathlib import Path
from shlex import quote

from ef_engine.cli.invocation import Invocation
from ef_engine.service.sample import init


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's word."""
    parser.add_argument("directory", nargs="?", default=None, metavar="DIR", help=argparse.SUPPRESS)


def run(invocation: Invocation) -> int:
    """Writes the sample into the directory, by default this one or the `--workspace` that is given."""
    default = getattr(invocation.args, "workspace", ".")
    directory = Path(invocation.args.directory or default).expanduser()
    written = init(directory, invocation.option("force", False))
    invocation.put("".join(f"{path}\n" for path in written))
    place = "" if directory == Path() else f"--workspace {quote(str(directory))} "
    invocation.say(f"Next: read {written[-1]}, then `ef_cli {place}run forecast {quote(str(written[0]))}`.")
    return 0

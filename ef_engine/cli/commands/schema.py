"""`ef_cli schema`: the JSON Schema of a document."""

from __future__ import annotations

import argparse

from ef_engine.cli.invocation import Invocation
from ef_engine.service.sample import schema_text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's word."""
    parser.add_argument(
        "name", nargs="?", default="forecast", metavar="forecast|forecastset|flow", help=argparse.SUPPRESS
    )


def run(invocation: Invocation) -> int:
    """Prints the schema."""
    invocation.put(schema_text(invocation.args.name))
    return 0

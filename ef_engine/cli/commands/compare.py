"""`ef_cli compare`: two forecasts side by side; not in this version."""

from __future__ import annotations

import argparse

from ef_engine.cli.commands.words import add_words
from ef_engine.cli.invocation import Invocation, not_available
from ef_engine.cli.options import add_option


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's words and options."""
    add_words(parser, "ID ID")
    add_option(parser, "output", metavar="PATH", help="write it there (default: stdout)")


def run(invocation: Invocation) -> int:
    """Says what to use instead."""
    raise not_available("`ef_cli compare`", "print both with `ef_cli report`")

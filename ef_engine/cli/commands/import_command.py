"""`ef_cli import`: from a database to files; not in this version."""

from __future__ import annotations

import argparse

from ef_engine.cli.commands.words import add_words
from ef_engine.cli.invocation import Invocation, not_available


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's words and options."""
    add_words(parser, "[forecast|forecastset] ID", has_id=True)


def run(invocation: Invocation) -> int:
    """Says what to use instead."""
    raise not_available("`ef_cli import`", "stage a JSON file")

"""`ef_cli wait`: waits until all are done; not in this version."""

from __future__ import annotations

import argparse

from ef_engine.cli.commands.words import add_words
from ef_engine.cli.invocation import Invocation, not_available
from ef_engine.cli.options import add_option


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's words and options."""
    add_words(parser, "ID...")
    add_option(parser, "timeout", metavar="SECONDS", help="for so long at most")


def run(invocation: Invocation) -> int:
    """Says what to use instead."""
    raise not_available("`ef_cli wait`", "`ef_cli run` itself ends when the run does")

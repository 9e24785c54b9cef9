"""`ef_cli clean`: deletes what is older than wanted; not in this version."""

from __future__ import annotations

import argparse

from ef_engine.cli.invocation import Invocation, not_available
from ef_engine.cli.options import add_option


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's words and options."""
    add_option(parser, "older_than", metavar="DAYS", help="what was finished so many days ago")
    add_option(parser, "dry_run", action="store_true", help="only say what would go")


def run(invocation: Invocation) -> int:
    """Says what to use instead."""
    raise not_available("`ef_cli clean`", "delete single forecasts with `ef_cli rm`")

"""`ef_cli db`: makes, upgrades, dumps or drops the tables of a database; not in this version."""

from __future__ import annotations

import argparse

from ef_engine.cli.commands.words import add_words
from ef_engine.cli.invocation import Invocation, not_available


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's words and options."""
    add_words(parser, "init|migrate|json|drop|rebuild")


def run(invocation: Invocation) -> int:
    """Says what to use instead."""
    raise not_available("`ef_cli db`", "everything works with files")

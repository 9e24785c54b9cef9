"""`ef_cli ps`: what runs now, in every process of every user of the workspace. A header alone if nothing does."""

from __future__ import annotations

import argparse

from ef_engine.cli.invocation import Invocation, not_available
from ef_engine.cli.options import add_option
from ef_engine.service.progress import COLUMNS, in_progress


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    add_option(parser, "watch", action="store_true", help="again and again, until interrupted")


def run(invocation: Invocation) -> int:
    """Prints one line each."""
    if invocation.option("watch", False):
        raise not_available("--watch", "use `watch ef_cli ps`")
    found = in_progress(invocation.places)
    if invocation.is_quiet:
        invocation.put("".join(f"{each.record.id}\n" for each in found))
    else:
        invocation.put_list(COLUMNS, [each.cells for each in found])
    return 0

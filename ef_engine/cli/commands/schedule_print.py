"""`ef_cli schedule print`: what cron or systemd needs to run the schedules."""

from __future__ import annotations

import argparse

from ef_engine.cli.invocation import Invocation
from ef_engine.cli.options import add_option
from ef_engine.errors import CommandError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's words and options."""
    parser.add_argument("names", nargs="*", metavar="NAME", help="these alone")
    add_option(parser, "crontab", action="store_true", help="lines for `crontab -e`")
    add_option(parser, "systemd", action="store_true", help="units for ~/.config/systemd/user")


def run(invocation: Invocation) -> int:
    """Prints lines, or units each below a comment with its file's name."""
    from ef_engine.service.schedule_units import crontab, systemd
    from ef_engine.service.schedules import find
    from ef_engine.store.schedules import read_all

    if invocation.option("crontab", False) == invocation.option("systemd", False):
        raise CommandError("`ef_cli schedule print` prints for one of two", "give either --crontab or --systemd")
    names = invocation.args.names
    chosen = [find(invocation.places, name) for name in names] if names else read_all(invocation.places)
    if invocation.option("crontab", False):
        invocation.put(crontab(invocation.places, chosen))
    else:
        units = systemd(invocation.places, chosen)
        invocation.put("\n".join(f"# ~/.config/systemd/user/{name}\n{text}" for name, text in units.items()))
    return 0

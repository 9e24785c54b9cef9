"""`ef_cli schedule serve`: runs what is due until it is interrupted, or with `--once` what is due right now."""

from __future__ import annotations

import argparse
import sys
import time

from ef_engine.cli.invocation import Invocation
from ef_engine.cli.options import add_option

INTERRUPTED = 130
LONGEST_SECONDS = 10.0
"""How long it rests at most: schedules may be added meanwhile, and clocks be set."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's words and options."""
    parser.add_argument("names", nargs="*", metavar="NAME", help="these alone")
    add_option(parser, "once", action="store_true", help="run what is due, wait for it, and end")


def run(invocation: Invocation) -> int:
    """Prints `NAME DUE` for each command it starts. What runs when it is interrupted goes on."""
    from ef_engine.service.schedules import Scheduler, find, now

    names = [find(invocation.places, name).name for name in invocation.args.names]
    scheduler = Scheduler(invocation.places)
    try:
        while True:
            for begun in scheduler.look(now(), names):
                if begun.note:
                    invocation.say(f"{begun.name}, due {begun.due}, is not run: {begun.note}.")
                else:
                    invocation.put(f"{begun.name} {begun.due}\n")
            sys.stdout.flush()
            if invocation.option("once", False):
                scheduler.wait()
                return 0
            moment = now()
            due = scheduler.next_due(moment, names)
            left = (due - moment).total_seconds() if due else LONGEST_SECONDS
            time.sleep(max(0.01, min(LONGEST_SECONDS, left)))
    except KeyboardInterrupt:
        return INTERRUPTED

"""`ef_cli show` (or `inspect`): everything known about one."""

from __future__ import annotations

import argparse
import json
import sys

from ef_engine.cli.commands.words import add_words, kind_and_name
from ef_engine.cli.invocation import Invocation
from ef_engine.report.facts import fact_lines
from ef_engine.service.ids import find_any_record
from ef_engine.service.show import show

_FORMATS = ("text", "json", "table")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's words."""
    add_words(parser, "[forecast|forecastset|flow] ID", has_id=True)


def run(invocation: Invocation) -> int:
    """Prints a line a fact, or one object with `--format json`."""
    kind, name = kind_and_name(invocation, "an id")
    facts = show(invocation.places, find_any_record(invocation.places, name, kind))
    if invocation.choice("format", _FORMATS) == "json":
        invocation.put(json.dumps(facts, ensure_ascii=False, indent=2) + "\n")
    else:
        lines = fact_lines(facts, sys.stdout.encoding or "ascii")
        invocation.put("".join(f"{line}\n" for line in lines))
    return 0

"""`ef_cli show` (or `inspect`): everything known about one."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from typing import Any

from ef_engine.cli.commands.words import add_words, kind_and_name
from ef_engine.cli.invocation import Invocation
from ef_engine.report.tree import tree_lines
from ef_engine.service.ids import find_record
from ef_engine.service.show import show

_FORMATS = ("text", "json", "table")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's words."""
    add_words(parser, "[forecast|forecastset] ID", has_id=True)


def run(invocation: Invocation) -> int:
    """Prints a line a fact, or one object with `--format json`."""
    kind, name = kind_and_name(invocation, "an id")
    facts = show(invocation.places, find_record(invocation.places, name, kind))
    if invocation.choice("format", _FORMATS) == "json":
        invocation.put(json.dumps(facts, ensure_ascii=False, indent=2) + "\n")
    else:
        invocation.put("".join(f"{line}\n" for fact, value in facts.items() for line in _lines(fact, value)))
    return 0


def _lines(fact: str, value: Any) -> Iterator[str]:
    title = fact.replace("_", " ")
    if fact == "ancestry":
        value = tree_lines([(each["depth"], _relative(each)) for each in value], sys.stdout.encoding or "ascii")
    if isinstance(value, list):
        for position, each in enumerate(value):
            text = " ".join(map(str, each.values())) if isinstance(each, dict) else each
            yield f"{'' if position else title:<14}{text}"
    elif isinstance(value, dict):
        yield from _lines(title, [f"{name}: {day or 'not reached'}" for name, day in value.items()])
    elif isinstance(value, bool):
        yield f"{title:<14}{'yes' if value else 'no'}"
    elif value not in (None, ""):
        yield f"{title:<14}{value}"


def _relative(relative: dict[str, Any]) -> str:
    """One of a family: its id, its dates and its label."""
    if relative["is_gone"]:
        return f"{relative['id']}  (deleted)"
    return f"{relative['id']}  {relative['start_date']} to {relative['end_date']}  {relative['label']}".rstrip()

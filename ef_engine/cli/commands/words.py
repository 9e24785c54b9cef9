"""The words after a command: `[forecast|forecastset] NAME...`, in one place for the many commands that take them."""

from __future__ import annotations

import argparse

from ef_engine.cli.invocation import KINDS, Invocation
from ef_engine.cli.options import add_option
from ef_engine.errors import CommandError


def add_words(parser: argparse.ArgumentParser, metavar: str, has_id: bool = False) -> None:
    """Takes any number of words; with `has_id` also `--id ID`."""
    parser.add_argument("words", nargs="*", metavar=metavar, help=argparse.SUPPRESS)
    if has_id:
        add_option(parser, "id", metavar="ID", help="the id, in place of a word")


def kind_and_names(invocation: Invocation) -> tuple[str | None, list[str]]:
    """`forecast` or `forecastset` where the first word says so, and the other words, `--id` being one of them."""
    words = list(invocation.args.words)
    kind = words.pop(0) if words and words[0] in KINDS else None
    return kind, words + ([invocation.args.id] if "id" in invocation.args else [])


def kind_and_name(invocation: Invocation, what: str) -> tuple[str | None, str]:
    """As `kind_and_names`, for exactly one name; `what` is what is asked for."""
    kind, names = kind_and_names(invocation)
    if not names:
        raise CommandError(f"`ef_cli {invocation.args.command}` needs {what}", _help(invocation))
    if len(names) > 1:
        raise CommandError(f"{names[1]!r} is one word too many", _help(invocation))
    return kind, names[0]


def only_kind(invocation: Invocation) -> str | None:
    """`forecast`, `forecastset` or nothing, and no other word."""
    kind, names = kind_and_names(invocation)
    if names:
        raise CommandError(f"{names[0]!r} is one word too many", _help(invocation))
    return kind


def _help(invocation: Invocation) -> str:
    return f"see `ef_cli {invocation.args.command} --help`"

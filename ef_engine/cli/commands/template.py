"""`ef_cli template`: a filled example document, as text or as a workbook."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ef_engine.cli.commands.words import add_words, kind_and_names
from ef_engine.cli.invocation import Invocation
from ef_engine.cli.options import add_option
from ef_engine.errors import CommandError
from ef_engine.service.sample import template, write_template

_FORMS = ("json", "excel")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's words and options."""
    add_words(parser, "[json|excel]")
    add_option(parser, "output", metavar="PATH", help="write it there (default: stdout)")


def run(invocation: Invocation) -> int:
    """Prints the document, or writes it to `--output`; a workbook is nothing for a terminal."""
    _, names = kind_and_names(invocation)
    if len(names) > 1 or set(names) - set(_FORMS):
        raise CommandError(f"there is no template {' '.join(names)!r}", "it is json or excel")
    form, output = names[0] if names else _FORMS[0], invocation.option("output", "-")
    if output != "-":
        write_template(form, Path(output), is_forced=bool(invocation.option("force", False)))
        invocation.say(f"Written to {output}.")
        return 0
    if form == "excel" and sys.stdout.isatty():
        raise CommandError("a workbook cannot be shown on a terminal", "add --output forecast.xlsx")
    invocation.put_bytes(template(form))
    return 0

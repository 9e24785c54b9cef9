"""`ef_cli template`: a filled example document."""

from __future__ import annotations

import argparse

from ef_engine.cli.commands.words import add_words, kind_and_names
from ef_engine.cli.invocation import Invocation
from ef_engine.errors import CommandError
from ef_engine.service.sample import template

_FORMS = ("json", "excel")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's words."""
    add_words(parser, "[json|excel]")


def run(invocation: Invocation) -> int:
    """Prints the document."""
    _, names = kind_and_names(invocation)
    if len(names) > 1 or set(names) - set(_FORMS):
        raise CommandError(f"there is no template {' '.join(names)!r}", "it is json or excel")
    invocation.put(template(names[0] if names else _FORMS[0]))
    return 0

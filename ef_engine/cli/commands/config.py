"""`ef_cli config show`: the settings, and with `--origin` where each comes from. Secrets are not shown."""

from __future__ import annotations

import argparse

from ef_engine.cli.invocation import Invocation
from ef_engine.cli.options import add_option
from ef_engine.errors import CommandError
from ef_engine.secret import Secret
from ef_engine.service.rights import Right
from ef_engine.store.places import PARTS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's word and option."""
    parser.add_argument("action", nargs="?", default="show", metavar="show", help=argparse.SUPPRESS)
    add_option(parser, "origin", action="store_true", help="where each comes from")


def run(invocation: Invocation) -> int:
    """Prints one line a setting."""
    action = invocation.args.action
    if action != "show":
        raise CommandError(f"`ef_cli config {action}` is not available in this version", "use `ef_cli config show`")
    has_origin = invocation.option("origin", False)
    columns = ("Setting", "Value", "Origin") if has_origin else ("Setting", "Value")
    rows = [
        (name, _shown(invocation, name, setting.value), setting.origin)[: len(columns)]
        for name, setting in invocation.settings.items()
    ]
    invocation.put_list(columns, rows, keep=columns)
    return 0


def _shown(invocation: Invocation, name: str, value: object) -> object:
    """The value, or what takes its place: a directory's own default, a hidden secret."""
    part = name.removesuffix("_directory")
    if part in PARTS:
        return str(getattr(invocation.places, part))
    if name == "rights":
        return ", ".join(right for right in Right if right in invocation.workspace.rights)
    return str(value) if isinstance(value, Secret) else value

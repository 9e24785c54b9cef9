"""`ef_cli whoami`: whose name is written on what you do, what you may do, and where everything lies."""

from __future__ import annotations

import argparse
import os

from ef_engine.cli.invocation import Invocation
from ef_engine.cli.settings import config_path
from ef_engine.service.rights import Right
from ef_engine.store.places import PARTS

_COLUMNS = ("What", "Value", "Origin")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares nothing: it has no options of its own."""


def run(invocation: Invocation) -> int:
    """Prints one line each, and where it comes from."""
    settings, workspace = invocation.settings, invocation.workspace
    config = config_path(vars(invocation.args), os.environ)
    rights = ", ".join(right.value for right in Right if right in workspace.rights)
    rows = [
        ("owner", workspace.owner, settings["username"].origin),
        ("profile", workspace.profile or None, settings["profile"].origin),
        ("rights", rights or "none", settings["rights"].origin),
        ("config", str(config), "read" if config.is_file() else "not there"),
        ("workspace", invocation.option("workspace"), settings["workspace"].origin),
        *(
            (f"{part} directory", str(getattr(invocation.places, part)), settings[f"{part}_directory"].origin)
            for part in PARTS
        ),
    ]
    invocation.put_list(_COLUMNS, rows, keep=_COLUMNS)
    return 0

"""The document of `ef_cli compose build` and `compose down`."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ef_engine.cli.commands.schedule_add import command_of
from ef_engine.cli.invocation import Invocation
from ef_engine.cli.options import add_option

if TYPE_CHECKING:
    from ef_engine.service.compose_document import Composition
    from ef_engine.service.workspace import Workspace

DEFAULT = "ef.toml"
_PLACES = ("workspace", "stage_directory", "data_directory", "lock_directory", "log_directory")


def add_file_option(parser: argparse.ArgumentParser) -> None:
    """Declares `-f FILE`."""
    add_option(parser, "file", "f", metavar="FILE", help=f"the document (default: {DEFAULT})")


def composition_of(invocation: Invocation) -> tuple[Workspace, Composition]:
    """The workspace it is about and what it declares there; directories of the command line go before its own."""
    from ef_engine.service.compose import in_its_places
    from ef_engine.service.compose_document import read_composition
    from ef_engine.service.rights import Right

    workspace = invocation.workspace
    file, its_command = Path(invocation.option("file", DEFAULT)), partial(command_of, invocation)
    found = read_composition(file, its_command, workspace.owner, invocation.database_settings)
    if found.schedules:
        invocation.require(Right.SCHEDULE)
    is_told = any(invocation.settings[name].origin == "command line" for name in _PLACES)
    return workspace if is_told else in_its_places(workspace, found), found

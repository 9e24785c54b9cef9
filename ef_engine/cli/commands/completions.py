"""`ef_cli completions SHELL`: a completion script, made from the parser."""

from __future__ import annotations

import argparse

from ef_engine.cli.invocation import Invocation
from ef_engine.errors import CommandError

SHELLS = ("bash", "zsh", "tcsh")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's word."""
    parser.add_argument("shell", nargs="?", metavar="SHELL", help=argparse.SUPPRESS)


def run(invocation: Invocation) -> int:
    """Prints the script."""
    shell = invocation.args.shell
    if shell not in SHELLS:
        problem = f"there are no completions for {shell!r}" if shell else "`ef_cli completions` needs a shell"
        raise CommandError(problem, f"it is one of {', '.join(SHELLS)}")
    invocation.put(_script(shell))
    return 0


def _script(shell: str) -> str:
    import shtab

    from ef_engine.cli.parser import make_parser

    parser = make_parser()
    for command in parser.commands.values():
        command.load()
    return shtab.complete(parser, shell) + "\n"

"""`ef_tui`: opens the dashboard; with `--headless`, or a command, it is `ef_cli`.

What only the dashboard needs is imported when it is opened, so that `ef_tui --headless` starts as fast as `ef_cli`.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ef_engine.cli import main as cli
from ef_engine.cli.commands import COMMANDS
from ef_engine.cli.invocation import Invocation
from ef_engine.cli.options import ENGINE_OPTIONS, GLOBAL_OPTIONS, add_global_options, add_option, add_settings
from ef_engine.cli.parser import Parser
from ef_engine.cli.settings import resolve
from ef_engine.errors import CommandError, EfError
from ef_engine.service.workspace import open_workspace

if TYPE_CHECKING:
    from ef_tui.session import Session
    from ef_tui.snapshot import WithDatabase

PROGRAM = "ef_tui"
HEADLESS = "--headless"


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command line, by default that of this process, and returns its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if HEADLESS in arguments:
        arguments.remove(HEADLESS)
        return cli(arguments)
    try:
        args, words = parser().parse_known_args(arguments)
    except EfError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    if words[:1] and words[0] in _commands():
        return cli(arguments)
    try:
        if words and words[0].startswith("-"):
            parser().error(f"unrecognized arguments: {words[0]}")
        if words:
            raise CommandError(f"{words[0]!r} is no command of ef", f"see `{PROGRAM} --help`")
        return _open(Invocation(args, resolve(args, os.environ)))
    except EfError as error:
        print(error, file=sys.stderr)
        return error.exit_code


def _commands() -> set[str]:
    return {name for command in COMMANDS for name in (command.name, *command.aliases)}


def parser() -> Parser:
    """The options of the dashboard."""
    made = Parser(prog=PROGRAM, usage=f"{PROGRAM} [options]\n       {PROGRAM} --headless COMMAND ...")
    made.add_first_options()
    add_option(made, "read_only", action="store_true", help="look at a workspace and change nothing")
    made.add_argument(HEADLESS, action="store_true", help="no dashboard: the rest is a command of ef_cli")
    shown = {"workspace", "username", "config", "profile"}
    add_settings(made, ENGINE_OPTIONS)
    add_global_options(made, shown=shown & {option.name for option in GLOBAL_OPTIONS})
    return made


def _open(invocation: Invocation) -> int:
    if not (sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()):
        raise CommandError("the dashboard needs a terminal", f"`{PROGRAM} {HEADLESS} COMMAND` works without one")
    gc.disable()  # until the first paint: until then there is nothing to collect, and a tenth of the time to win
    from ef_tui.app import EfApp

    session = session_of(invocation)
    if not session.is_read_only:
        open_workspace(session.workspace.places)
    app = EfApp(session)
    app.run(mouse=app.session.preferences.mouse)
    return app.return_code or 0


def session_of(invocation: Invocation) -> Session:
    """The session a command line asks for; raises CommandError for settings that make no sense."""
    from ef_engine.cli.commands.ps import thresholds
    from ef_engine.cli.dashboard_settings import KEYS, read
    from ef_tui.glyphs import glyphs_for
    from ef_tui.session import Preferences, Session
    from ef_tui.themes import theme_for

    settings = read({name: setting.value for name, setting in invocation.settings.items()})
    if settings.keys:
        from ef_tui.keymap import check

        check(settings.keys, {name: invocation.settings[KEYS + name].origin for name in settings.keys})
    return Session(
        workspace=invocation.workspace,
        preferences=Preferences(
            theme=theme_for() if settings.theme == "auto" else settings.theme,
            refresh=settings.refresh,
            refresh_unfocused=settings.refresh_unfocused,
            mouse=settings.mouse,
            schedules=settings.schedules,
            keys=settings.keys,
        ),
        thresholds=thresholds(invocation),
        glyphs=glyphs_for(),
        with_database=_with_database(invocation),
        is_read_only=bool(invocation.option("read_only", False)),
        words=_words(invocation.args),
        scheduler=invocation.option("scheduler", ""),
    )


def _with_database(invocation: Invocation) -> WithDatabase | None:
    if not invocation.is_from_database:
        return None
    from ef_engine.service.database_listing import is_there, with_database

    workspace, target = invocation.workspace, invocation.database
    return (lambda rows: with_database(workspace, target, rows)) if is_there(target) else None


def _words(args: argparse.Namespace) -> tuple[str, ...]:
    """The options that were given and that a command needs to mean the same workspace."""
    directories = tuple(f"{part}_directory" for part in ("stage", "data", "lock", "log"))
    database = tuple(f"database_{part}" for part in ("hostname", "port", "name", "username"))  # never what is secret
    kept = ("workspace", *directories, "username", "config", "profile", "source", *database)
    return tuple(word for name in kept if name in args for word in (f"--{name}", str(vars(args)[name])))

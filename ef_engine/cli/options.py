"""The options every command takes, before and after its name.

Each is spelled with underscores and with dashes. None has a default here: a name missing from the parsed arguments was
not given, which is how the environment and the config file get their turn (`ef_engine.cli.settings`).
"""

from __future__ import annotations

import argparse
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from ef_engine.secret import Secret
from ef_engine.service.rights import Right

SOURCES = ("json", "excel", "database")
ENGINES = ("local", "dask")
LOG_LEVELS = ("debug", "info", "warning", "error")


@dataclass(frozen=True, slots=True)
class Option:
    """One option. Without `metavar` it is a flag; `is_setting` allows it in the environment and the config file.

    One that `is_of_file` stands nowhere but in that file, and holds a list of `choices`.
    """

    name: str
    help: str
    metavar: str | None = None
    choices: tuple[str, ...] | None = None
    is_setting: bool = True
    is_secret: bool = False
    is_of_file: bool = False


GLOBAL_OPTIONS = (
    Option("workspace", "where everything lies (default: EF_HOME, else the user's data directory)", "DIR"),
    Option("lock_directory", "the locks, in place of DIR/lock", "DIR"),
    Option("stage_directory", "what is staged, in place of DIR/stage", "DIR"),
    Option("data_directory", "what runs and ran, in place of DIR/data", "DIR"),
    Option("log_directory", "the log, in place of DIR/log", "DIR"),
    Option("username", "whose forecasts these are (default: the login name)", "NAME"),
    Option("source", "where input comes from (default: by the file's suffix, else json)", "KIND", SOURCES),
    Option("database_hostname", "the host of the database", "HOST"),
    Option("database_port", "its port", "PORT"),
    Option("database_name", "its name", "NAME"),
    Option("database_username", "who connects", "NAME"),
    Option(
        "database_password",
        "the password; better in PGPASSWORD or ~/.pgpass, where nobody sees it",
        "SECRET",
        is_secret=True,
    ),
    Option("database_url", "all of that in one; better in EF_DATABASE_URL", "URL", is_secret=True),
    Option("config", "the config file (default: ~/.config/ef/config.toml)", "FILE"),
    Option("profile", "the profile of the config file", "NAME"),
    Option("log_level", "what log/ef.log is told (default: info)", "LEVEL", LOG_LEVELS),
    Option(
        "format",
        "of lists table, json or csv; of reports text, html, excel, markdown, csv or json",
        "FORM",
        is_setting=False,
    ),
    Option("no_header", "lists without their header line", is_setting=False),
    Option("quiet", "no narration on stderr; of lists the ids alone", is_setting=False),
    Option("force", "do it although it was done", is_setting=False),
    Option("approximate", "simulate by the month instead of by the day"),
    Option("yes", "do not ask", is_setting=False),
    Option("debug", "show the traceback of an error", is_setting=False),
)
WATCH_OPTIONS = (
    Option("stuck_after", "flag what gets no further for so long (default: 30s)", "DURATION"),
    Option("frozen_after", "flag what gives no sign of life for so long (default: 6s)", "DURATION"),
)
"""Options of `ps` alone, which are settings all the same."""

ENGINE_OPTIONS = (
    Option("engine", "where to run: local, or dask for a cluster (default: local)", "ENGINE", ENGINES),
    Option("scheduler", "the Dask scheduler, as tcp://HOST:PORT (default: a cluster of its own)", "ADDRESS"),
)
"""Options of what runs something, settings too."""

RIGHTS = Option("rights", "what the profile may do (default: everything)", "RIGHTS", tuple(Right), is_of_file=True)
"""No option: whoever types a command should not have to, nor be able to, say what they may do."""

SETTINGS = (*(option for option in GLOBAL_OPTIONS if option.is_setting), *WATCH_OPTIONS, *ENGINE_OPTIONS, RIGHTS)


def add_option(parser: argparse._ActionsContainer, name: str, letter: str = "", **details: Any) -> None:
    """Adds `--a_b`, also spelled `--a-b`, and `-x` for a letter; what is not given leaves no trace in the result."""
    spellings = dict.fromkeys((*([f"-{letter}"] if letter else ()), f"--{name}", f"--{name.replace('_', '-')}"))
    parser.add_argument(*spellings, dest=name, default=argparse.SUPPRESS, **details)


def add_settings(parser: argparse._ActionsContainer, options: Collection[Option]) -> None:
    """Adds options that some commands take and that are settings everywhere."""
    for option in options:
        add_option(parser, option.name, metavar=option.metavar, choices=option.choices, help=option.help)


def add_global_options(parser: argparse._ActionsContainer, shown: Collection[str] | None = None) -> None:
    """Adds the options of every command; only those in `shown` (None: all) are put into the help."""
    for option in GLOBAL_OPTIONS:
        is_shown = shown is None or option.name in shown
        details: dict[str, Any] = {"help": option.help if is_shown else argparse.SUPPRESS}
        if option.metavar is None:
            details["action"] = "store_true"
        else:
            details |= {"metavar": option.metavar, "choices": option.choices}
            details |= {"type": Secret} if option.is_secret else {}
        add_option(parser, option.name, **details)

"""`ef_cli db`: makes, upgrades, dumps or drops the tables of a database."""

from __future__ import annotations

import argparse

from ef_engine.cli.commands.words import add_words, kind_and_name
from ef_engine.cli.invocation import Invocation
from ef_engine.cli.mistakes import suggestion
from ef_engine.errors import CommandError

ACTIONS = ("init", "migrate", "json", "drop", "rebuild")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's words and options."""
    add_words(parser, "|".join(ACTIONS))


def run(invocation: Invocation) -> int:
    """Does what the word says."""
    _, action = kind_and_name(invocation, f"one of {', '.join(ACTIONS)}")
    match action:
        case "init":
            _init(invocation)
        case "migrate":
            _migrate(invocation)
        case "json":
            _json(invocation)
        case "drop" | "rebuild":
            _drop(invocation, action)
        case _:
            known = f"it is one of {', '.join(ACTIONS)}"
            raise CommandError(f"there is no `ef_cli db {action}`", suggestion(action, ACTIONS, known))
    invocation.log(f"db {action}")
    return 0


def _init(invocation: Invocation) -> None:
    from ef_engine.service.database import init

    target = invocation.database
    is_new = init(target)
    invocation.say(f"The tables are made in {target}." if is_new else f"{_capital(target)} has its tables already.")


def _migrate(invocation: Invocation) -> None:
    from ef_engine.service.database import migrate

    target = invocation.database
    found = migrate(target)
    invocation.say(
        f"{_capital(target)} is up to date, nothing changes."
        if found is None
        else f"{_capital(target)} was of version {found} and is up to date now."
    )


def _json(invocation: Invocation) -> None:
    from ef_engine.service.database import dump

    for text in dump(invocation.workspace, invocation.database):
        invocation.put(text)


def _drop(invocation: Invocation, action: str) -> None:
    from ef_engine.service.database import drop, rebuild

    target = invocation.database
    again = " and making them anew" if action == "rebuild" else ""
    invocation.confirm(f"Dropping the tables of ef in {target} with all that everybody has there{again}")
    count = (rebuild if action == "rebuild" else drop)(target)
    invocation.say(f"{count} tables dropped from {target}" + (", and made anew." if again else "."))


def _capital(target: object) -> str:
    text = str(target)
    return text[:1].upper() + text[1:]

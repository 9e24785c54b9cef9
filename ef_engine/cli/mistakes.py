"""argparse's complaints as one sentence with a remedy and, where a word is misspelled, a suggestion."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ef_engine.errors import CommandError

_CHOICE = re.compile(r"argument (?P<name>.+?): invalid choice: '(?P<given>.*)' \(choose from (?P<choices>.*)\)", re.S)
_UNKNOWN = re.compile(r"unrecognized arguments: (?P<given>.*)", re.S)
_REQUIRED = re.compile(r"the following arguments are required: (?P<names>.*)")
_VALUE = re.compile(r"argument (?P<name>.+?): expected .*")
_NUMBER = re.compile(r"argument (?P<name>.+?): invalid int value: (?P<given>.*)", re.S)
_ARGUMENTS = re.compile(r"\[Errno \d+\] (?P<what>.*): (?P<file>'.*')")
_OTHER = re.compile(r"argument (?P<name>.+?): (?P<what>.*)", re.S)


def command_error(message: str, program: str, options: Iterable[str]) -> CommandError:
    """The error for what argparse says in `message`."""
    if found := _CHOICE.fullmatch(message):
        return _wrong_choice(found["name"], found["given"], re.findall(r"'?([\w-]+)'?", found["choices"]))
    if found := _UNKNOWN.fullmatch(message):
        return _unknown(found["given"].split()[0], program, options)
    if found := _REQUIRED.fullmatch(message):
        return CommandError(f"{found['names']} is missing", f"see `{program} --help`")
    if found := _VALUE.fullmatch(message):
        name = _spelling(found["name"])
        problem = f"{name} needs a value, written {name}=VALUE where that begins with a dash"
        return CommandError(problem, f"see `{program} --help`")
    if found := _NUMBER.fullmatch(message):
        return CommandError(f"{_spelling(found['name'])} cannot be {found['given']}", "it is a whole number")
    if found := _ARGUMENTS.fullmatch(message):
        problem = f"the arguments in {found['file']} cannot be read ({found['what'].lower()})"
        return CommandError(problem, "check the name after the @")
    if found := _OTHER.fullmatch(message):
        return CommandError(f"{_spelling(found['name'])}: {found['what']}", f"see `{program} --help`")
    return CommandError(message, f"see `{program} --help`")


def _wrong_choice(name: str, given: str, choices: list[str]) -> CommandError:
    if name == "COMMAND":
        return CommandError(f"there is no command {given!r}", suggestion(given, choices, "see `ef_cli --help`"))
    known = f"it is one of {', '.join(choices)}"
    return CommandError(f"{_spelling(name)} cannot be {given!r}", suggestion(given, choices, known))


def _unknown(given: str, program: str, options: Iterable[str]) -> CommandError:
    name = given.partition("=")[0]
    if not name.startswith("-"):
        return CommandError(f"{given!r} is one word too many", f"see `{program} --help`")
    return CommandError(f"there is no option {name!r}", suggestion(name, options, f"see `{program} --help`"))


def _spelling(name: str) -> str:
    """argparse joins the spellings of an option with slashes; the first is enough."""
    return name.partition("/")[0]


def suggestion(given: str, known: Iterable[str], otherwise: str) -> str:
    """`did you mean 'list'?` for the most similar known word, or `otherwise`."""
    from difflib import get_close_matches

    close = get_close_matches(given, list(known), n=1)
    return f"did you mean {close[0]!r}?" if close else otherwise

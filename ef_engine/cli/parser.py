"""The parser of the command line.

A command's module is imported and its options are declared only when that command is parsed: `--help` and `ps` must
not pay for what they do not use. Words and options of a command may stand in any order.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import textwrap
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType
from typing import Any, NoReturn

from ef_engine.cli import mistakes
from ef_engine.cli.commands import COMMANDS, Command
from ef_engine.cli.invocation import text_width
from ef_engine.cli.options import add_global_options
from ef_engine.errors import CommandError
from ef_engine.version import VERSION

PROGRAM = "ef_cli"

_INTRODUCTION = """\
usage: {program} [options] COMMAND [options]

Forecasts household money: each day's balances, and when you reach your goals.

Start with these three:
  {program} init                          a workspace with a worked example
  {program} run forecast household.json   simulate it; prints its id
  {program} report forecast ID            what happens, and why

Commands:
"""

_LAST_WORDS = (
    "`{program} COMMAND --help` tells more. Ids may be abbreviated, `@FILE` reads arguments from a file, and every "
    "option may stand before or after the command, with underscores or dashes."
)
_OTHER_OPTIONS = "`{program} --help` lists the options of every command, such as --workspace."


class Parser(argparse.ArgumentParser):
    """A parser that raises its errors, and shows only the first spelling of an option in its help."""

    def __init__(self, **details: Any) -> None:
        super().__init__(allow_abbrev=False, add_help=False, formatter_class=_formatter, **details)

    def add_first_options(self) -> None:
        """Adds what ends a command at once."""
        self.add_argument("-h", "--help", action="help", help="show this help")
        self.add_argument("--version", action="version", version=f"ef {VERSION}", help="show the version")

    def error(self, message: str) -> NoReturn:
        """Raises a `CommandError` with a remedy."""
        raise mistakes.command_error(message, self.prog, self.option_names())

    def print_help(self, file: Any = None) -> None:
        """As argparse does it, but a closed pipe is not passed over in silence."""
        print(self.format_help(), end="", file=file or sys.stdout, flush=True)

    def option_names(self) -> list[str]:
        """Every spelling of every option known so far."""
        return list(self._option_string_actions)

    def convert_arg_line_to_args(self, arg_line: str) -> list[str]:
        """A line of an `@FILE`: words as a shell would split them, `#` begins a comment."""
        try:
            return shlex.split(arg_line, comments=True)
        except ValueError as error:
            problem = f"{arg_line!r} in a file of arguments cannot be split into words ({str(error).lower()})"
            raise CommandError(problem, "close every quote on the line it is opened") from None


class MainParser(Parser):
    """The parser of the whole command line."""

    def __init__(self) -> None:
        super().__init__(prog=PROGRAM, fromfile_prefix_chars="@", usage=f"{PROGRAM} [options] COMMAND [options]")
        self.add_first_options()
        add_global_options(self)
        self.commands: dict[str, CommandParser] = {}
        self.given: list[str] = []
        subparsers = self.add_subparsers(dest="command", metavar="COMMAND", parser_class=CommandParser)
        for command in COMMANDS:
            added = subparsers.add_parser(command.name, aliases=list(command.aliases), command=command)
            self.commands |= dict.fromkeys((command.name, *command.aliases), added)
            self.commands |= {part.full_name: part for part in added.parts.values()}

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse does it; remembers what was given, for `error`."""
        self.given = list(args or ())
        return super().parse_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """As ever, but names a misspelled option before the command, whose value would pass for the command."""
        known = Parser.option_names(self)
        first = next((word for word in self.given if word in self.commands or word.startswith("--")), "")
        if "COMMAND" in message and first not in self.commands and first and first.partition("=")[0] not in known:
            message = f"unrecognized arguments: {first}"
        super().error(message)

    def option_names(self) -> list[str]:
        """Its own options, and those of the command that was parsed."""
        loaded = (name for parser in self.commands.values() if parser.module for name in parser.option_names())
        return [*super().option_names(), *loaded]

    def format_help(self) -> str:
        """The help a new user reads first."""
        lines = [f"  {command.name:<14}{command.summary}" for command in COMMANDS]
        formatter = self._get_formatter()
        formatter.start_section("Options of every command")
        formatter.add_arguments(action for action in self._actions if action.option_strings)
        formatter.end_section()
        texts = (_INTRODUCTION, "\n".join(lines), "\n\n", formatter.format_help(), "\n", _wrapped(_LAST_WORDS), "\n")
        return "".join(texts).replace("{program}", PROGRAM)


class CommandParser(Parser):
    """The parser of one command, empty until it is used; `parts` are those of its second words."""

    def __init__(self, command: Command, within: str = "", **details: Any) -> None:
        self.full_name = f"{within} {command.name}".lstrip()
        options = "" if "[options]" in command.words else "[options]"
        words = " ".join(filter(None, (PROGRAM, self.full_name, command.words, options)))
        super().__init__(**details | {"prog": f"{PROGRAM} {self.full_name}", "usage": words})
        self.command = command
        self.module: ModuleType | None = None
        self.parts: dict[str, CommandParser] = {}
        for part in command.parts:
            self.parts |= dict.fromkeys((part.name, *part.aliases), CommandParser(part, self.full_name))
        self._is_inside = False

    def load(self) -> ModuleType:
        """The command's module; declares its arguments the first time."""
        if self.module is None:
            self.module = import_module(f"ef_engine.cli.commands.{self.command.module}")
            self.add_first_options()
            self.module.add_arguments(self)
            add_global_options(self, shown=self.command.options)
        return self.module

    def format_help(self) -> str:
        """What the command does, its words and its own options."""
        summary = self.command.summary
        about = f"{summary[0].upper()}{summary[1:]}."
        texts = [_wrapped(f"{about} {self.command.about}".rstrip())]
        if self.command.parts:
            width = max(len(part.name) for part in self.command.parts)
            texts.append("\n".join(f"  {part.name:<{width}}  {part.summary}" for part in self.command.parts))
        self.description = "\n\n".join(texts)
        self.epilog = _wrapped(_OTHER_OPTIONS.replace("{program}", PROGRAM))
        return super().format_help()

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse does it, with words and options in any order; a second word may have a parser of its own."""
        if self._is_inside:
            return super().parse_known_args(args, namespace)
        words, behind = _cut_at_dashes(list(args or ()))
        position = next((at for at, word in enumerate(words) if word in self.parts), None)
        if position is not None:
            part = self.parts[words.pop(position)]
            found, left = part.parse_known_args([*words, *behind], namespace)
            found.command = part.full_name
            return found, left
        self.load()
        self._is_inside = True
        try:
            found, left = self.parse_known_intermixed_args(
                words if self.command.has_rest else [*words, *behind], namespace
            )
        finally:
            self._is_inside = False
        if self.command.has_rest:
            found.rest = behind[1:]
        return found, left


def _cut_at_dashes(words: list[str]) -> tuple[list[str], list[str]]:
    """What stands before the first `--`, and the rest with it."""
    at = words.index("--") if "--" in words else len(words)
    return words[:at], words[at:]


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Shows `--lock_directory DIR`, and not its dashed spelling."""

    def _format_action_invocation(self, action: argparse.Action) -> str:
        if not action.option_strings:
            return super()._format_action_invocation(action)
        names = [name for name in action.option_strings if "-" not in name.lstrip("-")]
        value = "" if action.nargs == 0 else f" {self._format_args(action, action.dest.upper())}"
        return ", ".join(names) + value


def _formatter(prog: str) -> _Formatter:
    return _Formatter(prog, max_help_position=30, width=_width())


def _width() -> int:
    return max(40, text_width()) - 2


def _wrapped(text: str) -> str:
    return textwrap.fill(text, _width(), break_on_hyphens=False)


def make_parser() -> MainParser:
    """A parser with every option and command of `ef_cli`."""
    return MainParser()


def parse(arguments: Sequence[str] | None = None) -> tuple[argparse.Namespace, ModuleType | None]:
    """The parsed command line and the module of its command (None if it names none); `help COMMAND` is its help.

    Raises `CommandError`.
    """
    parser = make_parser()
    words = list(arguments or ())
    args = parser.parse_args([*words[1:], "--help"] if words[:1] == ["help"] else words)
    return args, parser.commands[args.command].module if args.command else None

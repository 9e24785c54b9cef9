"""Every command line that must be accepted is, with its options before and after the command, in both spellings."""

from __future__ import annotations

import shlex
from argparse import Namespace
from pathlib import Path

import pytest

from ef_engine.cli.commands import COMMANDS
from ef_engine.cli.options import GLOBAL_OPTIONS
from ef_engine.cli.parser import make_parser, parse

LINES = [
    line
    for line in Path(__file__).with_name("command-lines.txt").read_text().splitlines()
    if line and not line.startswith("#")
]
FLAGS = {f"--{option.name}" for option in GLOBAL_OPTIONS if option.metavar is None}
NAMES = {name for command in COMMANDS for name in (command.name, *command.aliases)}


def split(line: str) -> tuple[list[str], list[str]]:
    """The options before the command, and the rest."""
    words = shlex.split(line)[1:]
    at = 0
    while words[at] not in NAMES:
        at += 1 if words[at] in FLAGS else 2
    return words[:at], words[at:]


def parsed(words: list[str]) -> Namespace:
    return parse(words)[0]


@pytest.mark.parametrize("line", LINES)
def test_the_line_parses_literally_and_with_its_options_anywhere(line: str) -> None:
    options, rest = split(line)
    literally = parsed(options + rest)
    assert literally.command == rest[0]
    assert parsed([*rest, *options]) == literally
    assert parsed([rest[0], *options, *rest[1:]]) == literally


@pytest.mark.parametrize("line", LINES)
def test_the_line_parses_with_dashes_in_its_options(line: str) -> None:
    options, rest = split(line)
    dashed = [word.replace("_", "-") if word.startswith("--") else word for word in options + rest]
    assert parsed(dashed) == parsed(options + rest)


def test_a_hundred_words_of_the_catalogue_are_read() -> None:
    assert len(LINES) >= 27


def test_every_value_arrives() -> None:
    args = parsed(shlex.split("--stage_directory S list --lock_directory L --data_directory D --log_directory G"))
    found = (args.stage_directory, args.lock_directory, args.data_directory, args.log_directory)
    assert found == ("S", "L", "D", "G")


def test_what_is_said_last_counts() -> None:
    assert parsed(["--username", "ann", "list", "--username", "bob"]).username == "bob"


def test_words_and_options_mix() -> None:
    args = parsed(["stage", "forecast", "--forecast_label", "L", "file.json"])
    assert (args.words, args.forecast_label) == (["forecast", "file.json"], "L")


def test_arguments_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "arguments").write_text("# a comment\n--username 'ann b'\nlist forecast\n")
    args = parsed([f"@{tmp_path / 'arguments'}", "--quiet"])
    assert (args.username, args.words, args.quiet) == ("ann b", ["forecast"], True)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_has_help_within_eighty_columns(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    for parser in (make_parser(), *make_parser().commands.values()):
        if hasattr(parser, "load"):
            parser.load()
        assert max(map(len, parser.format_help().splitlines())) <= 80


def test_help_fits_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ef_engine.cli.invocation.terminal_width", lambda: 60)
    parser = make_parser().commands["explain"]
    parser.load()
    assert max(map(len, parser.format_help().splitlines())) <= 60


def test_help_is_a_command_too(capsys: pytest.CaptureFixture[str]) -> None:
    helped = []
    for words in (["help", "report"], ["report", "--help"]):
        with pytest.raises(SystemExit) as ended:
            parse(words)
        assert ended.value.code == 0
        helped.append(capsys.readouterr().out)
    assert helped[0] == helped[1]
    assert "--format FORM" in helped[0]

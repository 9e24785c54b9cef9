"""The catalogue of errors: exact text, exit code, nothing on stdout, never a traceback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ef_engine.service.run_forecast import Wishes
from tests.cli.conftest import Terminal
from tests.service.documents import SMALL, plans, write

CATALOGUE = {
    "": (2, "no command is given; see `ef_cli --help`."),
    "lsit": (2, "there is no command 'lsit'; did you mean 'list'?"),
    "qqqqq": (2, "there is no command 'qqqqq'; see `ef_cli --help`."),
    "list --stat staged": (2, "there is no option '--stat'; did you mean '--state'?"),
    "--usernam x list": (2, "there is no option '--usernam'; did you mean '--username'?"),
    "list --zzz": (2, "there is no option '--zzz'; see `ef_cli --help`."),
    "list forecast more": (2, "'more' is one word too many; see `ef_cli list --help`."),
    "list --state": (
        2,
        "--state needs a value, written --state=VALUE where that begins with a dash; see `ef_cli list --help`.",
    ),
    "list --limit x": (2, "--limit cannot be 'x'; it is a whole number."),
    "list --limit 0": (2, "--limit and --page count from 1; give a positive number."),
    "list --state stagd": (2, "there is no state 'stagd'; did you mean 'staged'?"),
    "list --format html": (2, "--format cannot be 'html' here; it is one of table, json, csv."),
    "list --filter label": (2, "'label' is no term of a filter; write field=value or field~part, separated by blanks."),
    "list --filter lable=x": (2, "a list has no field 'lable'; did you mean 'label'?"),
    "--source paper list": (2, "--source cannot be 'paper'; it is one of json, excel, database."),
    "stage": (2, "`ef_cli stage` needs a file; see `ef_cli stage --help`."),
    "stage a b": (2, "'b' is one word too many; see `ef_cli stage --help`."),
    "stage nowhere.json": (4, "there is no file nowhere.json; check the path."),
    "stage nowhere.xlsx": (4, "there is no file nowhere.xlsx; check the path."),
    "--source excel stage small.json": (
        2,
        "small.json: is JSON, not an Excel workbook; leave out --source excel, or name another file.",
    ),
    "--source excel run forecastset small.json": (
        2,
        "an Excel file cannot hold a forecast set; write the set as JSON, as `ef_cli schema forecastset` describes it.",
    ),
    "template excel --output small.json": (
        2,
        "small.json exists already; name another file, or --force to overwrite it.",
    ),
    "stage forecastset small.json": (2, "small.json holds a forecast; say `forecast` in place of `forecastset`."),
    "stage small.json --start_date 2026-13-01": (
        2,
        "small.json, as changed by the command line: start_date: "
        'is no date of the calendar: 2026-13-01; write it as "2026-01-31".',
    ),
    "run": (2, "`ef_cli run` needs a file or an id; see `ef_cli run --help`."),
    "run --all x": (2, "--all leaves no choice for 'x'; leave one of them out."),
    "run forecast 0000": (
        4,
        "'0000' is no file, and no forecast has an id that begins with '0000'; see `ef_cli list`.",
    ),
    "run x --detach --in_process": (
        2,
        "--in_process and --detach exclude each other; leave one of them out.",
    ),
    "run x --timeout soon": (2, "--timeout: 'soon' is no number of seconds; see `ef_cli run --help`."),
    "run x --jobs 0": (2, "--jobs: '0' is no number of jobs; see `ef_cli run --help`."),
    "report forecast 0000": (4, "no forecast has an id that begins with '0000'; see `ef_cli list`."),
    "report forecastset": (2, "`ef_cli report` needs an id; see `ef_cli report --help`."),
    "report 0000 --format pdf": (
        4,
        "no forecast or forecast set has an id that begins with '0000'; see `ef_cli list`.",
    ),
    "kill forecast 0000": (4, "no forecast has an id that begins with '0000'; see `ef_cli list`."),
    "kill forecastset 0000": (4, "no forecast set has an id that begins with '0000'; see `ef_cli list`."),
    "explain": (2, "`ef_cli explain` needs an id; see `ef_cli list`."),
    "explain a b c": (2, "'c' is one word too many; put a memo of several words in quotes."),
    "rm": (2, "`ef_cli rm` needs an id; see `ef_cli list`."),
    "ps --interval 0": (
        2,
        "--interval: '0' is no duration such as 40s, 5m, 12h or 30d; see `ef_cli ps --help`.",
    ),
    "ps --frozen_after soon": (
        2,
        "frozen_after: 'soon' is no duration such as 40s, 5m, 12h or 30d; correct it, or leave it out.",
    ),
    "wait": (2, "`ef_cli wait` needs an id; see `ef_cli ps`."),
    "wait 0000": (4, "no forecast or forecast set has an id that begins with '0000'; see `ef_cli list`."),
    "wait x --timeout soon": (
        2,
        "--timeout: 'soon' is no duration such as 40s, 5m, 12h or 30d; see `ef_cli wait --help`.",
    ),
    "log": (2, "`ef_cli log` needs an id; see `ef_cli log --help`."),
    "log x --attempt 0": (
        2,
        "--attempt: '0' is no number of an attempt, which count from 1; see `ef_cli log --help`.",
    ),
    "restart": (2, "`ef_cli restart` needs an id; give one, --all_failed or --lost."),
    "restart 0000": (4, "no forecast or forecast set has an id that begins with '0000'; see `ef_cli list`."),
    "restart --lost x": (2, "--lost leaves no choice for anything else; leave one of them out."),
    "compare a": (2, "`ef_cli compare` takes two to 4 ids, and got 1; see `ef_cli list`."),
    "compare forecast a": (2, "`ef_cli compare` takes two to 4 ids, and got 1; see `ef_cli list`."),
    "compare forecast 0000 1111": (4, "no forecast has an id that begins with '0000'; see `ef_cli list`."),
    "stack 0000": (4, "no forecast or forecast set has an id that begins with '0000'; see `ef_cli list`."),
    "clean --state done": (
        2,
        "nothing finished is 'done'; it is one of evaluated, infeasible, failed, killed, timed_out, crashed, skipped, "
        "upstream_failed, incomplete.",
    ),
    "export": (2, "`ef_cli export` needs an id; see `ef_cli list`, or use --all."),
    "export forecast a": (4, "no forecast has an id that begins with 'a'; see `ef_cli list`."),
    "stage-select": (2, '`ef_cli stage-select` needs a SELECT; write at least --account_set "SELECT ...".'),
    "stage small.json --flush": (2, "--flush is for --source database; a file says that by itself."),
    "template word": (2, "there is no template 'word'; it is json or excel."),
    "schema nothing": (4, "there is no schema 'nothing'; name one of forecast, forecastset, flow."),
    "completions": (2, "`ef_cli completions` needs a shell; it is one of bash, zsh, tcsh."),
    "completions fish": (2, "there are no completions for 'fish'; it is one of bash, zsh, tcsh."),
    "config set": (2, "`ef_cli config set` is not available in this version; use `ef_cli config show`."),
    "@nowhere": (
        2,
        "the arguments in 'nowhere' cannot be read (no such file or directory); check the name after the @.",
    ),
    "@quotes": (
        2,
        "'\"never closed' in a file of arguments cannot be split into words (no closing quotation); "
        "close every quote on the line it is opened.",
    ),
    "stage comments.json": (
        2,
        "comments.json, line 2, column 1: is a comment, which JSON has none of; "
        'write it as a "comment" key of an object.',
    ),
    "restage forecast 0000": (
        2,
        "nothing is to be changed; give --start_date, --end_date or --forecast_label.",
    ),
    "--config nowhere.toml list": (
        4,
        "there is no config file nowhere.toml; write it, or leave out --config and --profile.",
    ),
}


@pytest.mark.parametrize("line", CATALOGUE, ids=lambda line: line or "nothing")
def test_a_mistake_is_one_sentence_with_its_remedy(terminal: Terminal, line: str, tmp_path: Path) -> None:
    write(tmp_path / "small.json", SMALL)
    write(tmp_path / "quotes", '"never closed')
    write(tmp_path / "comments.json", "{\n// for the house\n}")
    code = terminal.run(*line.split(" ")) if line else terminal.run()
    assert (code, terminal.out, terminal.err) == (CATALOGUE[line][0], "", CATALOGUE[line][1] + "\n")


def test_everything_wrong_with_an_input_is_said_at_once(terminal: Terminal, tmp_path: Path) -> None:
    document = json.loads(SMALL)
    document["end_date"] = "2020-01-01"
    document["accounts"][0]["balanse"] = 1
    write(tmp_path / "bad.json", document)
    assert terminal.run("stage", "bad.json") == 2
    assert len(terminal.err.splitlines()) >= 2
    assert all(line.startswith("bad.json: ") for line in terminal.err.splitlines())
    assert terminal.out == ""


def test_an_ambiguous_id_names_what_it_fits(terminal: Terminal, tmp_path: Path) -> None:
    write(tmp_path / "plans.json", plans())
    terminal.ok("run", "plans.json")
    ids = terminal.ok("list", "forecast", "--quiet").split()
    first = next(each[0] for each in ids)
    fitting = sorted(each for each in ids if each.startswith(first))
    code = terminal.run("show", first)
    assert code == (0 if len(fitting) == 1 else 2)
    assert terminal.run("show", "") == 4


def test_a_forecast_without_result_says_how_to_make_one(terminal: Terminal, tmp_path: Path) -> None:
    write(tmp_path / "small.json", SMALL)
    record_id = terminal.ok("stage", "small.json").strip()
    assert terminal.run("report", record_id) == 4
    assert terminal.err == f"{record_id} has no result (staged); `ef_cli run forecast {record_id}` makes one.\n"
    assert terminal.run("kill", "forecast", record_id) == 4
    assert terminal.err == f"{record_id} does not run; see `ef_cli ps`.\n"


def test_what_would_ask_without_a_terminal_names_yes(terminal: Terminal, tmp_path: Path) -> None:
    write(tmp_path / "small.json", SMALL)
    record_id = terminal.ok("stage", "small.json").strip()
    assert terminal.run("rm", record_id) == 2
    question = f"Deleting {record_id} with all results"
    assert terminal.err == f"{question} needs a yes, and there is no terminal to ask on; add --yes.\n"
    assert terminal.ok("rm", record_id, "--yes") == f"{record_id}\n"
    assert terminal.ok("list", "--quiet") == ""


def test_what_nobody_expected_names_the_log_and_puts_the_traceback_there(
    terminal: Terminal, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr("ef_engine.store.catalogue.read_rows", broken)
    assert terminal.run("list") == 1
    log = home / "log" / "ef.log"
    summary = "something unexpected went wrong (ZeroDivisionError: by nothing)"
    assert terminal.err == f"{summary}; the details are in {log}.\n"
    assert "Traceback" in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600
    assert terminal.run("list", "--debug") == 1
    assert "Traceback" in terminal.err


def test_debug_shows_the_traceback_of_an_expected_error_too(terminal: Terminal) -> None:
    assert terminal.run("--debug", "show", "0000") == 4
    assert "Traceback" in terminal.err


def test_an_error_of_the_system_is_a_sentence(terminal: Terminal, tmp_path: Path) -> None:
    write(tmp_path / "small.json", SMALL)
    (tmp_path / "file").write_text("")
    assert terminal.run("--stage_directory", "file/below", "stage", "small.json") == 1
    assert terminal.err.count("\n") == 1
    assert "not a directory" in terminal.err


def test_the_defaults_of_a_run_never_repeat_work() -> None:
    assert not Wishes().force

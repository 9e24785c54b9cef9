"""Every command line that names a database works against a real server, and what they say is what happened."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from ef_engine.sources.database.datasets import DATASETS
from ef_engine.sources.database.target import Target
from tests.cli.conftest import Terminal
from tests.cli.processes import ef_cli
from tests.cli.test_command_lines import LINES
from tests.database.servers import content, execute, fill, options_of, scalar
from tests.service.documents import SMALL, plans, small, write

DATES = ["--start_date", "2026-01-01", "--end_date", "2026-03-31"]


@pytest.fixture
def server(server_database: Target, monkeypatch: pytest.MonkeyPatch) -> Target:
    """The database the command lines below mean without naming it."""
    monkeypatch.setenv("PGOPTIONS", server_database.parameters["options"])
    monkeypatch.setenv("EF_DATABASE_HOSTNAME", str(server_database.hostname))
    monkeypatch.setenv("EF_DATABASE_USERNAME", "postgres")
    return server_database


@pytest.mark.parametrize("line", [line for line in LINES if "--source database" in line])
def test_the_command_line_works_as_it_stands(terminal: Terminal, server: Target, line: str) -> None:
    fill(server, small())
    forecast = terminal.ok("--source", "database", "stage", "forecast", *DATES).strip()
    fill(server, plans())
    members = terminal.ok("--source", "database", "stage", "forecastset", *DATES).strip()
    fill(server, small())
    execute(server, "UPDATE ef_account_set SET balance = 4321.10")
    record_id = members if "forecastset" in line else forecast
    values = {
        "HOSTNAME": str(server.hostname), "USERNAME": "postgres", "DATABASE_NAME": "postgres", "DATABASE_PORT": "5432",
        "DATABASE_PASSWORD": "none is asked for", "START_DATE": "2026-01-02", "END_DATE": "2026-04-30",
        "LABEL": "a label", "FORECAST_ID": record_id, "FORECAST_SET_ID": record_id, "ID": record_id,
    }  # fmt: skip
    words = [values.get(word, word) for word in shlex.split(line)[1:]]
    for dataset in DATASETS:
        if f"--{dataset.option}" in words:
            words[words.index(f"--{dataset.option}") + 1] = f"SELECT * FROM {dataset.table} ORDER BY position"
    known = set(terminal.ok("list", "--quiet").split())
    printed = terminal.ok(*words)
    assert printed
    if "list" in words:
        assert "input tables" in printed
    elif "run" in words:
        assert printed.endswith(f"{record_id} evaluated\n") or printed.endswith(f"{record_id} incomplete\n")
    else:
        assert printed.strip() not in known
        shown = json.loads(terminal.ok("show", printed.strip(), "--format", "json"))
        assert str(shown).count("a label")
    if "--flush" in words:
        assert scalar(server, "SELECT count(*) FROM ef_account_set") == 0


def test_a_file_in_the_workspace_is_enough(terminal: Terminal, home: Path) -> None:
    """Everything from nothing, with no word about which database."""
    assert terminal.ok("--source", "database", "list", "--quiet") == ""
    assert not home.exists()
    terminal.ok("db", "init")
    target = Target(file=home / "data" / "database.sqlite")
    fill(target, small())
    assert "input tables  loaded  1 accounts, 2 items" in terminal.ok("--source", "database", "list")
    record_id = terminal.ok("--source", "database", "stage", "--flush").strip()
    assert terminal.err.splitlines()[1].startswith("From 2026-01-02, the earliest start of the items, to 2026-12-31")
    assert terminal.ok("--source", "database", "run", "--id", record_id) == f"{record_id} evaluated\n"
    again = terminal.ok(
        "--source", "database", "restage", "forecast", "--id", record_id, "--end_date", "2026-05-05"
    ).strip()
    assert terminal.ok("export", record_id) == f"{record_id}\n"
    assert terminal.ok("--source", "database", "list", "--quiet").split() == [again, record_id]
    assert terminal.ok("rm", "--yes", record_id)
    assert record_id not in terminal.ok("list")
    assert record_id in terminal.ok("--source", "database", "list")
    assert "Net worth" in terminal.ok("--source", "database", "report", "forecast", record_id)
    assert record_id not in terminal.ok("list")
    assert terminal.ok("import", record_id[:4]) == f"{record_id}\n"
    assert terminal.ok("report", record_id, "--format", "csv").startswith("Date,Checking,")


def test_run_without_an_id_stages_the_input_tables(terminal: Terminal, database: Target) -> None:
    fill(database, plans())
    printed = terminal.ok("--source", "database", "run", *DATES, *options_of(database)).splitlines()
    assert len(printed) == 5
    assert printed[-1].startswith("S")
    terminal.ok("--source", "database", "run", "forecast", *DATES, *options_of(database))


def test_what_only_the_database_has_can_be_run_restaged_and_reported(
    terminal: Terminal, database: Target, tmp_path: Path
) -> None:
    write(tmp_path / "plans.json", plans())
    members = terminal.ok("stage", "plans.json").strip()
    terminal.ok("export", members, *options_of(database))
    here = ["--workspace", str(tmp_path / "other"), "--source", "database", *options_of(database)]
    terminal.ok(*here, "restage", "forecastset", "--id", members[:5], "--end_date", "2026-04-30")
    assert f"{members} is imported from the database" in terminal.err
    printed = terminal.ok(*here[:2], "run", "forecastset", members)
    assert printed.splitlines()[-1] == f"{members} evaluated"
    terminal.ok(*here, "export", "--all")
    third = ["--workspace", str(tmp_path / "third"), *here[2:]]
    assert "4 of 4 scenarios have a result" in terminal.ok(*third, "report", "forecastset", members)
    assert not (tmp_path / "third").exists()


def test_loaded_data_is_listed_until_it_is_staged(terminal: Terminal, database: Target) -> None:
    options = ["--source", "database", *options_of(database)]
    fill(database, small())
    fill(database, small(), "bob")
    (row,) = json.loads(terminal.ok("list", "--format", "json", *options))
    assert (row["id"], row["kind"], row["state"]) == ("input tables", "forecast", "loaded")
    assert (row["start"], row["end"], row["owner"]) == ("2026-01-02", "2026-12-31", "ann")
    terminal.ok("stage", "--approximate", "--all_loans_strategy", "snowball", *DATES, *options)
    assert "input tables" not in terminal.ok("list", *options)
    execute(database, "UPDATE ef_account_set SET balance = 12")
    assert "input tables" in terminal.ok("list", *options)
    assert "input tables" not in terminal.ok("list", "forecastset", *options)
    execute(database, "UPDATE ef_account_set SET balance = NULL")
    assert "invalid" in terminal.ok("list", *options)
    assert "invalid" in terminal.ok("list", "--filter", "state=invalid note~balance", *options)


def test_a_label_is_no_part_of_what_is_staged(terminal: Terminal, database: Target) -> None:
    fill(database, small())
    options = ["--source", "database", *options_of(database), *DATES]
    first = terminal.ok("stage", "--forecast_label", "one", *options)
    assert terminal.ok("stage", "--forecast_label", "two", *options) == first
    assert "Its label is now 'two'." in terminal.err


@pytest.mark.parametrize(
    "words", [["list"], ["ps"], ["--help"], ["list", "--database_hostname", "x"], ["stage", "small.json"]]
)
def test_without_a_database_its_packages_are_not_loaded(tmp_path: Path, words: list[str]) -> None:
    from tests.cli.processes import python
    from tests.cli.test_startup import SCRIPT

    write(tmp_path / "small.json", SMALL)
    loaded = python(SCRIPT, *words).stdout.splitlines()[-1].split()
    assert "ef_engine.cli.main" in loaded
    assert [name for name in ("sqlalchemy", "sqlglot", "psycopg", "sqlite3") if name in loaded] == []


def test_the_commands_work_as_processes_too(database: Target, tmp_path: Path) -> None:
    fill(database, small())
    before = content(database)
    staged = ef_cli("--source", "database", "stage", *DATES, *options_of(database))
    assert (staged.returncode, len(staged.stdout.strip())) == (0, 12), staged.stderr
    ran = ef_cli(
        "--source", "database", "run", "forecast", "--id", staged.stdout.strip(), "--jobs", "1", *options_of(database)
    )
    assert ran.stdout == f"{staged.stdout.strip()} evaluated\n", ran.stderr
    assert content(database) == before

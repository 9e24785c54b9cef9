"""`compose` with sources that are tables: real SQLite files, a real PostgreSQL server."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path

import pytest

from ef_engine.sources.database.target import Target
from tests.cli.conftest import Terminal
from tests.compose.test_compose import built, tree
from tests.database.conftest import database as database
from tests.database.conftest import empty_server_database as empty_server_database
from tests.database.conftest import postgresql as postgresql
from tests.database.conftest import server_database as server_database
from tests.database.servers import content, execute, fill, url_of
from tests.jobs.conftest import Shop, until
from tests.service.documents import plans, small

PASSWORD = "hunter2-geheim"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Target:
    """A database without tables; the file does not even exist."""
    if request.param == "sqlite":
        return Target(file=tmp_path / "here" / "house.sqlite")
    found: Target = request.getfixturevalue("empty_server_database")
    return found


def written(directory: Path, text: str) -> Path:
    directory.mkdir(exist_ok=True)
    path = directory / "ef.toml"
    path.write_text(textwrap.dedent(text))
    return path


def set_up(directory: Path, target: Target) -> Path:
    """A forecast and a set of the tables; a file is named as seen from the document."""
    url = "sqlite:///house.sqlite" if target.file is not None else url_of(target)
    return written(
        directory,
        f"""
        [directories]
        workspace = "books"

        [sources.shared]
        database_url = "{url}"
        currency = "EUR"

        [forecasts.plan]
        source = "shared"
        start_date = 2026-01-01
        end_date = 2026-03-31
        label = "of the tables"

        [sets.choices]
        source = "shared"
        start_date = 2026-01-01
        end_date = 2026-03-31
        """,
    )


def without_directories(steps: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    return [step for step in steps if step[1] != "directory"]


EMPTY = [("empty", "forecast", "plan"), ("empty", "forecastset", "choices")]
UNCHANGED = [
    ("unchanged", "database", "shared"), ("unchanged", "forecast", "plan"), ("unchanged", "forecastset", "choices"),
]  # fmt: skip


def test_tables_are_made_and_what_is_in_them_is_staged(terminal: Terminal, empty: Target, tmp_path: Path) -> None:
    """First the tables; once they have rows, forecasts and sets; a third time nothing."""
    document = set_up(tmp_path / "here", empty)
    assert without_directories(built(terminal, document)) == [("init", "database", "shared"), *EMPTY]
    assert "What is empty has no rows in its input tables yet; fill them and build again." in terminal.err
    assert without_directories(built(terminal, document)) == [UNCHANGED[0], *EMPTY]
    fill(empty, plans())
    assert without_directories(built(terminal, document)) == [
        UNCHANGED[0], ("stage", "forecast", "plan"), ("stage", "forecastset", "choices"),
    ]  # fmt: skip
    where = ("--workspace", str(document.parent / "books"))
    rows = json.loads(terminal.ok("list", "--format", "json", *where))
    assert ("of the tables", "2026-03-31", "ann") in {(row["label"], row["end"], row["owner"]) for row in rows}
    plan = next(row["id"] for row in rows if row["label"] == "of the tables")
    staged = json.loads((document.parent / "books" / "stage" / f"Forecast_{plan}.json").read_bytes())
    assert staged["options"]["currency"] == "EUR"
    before, files = content(empty), tree(document.parent)
    assert without_directories(built(terminal, document)) == UNCHANGED
    assert terminal.err == "Everything is as declared, nothing changes.\n"
    assert (content(empty), tree(document.parent)) == (before, files)


def test_changed_rows_are_another_forecast(terminal: Terminal, empty: Target, tmp_path: Path) -> None:
    document = set_up(tmp_path / "here", empty)
    built(terminal, document)
    fill(empty, plans())
    built(terminal, document)
    execute(empty, "UPDATE ef_account_set SET balance = '1001'")
    assert ("stage", "forecast", "plan") in built(terminal, document)
    assert without_directories(built(terminal, document)) == UNCHANGED


def test_a_dry_run_makes_neither_file_nor_tables(terminal: Terminal, empty: Target, tmp_path: Path) -> None:
    document = set_up(tmp_path / "here", empty)
    before = tree(document.parent)
    would = without_directories(built(terminal, document, "--dry_run"))
    assert would == [("init", "database", "shared"), *EMPTY]
    assert tree(document.parent) == before
    assert terminal.run("--source", "database", "list", "--database_url", url_of(empty)) == 4
    assert without_directories(built(terminal, document)) == would


def test_a_mistake_in_a_row_stops_all_of_it(terminal: Terminal, empty: Target, tmp_path: Path) -> None:
    document = set_up(tmp_path / "here", empty)
    built(terminal, document)
    fill(empty, small())
    execute(empty, "UPDATE ef_budget_item_set SET cadence = 'mothly' WHERE memo = 'trip'")
    assert terminal.run("compose", "build", "-f", str(document)) == 2
    assert "table ef_budget_item_set, row memo='trip', column cadence" in terminal.err
    assert terminal.ok("list", "--format", "json", "--workspace", str(document.parent / "books")) == "[]\n"


def test_without_a_name_it_is_the_database_of_the_options(terminal: Terminal, tmp_path: Path, home: Path) -> None:
    """By default the file of the workspace, and then what an option or the environment says."""
    document = written(tmp_path / "here", '[sources.tables]\ndatabase = true\n[forecasts.plan]\nsource = "tables"\n')
    assert ("init", "database", "tables") in built(terminal, document)
    assert (home / "data" / "database.sqlite").exists()
    other = tmp_path / "other.sqlite"
    assert ("init", "database", "tables") in built(terminal, document, "--database_url", f"sqlite:///{other}")
    assert other.exists()


def test_down_stops_what_runs_and_leaves_rows_tables_and_results(shop: Shop, tmp_path: Path) -> None:
    """What the tables hold is known by its content, as everything else is."""
    target = Target(file=tmp_path / "house.sqlite")
    name = 'database_url = "sqlite:///house.sqlite"'
    document = f'[sources.t]\n{name}\n[forecasts.plan]\nsource = "t"\nstart_date = 2026-01-01\nend_date = 2085-12-31\n'
    (shop.home / "ef.toml").write_text(document.replace("house.sqlite", str(target.file)))
    words = ("-f", str(shop.home / "ef.toml"), "--format", "csv", "--no_header")
    assert "init,database,t," in shop.cli("compose", "build", *words).stdout
    record_id = shop.stage_long()
    from ef_engine.sources.json_text import parse
    from ef_engine.store import forecasts

    found = forecasts.read_document(shop.places, record_id)
    assert found is not None
    fill(target, parse(found[0], "long"))
    before = content(target)
    line = next(each for each in shop.cli("compose", "build", *words).stdout.splitlines() if ",forecast," in each)
    record_id = line.rpartition(",")[2]
    assert shop.cli("run", record_id, "--detach").returncode == 0
    shop.marker(record_id)
    assert shop.cli("compose", "down", *words).stdout == f"kill,forecast,plan,{record_id}\n"
    until(lambda: shop.state(record_id)["outcome"] == "killed")
    assert content(target) == before
    assert shop.cli("compose", "down", *words).stdout == ""


NO_PASSWORD = "a document may be read by others, so no password stands in it; put it into ~/.pgpass or PGPASSWORD."
MISTAKES = {
    f'database_url = "postgresql://ann:{PASSWORD}@db/house"': f"database_url: {NO_PASSWORD}",
    f'database_url = "postgresql://db/house?password={PASSWORD}"': f"database_url: {NO_PASSWORD}",
    f'database_hostname = "db"\ndatabase_password = "{PASSWORD}"': f"database_password: {NO_PASSWORD}",
    'database_url = "mysql://db/house"': ": the database URL is of no kind that is known here",
    "database_name = 5": "database_name: this is no text",
    "database = false": "database: this may only be true",
    'database = true\ndatabase_name = "x"': "database: this means the database of the options, and another is named",
    'database_nane = "x.sqlite"': ": there is nothing called 'database_nane' here; perhaps it is 'database_name'.",
    'database = true\nfile = "small.json"': ": there is nothing called 'file' here",
    'database_hostname = "db"\ndatabase_port = "many"': ": --database_port cannot be 'many'",
}


@pytest.mark.parametrize("lines", MISTAKES)
def test_every_mistake_in_a_source_is_told_and_no_password_is(terminal: Terminal, tmp_path: Path, lines: str) -> None:
    document = written(tmp_path / "here", f'[sources.shared]\n{lines}\n[forecasts.plan]\nsource = "shared"\n')
    for command in (("compose", "build"), ("compose", "down"), ("compose", "build", "--debug")):
        assert terminal.run(*command, "-f", str(document)) == 2
        assert "sources.shared" in terminal.err
        assert MISTAKES[lines] in terminal.err
        assert PASSWORD not in terminal.out + terminal.err


def test_a_server_that_does_not_answer_is_a_problem_of_its_source(terminal: Terminal, tmp_path: Path) -> None:
    document = written(
        tmp_path / "here",
        '[sources.far]\ndatabase_hostname = "127.0.0.1"\ndatabase_port = 1\n[forecasts.a]\nsource = "far"\n',
    )
    assert terminal.run("compose", "build", "-f", str(document)) == 2
    assert "source far: the database at 127.0.0.1:1 does not answer" in terminal.err

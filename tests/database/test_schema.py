"""Tables are made, brought up to date from version 1 (whose file is kept), dumped, dropped and made anew."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect

from ef_engine.errors import CommandError, NotFoundError
from ef_engine.model.shapes import Kind
from ef_engine.service import database as service
from ef_engine.service.exchange import export, import_stored
from ef_engine.service.stage_database import stage_tables
from ef_engine.service.workspace import Workspace
from ef_engine.sources.database import schema, tables
from ef_engine.sources.database.connect import altering, reading
from ef_engine.sources.database.datasets import DATASETS
from ef_engine.sources.database.target import Target
from tests.cli.conftest import Terminal
from tests.database.servers import content, execute, fill, options_of, scalar
from tests.database.test_exchange import evaluated, files
from tests.database.test_stage import DATES
from tests.service.documents import plans, small

VERSION_1 = Path(__file__).with_name("version_1")
OLD_ID = "dcd22ba91c01"


@pytest.fixture
def old_file(tmp_path: Path) -> Target:
    """A file of version 1, in which ann has a result and rows to stage."""
    return Target(file=Path(shutil.copy(VERSION_1 / "house.sqlite", tmp_path)))


def test_a_file_of_version_1_is_not_used_before_it_is_migrated(workspace: Workspace, old_file: Target) -> None:
    before = content_of_file(old_file)
    for use in (lambda: stage_tables(workspace, old_file, DATES), lambda: export(workspace, old_file, [])):
        with pytest.raises(CommandError, match="are of version 1, and this ef needs 3; `ef_cli db migrate`"):
            use()
    with pytest.raises(CommandError):
        service.init(old_file)
    assert content_of_file(old_file) == before


def content_of_file(target: Target) -> bytes:
    assert target.file is not None
    return target.file.read_bytes()


def test_a_file_of_version_1_keeps_everything_when_it_is_migrated(workspace: Workspace, old_file: Target) -> None:
    assert service.migrate(old_file) == 1
    assert service.migrate(old_file) is None
    import_stored(workspace, old_file, [OLD_ID])
    kept = {f"{OLD_ID}/{path.name}": path.read_bytes() for path in VERSION_1.iterdir() if path.suffix != ".sqlite"}
    assert files(workspace, [OLD_ID]) == kept
    assert scalar(old_file, "SELECT net_worth FROM ef_runs") == "1300.00"
    assert stage_tables(workspace, old_file, DATES, flush=True).id == OLD_ID
    set_id = evaluated(workspace, plans())
    assert set_id in export(workspace, old_file, [set_id])


def shape(target: Target) -> dict[str, Any]:
    """Every table of a database as the database describes it."""
    with reading(target) as connection:
        found = inspect(connection)
        return {
            name: (
                {each["name"]: (str(each["type"]), each["nullable"]) for each in found.get_columns(name)},
                found.get_pk_constraint(name)["constrained_columns"],
                sorted(str(each["name"]) for each in found.get_indexes(name)),
            )
            for name in found.get_table_names()
            if name.startswith("ef_")
        }


def as_version_1(target: Target) -> None:
    """What the versions 2 and 3 added is taken away."""
    with altering(target) as connection:
        for table in (
            tables.INPUTS["optional_budget_item_set"],
            tables.INPUTS["choice_set"],
            tables.SETS,
            tables.MEMBERS,
        ):
            table.drop(connection)
        for column in ("net_worth", "digest"):
            connection.exec_driver_sql(f"ALTER TABLE ef_runs DROP COLUMN {column}")
        connection.exec_driver_sql("UPDATE ef_schema SET version = 1")


def test_what_is_migrated_has_the_tables_of_what_is_new(database: Target) -> None:
    new = shape(database)
    as_version_1(database)
    assert shape(database) != new
    assert service.migrate(database) == 1
    assert shape(database) == new


def test_a_migration_that_fails_changes_nothing(database: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    as_version_1(database)
    before = shape(database)

    def fail(connection: Any) -> None:
        connection.exec_driver_sql("DROP TABLE ef_runs")
        raise ZeroDivisionError

    monkeypatch.setattr(schema, "_STEPS", {1: fail})
    with pytest.raises(ZeroDivisionError):
        service.migrate(database)
    assert shape(database) == before


def test_a_database_of_a_newer_version_is_refused(workspace: Workspace, database: Target) -> None:
    execute(database, "UPDATE ef_schema SET version = 99")
    for use in (lambda: stage_tables(workspace, database, DATES), lambda: service.migrate(database)):
        with pytest.raises(CommandError, match=r"were made by a newer version \(99\); upgrade ef"):
            use()


def test_every_key_of_a_document_has_its_column() -> None:
    """Who adds a key to the model adds a version of the tables."""
    columns = {name: sorted(table.columns.keys()) for name, table in tables.INPUTS.items()}
    kept = json.loads(Path(__file__).with_name("input_columns.json").read_text(encoding="utf-8"))
    assert columns == kept


def test_amounts_are_exact_in_every_database(workspace: Workspace, database: Target) -> None:
    amount = "123456789012345.654321"
    accounts = [{"type": "checking", "name": "Checking", "balance": amount}]
    fill(database, small(accounts=accounts))
    assert str(scalar(database, "SELECT balance FROM ef_account_set")) == amount
    assert all(Kind.AMOUNT in {field.kind for field in each.fields} for each in DATASETS if "item" in each.option)


def test_init_says_what_it_did(terminal: Terminal, empty_server_database: Target) -> None:
    options = options_of(empty_server_database)
    assert terminal.ok("db", "init", *options) == ""
    assert terminal.err.startswith("The tables are made in the database postgres at ")
    terminal.ok("db", "init", *options)
    assert terminal.err.endswith("has its tables already.\n")
    terminal.ok("db", "migrate", *options)
    assert terminal.err.endswith("is up to date, nothing changes.\n")


@pytest.mark.parametrize("action", ["drop", "rebuild"])
def test_dropping_asks_first(terminal: Terminal, database: Target, action: str) -> None:
    fill(database, small())
    execute(database, "CREATE TABLE mine (kept integer)")
    before = content(database)
    assert terminal.run("db", action, *options_of(database)) == 2
    assert "with all that everybody has there" in terminal.err
    assert terminal.err.endswith("needs a yes, and there is no terminal to ask on; add --yes.\n")
    assert content(database) == before
    terminal.ok("db", action, "--yes", *options_of(database))
    assert terminal.err.startswith("18 tables dropped from the database")
    assert scalar(database, "SELECT count(*) FROM mine") == 0
    if action == "drop":
        with pytest.raises(NotFoundError):
            stage_tables(Workspace(None, "ann"), database, DATES)  # type: ignore[arg-type]
    else:
        assert not [row for name, row in content(database).rows if name != "ef_schema"]


def test_what_depends_on_a_table_is_in_the_way_of_a_drop(terminal: Terminal, server_database: Target) -> None:
    execute(server_database, "CREATE VIEW mine AS SELECT name FROM ef_account_set")
    assert terminal.run("db", "drop", "--yes", *options_of(server_database)) == 2
    assert terminal.err.endswith("other objects depend on it); drop what depends on it first.\n")
    assert scalar(server_database, "SELECT count(*) FROM mine") == 0


def test_a_dump_holds_every_row_of_the_user_and_of_nobody_else(
    terminal: Terminal, workspace: Workspace, database: Target
) -> None:
    fill(database, plans())
    fill(database, small(), "bob")
    set_id = evaluated(workspace, plans())
    export(workspace, database, [set_id])
    text = terminal.ok("db", "json", "--username", "ann", *options_of(database))
    document = json.loads(text)
    assert (document["schema"], document["version"]) == ("ef/database/1", 3)
    counts = {name: len(rows) for name, rows in document["tables"].items()}
    for name in counts:
        assert counts[name] == scalar(database, f"SELECT count(*) FROM {name} WHERE username = 'ann'")
    assert document["tables"]["ef_choices"][0]["choice_name"] == "Car"
    assert "bob" not in text
    assert counts["ef_forecast_balances"] > 100


def test_words_of_db_that_do_not_exist_are_told(terminal: Terminal) -> None:
    assert terminal.run("db", "innit") == 2
    assert terminal.err == "there is no `ef_cli db innit`; did you mean 'init'?\n"
    assert terminal.run("db") == 2
    assert terminal.err == "`ef_cli db` needs one of init, migrate, json, drop, rebuild; see `ef_cli db --help`.\n"

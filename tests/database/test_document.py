"""The page about databases does what it shows, in a file and on a server."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from sqlalchemy import text

from ef_engine.service.database import init
from ef_engine.service.inputs import Changes
from ef_engine.service.stage_database import stage_tables
from ef_engine.service.workspace import Workspace
from ef_engine.sources.database import tables
from ef_engine.sources.database.connect import reading
from ef_engine.sources.database.target import Target
from tests.cli.conftest import Terminal
from tests.database.servers import execute, options_of
from tests.house.documents import blocks, examples
from tests.house.files import ROOT
from tests.house.test_documents import agrees, run_example

PAGE = ROOT / "docs/database.md"


def test_the_example_does_what_the_page_shows(tmp_path: Path) -> None:
    target = Target(file=tmp_path / "home" / "data" / "database.sqlite")
    filling, asking = blocks(PAGE, "sql")
    first, *others = examples(PAGE)
    run_example(first, tmp_path, "")
    _fill(target, filling)
    last_id = ""
    for example in others:
        printed = run_example(example, tmp_path, last_id)
        last_id = found[0] if (found := re.findall(r"^[0-9a-f]{12}\b", printed)) else last_id
        if example.printed:
            assert agrees(printed, example.printed), f"{example.command}\n{printed}"
    with reading(target) as connection:
        day, balance = connection.execute(text(asking)).one()
    assert (len(day), float(balance) >= 100) == (10, True)


def _fill(target: Target, statements: str) -> None:
    for statement in statements.split(";\n"):
        if statement.strip():
            execute(target, statement)


def test_the_example_is_the_same_forecast_on_a_server(
    tmp_path: Path, workspace: Workspace, server_database: Target
) -> None:
    file = Target(file=tmp_path / "house.sqlite")
    init(file)
    ids = set()
    for target in (file, server_database):
        _fill(target, blocks(PAGE, "sql")[0])
        ids.add(stage_tables(workspace, target, Changes(start_date="2026-01-01")).id)
    assert len(ids) == 1


def test_the_selects_of_the_page_work(terminal: Terminal, database: Target) -> None:
    execute(database, "CREATE TABLE bank (title text, saldo numeric)")
    execute(database, "INSERT INTO bank VALUES ('Checking', 1800)")
    columns = "memo, priority, cadence, amount, start_date, end_date"
    execute(database, f"CREATE TABLE planned AS SELECT {columns} FROM ef_budget_item_set")
    execute(database, "INSERT INTO planned VALUES ('rent', 2, 'monthly', 980, '2026-01-02', '2026-12-31')")
    (command,) = blocks(PAGE, "sh")
    words = shlex.split(command.replace("\\\n", " "))
    assert len(terminal.ok(*words[1:], *options_of(database)).strip()) == 12


@pytest.mark.parametrize("name", [name for name in tables.METADATA.tables if name != "ef_schema"])
def test_every_table_is_told_of(name: str) -> None:
    assert f"`{name}`" in PAGE.read_text(encoding="utf-8")

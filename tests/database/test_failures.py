"""Whatever fails, and wherever: database and workspace are as they were; the user is told in one sentence."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from ef_engine.errors import EfError, UnavailableError
from ef_engine.service import exchange, stage_database
from ef_engine.service.exchange import export, import_stored
from ef_engine.service.listing import list_rows
from ef_engine.service.stage_database import stage_selects, stage_tables
from ef_engine.service.workspace import Workspace
from ef_engine.sources.database import inputs, result_rows, tables
from ef_engine.sources.database.datasets import DATASETS, Dataset
from ef_engine.sources.database.failures import error_of
from ef_engine.sources.database.target import Target
from ef_engine.store import atomic, forecasts
from tests.cli.conftest import Terminal
from tests.database.servers import content, execute, file_database, fill, options_of, scalar, url_of
from tests.database.test_exchange import elsewhere, evaluated
from tests.database.test_stage import DATES
from tests.service.documents import plans, small, write
from tests.store.crashes import CountedCalls, crash_at

KILLED = -signal.SIGKILL
DISK_FULL = """
CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$
"""


def killed_in(script: str, *arguments: str) -> None:
    """Runs the script in a process that kills itself with SIGKILL somewhere in the middle."""
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == KILLED, done.stderr


KILL = """
import os, signal, sys
from pathlib import Path
from ef_engine.service import exchange, stage_database
from ef_engine.service.inputs import Changes
from ef_engine.service.workspace import Workspace
from ef_engine.sources.database import inputs, stored
from ef_engine.sources.database.target import target_of
from ef_engine.store.places import places_under

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

target, workspace = target_of({"database_url": sys.argv[1]}, Path()), Workspace(places_under(Path(sys.argv[2])), "ann")
dates = Changes(start_date="2026-01-01", end_date="2026-03-31", label="small")
"""
FLUSHES = {
    "before anything is staged": "stage_database.stage_input = die",
    "before the rows are deleted": "inputs.delete_read = die",
    "before the commit": "stage_database._commit = die",
}


@pytest.mark.parametrize("moment", FLUSHES)
def test_a_flush_that_is_killed_loses_nothing(workspace: Workspace, database: Target, moment: str) -> None:
    fill(database, plans())
    before = content(database)
    script = f"{KILL}\n{FLUSHES[moment]}\nstage_database.stage_tables(workspace, target, dates, flush=True)"
    killed_in(script, url_of(database), str(workspace.places.data.parent))
    assert content(database) == before
    states = {row.state for row in list_rows(workspace.places)}
    assert states == (set() if moment == "before anything is staged" else {"staged"})
    stage_tables(workspace, database, DATES, flush=True)
    assert content(database) != before


@pytest.mark.parametrize("of", ["tables", "selects"])
def test_a_set_of_rows_that_is_killed_at_any_step_is_staged_whole_or_not_at_all(
    workspace: Workspace, tmp_path: Path, of: str
) -> None:
    target = file_database(tmp_path)
    fill(target, plans())
    before, counts, step = content(target), set(), 1
    queries = {
        dataset.option: f"SELECT position, {columns_of(dataset)} FROM {dataset.table} WHERE username = 'ann' ORDER BY 1"
        for dataset in DATASETS
    }

    def stage() -> object:
        if of == "tables":
            return stage_tables(workspace, target, DATES, "forecastset")
        return stage_selects(workspace, target, DATES, queries)

    while crash_at(step, stage):
        counts.add(len(list_rows(workspace.places)))
        shutil.rmtree(workspace.places.stage.parent, ignore_errors=True)
        step += 3  # the last writes are three, after which all of it is there
    assert counts == {0, 5}
    assert content(target) == before


def columns_of(dataset: Dataset) -> str:
    """The columns of a dataset that say something, as SQL writes them."""
    others = ("username", "position", "row_id")
    return ", ".join(f'"{each.name}"' for each in tables.INPUTS[dataset.option].columns if each.name not in others)


@pytest.mark.parametrize("table", ["ef_forecasts", "ef_postings", "ef_milestone_results"])
def test_an_export_that_is_killed_stores_nothing(workspace: Workspace, database: Target, table: str) -> None:
    """Between any two tables, in the second batch."""
    set_id = evaluated(workspace, plans())
    before = content(database)
    script = f"""{KILL}
write_rows = stored.write_rows
def write(connection, table, rows):
    write_rows(connection, table, rows)
    if table.name == {table!r}:
        write.count += 1
        if write.count == 2:
            die()
write.count = 0
stored.write_rows, stored.AT_ONCE = write, 2
exchange.export(workspace, target, [{set_id!r}])
"""
    killed_in(script, url_of(database), str(workspace.places.data.parent))
    assert content(database) == before
    assert len(export(workspace, database, [set_id])) == 5


def test_a_command_that_is_killed_while_it_publishes_is_ended_by_the_next(
    workspace: Workspace, database: Target, terminal: Terminal
) -> None:
    """Real processes: one dies by SIGKILL after its second rename of a forecast, `ps`, `list` and `show` come after."""
    set_id = evaluated(workspace, plans())
    ids = export(workspace, database, [set_id])
    other = elsewhere(workspace)
    script = f"""{KILL}
from ef_engine.store import arrivals
move_together = arrivals.move_together
def move(targets):
    for at, (source, target) in enumerate(targets.items()):
        if at == 2:
            die()
        move_together({{source: target}})
arrivals.move_together = move
exchange.import_stored(workspace, target, [{set_id!r}])
"""
    home = str(other.places.data.parent)
    killed_in(script, url_of(database), home)
    assert len(list(forecasts.run_ids(other.places))) == 2
    assert list_rows(other.places) == []
    where = ("--workspace", home, "--username", "ann")
    rows = json.loads(terminal.ok("list", "--format", "json", *where))
    assert {row["id"] for row in rows} == set(ids)
    assert set_id in terminal.ok("show", set_id, *where)
    assert terminal.ok("import", set_id, *options_of(database), *where).split() == ids


@pytest.mark.parametrize("step", [1, 12, 31, 45, 60])
def test_an_import_for_which_there_is_no_space_leaves_nothing(
    workspace: Workspace, database: Target, step: int
) -> None:
    set_id = evaluated(workspace, plans())
    export(workspace, database, [set_id])
    other, before = elsewhere(workspace), content(database)

    def refuse() -> None:
        counted.left = 1
        raise OSError(28, "No space left on device")

    counted = CountedCalls(step, refuse)
    vars(atomic)["os"] = counted
    try:
        with pytest.raises(OSError, match="No space left"):
            import_stored(other, database, [set_id])
    finally:
        vars(atomic)["os"] = os
    assert list_rows(other.places) == []
    assert forecasts.known_ids(other.places) == set()
    assert content(database) == before


def break_off(target: Target) -> None:
    """Ends every other connection of the server, as its restart does."""
    others = "FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname IS NOT NULL"
    query = f"SELECT count(pg_terminate_backend(pid)) {others}"
    assert scalar(target, query) > 0


def test_a_connection_that_breaks_during_a_flush_loses_nothing(
    workspace: Workspace, server_database: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(server_database, small())
    before = content(server_database)
    _before(monkeypatch, inputs, "delete_read", lambda: break_off(server_database))
    with pytest.raises(UnavailableError, match=r"the connection to .* was lost, nothing was changed; try again"):
        stage_tables(workspace, server_database, DATES, flush=True)
    assert content(server_database) == before
    assert list_rows(workspace.places) == []


def test_a_flush_that_fails_gives_what_was_known_its_label_again(
    workspace: Workspace, database: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database, small())
    record_id = stage_tables(workspace, database, DATES).id
    before = forecasts.read_document(workspace.places, record_id), list_rows(workspace.places)

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(inputs, "delete_read", fail)
    with pytest.raises(ZeroDivisionError):
        stage_tables(workspace, database, replace(DATES, label="another"), flush=True)
    assert (forecasts.read_document(workspace.places, record_id), list_rows(workspace.places)) == before


def test_a_commit_without_an_answer_keeps_what_is_staged(
    workspace: Workspace, server_database: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody knows whether the rows are gone, so the forecast must not go too."""
    fill(server_database, small())
    _before(monkeypatch, stage_database, "_commit", lambda: break_off(server_database))
    with pytest.raises(UnavailableError, match="is staged, but the input tables may not have been emptied"):
        stage_tables(workspace, server_database, DATES, flush=True)
    assert [row.state for row in list_rows(workspace.places)] == ["staged"]


def test_a_connection_that_breaks_during_an_export_stores_nothing(
    workspace: Workspace, server_database: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_id = evaluated(workspace, small())
    before = content(server_database)
    rows_of = result_rows.rows_of

    def break_and_go_on(*arguments: Any) -> Any:
        break_off(server_database)
        return rows_of(*arguments)

    monkeypatch.setattr(result_rows, "rows_of", break_and_go_on)
    with pytest.raises(UnavailableError):
        export(workspace, server_database, [record_id])
    assert content(server_database) == before


def test_a_connection_that_breaks_during_an_import_leaves_nothing(
    workspace: Workspace, server_database: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_id = evaluated(workspace, plans())
    export(workspace, server_database, [set_id])
    other = elsewhere(workspace)
    take_one = exchange._take

    def take_and_break(*arguments: Any) -> Any:
        done = take_one(*arguments)
        break_off(server_database)
        return done

    monkeypatch.setattr(exchange, "_take", take_and_break)
    with pytest.raises(UnavailableError):
        import_stored(other, server_database, [set_id])
    assert forecasts.known_ids(other.places) == set()


def _before(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, happen: Callable[[], None]) -> None:
    """Lets something happen right before a function of a module is called."""
    called = getattr(module, name)

    def happened(*arguments: Any) -> Any:
        happen()
        return called(*arguments)

    monkeypatch.setattr(module, name, happened)


def test_a_server_without_space_stores_nothing(workspace: Workspace, server_database: Target) -> None:
    record_id = evaluated(workspace, small())
    execute(server_database, DISK_FULL)
    execute(
        server_database,
        "CREATE TRIGGER no_space BEFORE INSERT ON ef_decisions FOR EACH ROW EXECUTE FUNCTION no_space()",
    )
    before = content(server_database)
    with pytest.raises(UnavailableError, match="no space left, or its disk fails; free some space and try again"):
        export(workspace, server_database, [record_id])
    assert content(server_database) == before


def test_a_server_without_space_flushes_nothing(workspace: Workspace, server_database: Target) -> None:
    fill(server_database, small())
    execute(server_database, DISK_FULL)
    trigger = "CREATE TRIGGER no_space BEFORE DELETE ON ef_memo_rule_set FOR EACH ROW EXECUTE FUNCTION no_space()"
    execute(server_database, trigger)
    before = content(server_database)
    with pytest.raises(UnavailableError):
        stage_tables(workspace, server_database, DATES, flush=True)
    assert content(server_database) == before
    assert list_rows(workspace.places) == []


def test_a_file_that_cannot_grow_stores_nothing(workspace: Workspace, tmp_path: Path) -> None:
    """The limit on the size of files stands for a full disk, in a process of its own."""
    target = file_database(tmp_path)
    assert target.file is not None
    set_id = evaluated(workspace, plans())
    before = content(target)
    script = f"""{KILL}
import resource
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
size = target.file.stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 4096, size + 4096))
try:
    exchange.export(workspace, target, [{set_id!r}])
except Exception as error:
    print(type(error).__name__, error)
"""
    arguments = [sys.executable, "-c", script, url_of(target), str(workspace.places.data.parent)]
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.startswith("UnavailableError"), done.stdout
    assert content(target) == before


def test_a_locked_file_is_held(workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sqlite3

    target = file_database(tmp_path)
    fill(target, small())
    monkeypatch.setattr("ef_engine.sources.database.connect.BUSY_SECONDS", 0.2)
    assert target.file is not None
    with sqlite3.connect(target.file) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(EfError, match="is locked by somebody else; try again when they are done") as caught:
            stage_tables(workspace, target, DATES, flush=True)
    other.close()
    assert caught.value.exit_code == 3


NO_ANSWER = "does not answer; check --database_hostname and --database_port, and that the server runs."
WRITE_URL = "write postgresql://NAME@HOST:PORT/DATABASE or sqlite:///FILE."


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def test_every_failure_to_connect_is_one_sentence(
    terminal: Terminal, server_database: Target, empty_server_database: Target, tmp_path: Path
) -> None:
    host = ["--database_hostname", str(server_database.hostname), "--database_username", "postgres"]
    write(tmp_path / "text.sqlite", "this is no database, and long enough to be sure of that " * 20)
    (tmp_path / "directory.sqlite").mkdir()
    cases: dict[tuple[str, ...], tuple[int, str]] = {
        ("--database_hostname", "127.0.0.1", "--database_port", str(free_port())): (1, NO_ANSWER),
        ("--database_hostname", "no.such.host.invalid"): (1, NO_ANSWER),
        (*host, "--database_name", "nowhere"): (4, "there is no such database; check the name of the database."),
        (*host[:2], "--database_username", "nobody", "--database_name", "postgres"): (
            4,
            "there is no such user; check the name of the user.",
        ),
        ("--database_url", "mysql://localhost/x"): (2, f"is of no kind that is known here; {WRITE_URL}"),
        ("--database_url", "sqlite://"): (2, f"the database URL names no file; {WRITE_URL}"),
        ("--database_url", "sqlite:///x.sqlite", "--database_hostname", "x"): (
            2,
            "a file has no such thing; leave one of them out.",
        ),
        ("--database_port", "many"): (2, "--database_port cannot be 'many'; it is a whole number, 5432 as a rule."),
        ("--database_name", "missing.sqlite"): (4, "there is no database missing.sqlite; `ef_cli db init` makes it."),
        ("--database_name", "text.sqlite"): (2, "is damaged or is no SQLite file; name another file."),
        ("--database_name", "directory.sqlite"): (4, "cannot be opened; check the path and its permissions."),
    }  # fmt: skip
    at_host = f"postgresql://postgres@{quote(str(server_database.hostname), safe='')}/postgres"
    for parameter in ("sslmod=require", "sslmode=often"):
        cases["--database_url", f"{at_host}?{parameter}"] = (2, "or has no such value; correct it, or leave it out.")
    for options, (code, sentence) in cases.items():
        found = terminal.run("--source", "database", "stage", *options)
        assert (found, terminal.out, terminal.err.count("\n")) == (code, "", 1), (options, terminal.err)
        assert terminal.err.endswith(sentence + "\n"), (options, terminal.err)


def test_a_server_that_does_not_encrypt_is_not_taken_for_one_that_is_not_there() -> None:
    answer = psycopg.OperationalError("connection failed: server does not support SSL, but SSL was required")
    told = error_of(DBAPIError("", None, answer), Target(name="house"))
    assert str(told).endswith("offers no encrypted connection; leave out sslmode, or set it to prefer.")


def test_missing_tables_are_told(terminal: Terminal, postgresql: Target) -> None:
    from tests.database.servers import new_database

    for command in ("list", "stage", "import --all", "db json", "db migrate"):
        assert terminal.run("--source", "database", *command.split(), *options_of(new_database(postgresql))) == 4
        assert terminal.err.endswith("has no tables of ef; `ef_cli db init` makes them.\n")


def test_a_table_that_was_dropped_is_named(terminal: Terminal, database: Target) -> None:
    execute(database, "DROP TABLE ef_memo_rule_set")
    assert terminal.run("--source", "database", "stage", *options_of(database)) == 4
    assert terminal.err.startswith("table ef_memo_rule_set is not in the database")
    terminal.ok("db", "init", *options_of(database))
    assert terminal.err.startswith("The tables are made")
    assert scalar(database, "SELECT count(*) FROM ef_memo_rule_set") == 0


def test_a_missing_driver_is_a_sentence(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    assert terminal.run("db", "init", "--database_hostname", "localhost") == 2
    assert (
        terminal.err == "PostgreSQL needs a driver that is not installed; `pip install 'ef[postgresql]'` brings it.\n"
    )


def test_a_user_without_rights_is_told(terminal: Terminal, server_database: Target, postgresql: Target) -> None:
    execute(postgresql, "DROP ROLE IF EXISTS reader")
    execute(postgresql, "CREATE ROLE reader LOGIN")
    schema = server_database.parameters["options"].partition("=")[2]
    execute(server_database, f"GRANT USAGE ON SCHEMA {schema} TO reader")
    execute(server_database, f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO reader")
    fill(server_database, small(), "ann")
    reader = options_of(replace(server_database, username="reader"))
    dates = ["--start_date", "2026-01-01", "--end_date", "2026-03-31"]
    assert terminal.run("--source", "database", "stage", "--flush", *dates, *reader) == 2
    assert "does not allow that" in terminal.err
    assert terminal.ok("list", "--quiet") == ""
    assert terminal.ok("--source", "database", "stage", *dates, *reader)


def test_a_reader_that_goes_away_ends_a_dump_quietly(database: Target, tmp_path: Path) -> None:
    fill(database, small())
    command = f"{sys.executable} -m ef_engine.cli db json --database_url '{url_of(database)}' | head -c 10"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr) == ('{\n  "schem', "")

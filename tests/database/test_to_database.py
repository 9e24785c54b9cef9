"""`run --to database` stores results as they come, in bulk, and never instead of the files."""

from __future__ import annotations

from pathlib import Path

import pytest

from ef_engine.errors import CommandError, NotFoundError
from ef_engine.service import to_database
from ef_engine.service.exchange import stored_ids
from ef_engine.service.run import Ran, Wishes, run
from ef_engine.service.stage import stage_data
from ef_engine.service.to_database import stored
from ef_engine.service.workspace import Workspace
from ef_engine.sources.database.target import Target
from ef_engine.sources.json_text import dumps
from ef_engine.store import forecasts
from tests.cli.conftest import Terminal
from tests.database.servers import file_database
from tests.service.documents import small


def staged(workspace: Workspace, count: int) -> list[str]:
    ends = [f"2026-0{3 + n}-01" for n in range(count)]
    return [stage_data(workspace, dumps(small(end_date=end)).encode(), "file").id for end in ends]


def ran(workspace: Workspace, ids: list[str]) -> list[Ran]:
    return [result for each in ids for result in run(workspace.places, each, Wishes())]


def test_what_ended_is_stored_while_others_still_run(
    workspace: Workspace, database: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(to_database, "AT_ONCE", 2)
    ids = staged(workspace, 5)
    results = stored(workspace, database, iter(ran(workspace, ids)))

    seen = [len(stored_ids(workspace, database)) for _ in results]

    assert seen == [0, 0, 2, 2, 4]
    assert sorted(stored_ids(workspace, database)) == sorted(ids)


def test_a_database_that_fails_on_the_way_stops_no_run_and_is_told_at_the_end(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(to_database, "AT_ONCE", 1)
    database = file_database(tmp_path)
    ids = staged(workspace, 3)
    results = stored(workspace, database, iter(ran(workspace, ids)))
    seen = [next(results), next(results)]
    assert database.file
    database.file.write_bytes(b"no database any more")

    with pytest.raises(CommandError, match=r"2 are not stored in .*; `ef_cli export --all` stores what is finished"):
        seen.extend(results)

    assert [each.id for each in seen] == ids
    assert all(forecasts.read_result(workspace.places, each, "result.json") for each in ids)


def test_a_database_without_tables_is_told_before_anything_runs(
    workspace: Workspace, empty_server_database: Target
) -> None:
    ids = staged(workspace, 1)

    with pytest.raises((CommandError, NotFoundError), match="db init"):
        list(stored(workspace, empty_server_database, (result for result in ran(workspace, ids))))


def test_a_set_and_its_members_are_stored_in_the_file_of_the_workspace(home: Path, terminal: Terminal) -> None:
    terminal.ok("init", str(home.parent / "sample"))
    file = str(home.parent / "sample" / "household-set.json")

    ran = terminal.ok("run", file, "--to", "database", "--in_process")
    listed = terminal.ok("--source", "database", "list", "--quiet")

    assert sorted(line.split()[0] for line in ran.splitlines()) == sorted(listed.split())
    assert len(listed.split()) == 7


def test_nobody_can_leave_before_it_is_stored(home: Path, terminal: Terminal) -> None:
    assert terminal.run("run", "--all", "--to", "database", "--detach") == 2
    assert terminal.err == (
        "--to database needs this command to stay; leave out --detach, or use `ef_cli export` later.\n"
    )

"""Several at once: while tables are flushed, others add, change and flush, and no row is lost."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ef_engine.errors import EfError, HeldError, NotFoundError
from ef_engine.service import stage_database
from ef_engine.service.inputs import Changes, read_stored
from ef_engine.service.stage_database import stage_tables
from ef_engine.service.workspace import Workspace
from ef_engine.sources.database import connect
from ef_engine.sources.database.target import Target
from ef_engine.store.places import places_under
from tests.database.servers import content, execute, fill, scalar
from tests.jobs.conftest import until
from tests.service.documents import small

DATES = Changes(start_date="2026-01-01", end_date="2026-03-31")
ADDED = """
INSERT INTO ef_budget_item_set (username, start_date, end_date, priority, cadence, amount, memo)
VALUES ('ann', '2026-01-05', '2026-01-05', 2, 'once', 1, :memo)
"""


class Meeting:
    """Lets something happen in the middle of a flush, after it has read and before it deletes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, happen: Any) -> None:
        stage = vars(stage_database)["stage_input"]

        def stage_and_meet(*arguments: Any) -> Any:
            monkeypatch.setattr(stage_database, "stage_input", stage)
            staged = stage(*arguments)
            happen()
            return staged

        monkeypatch.setattr(stage_database, "stage_input", stage_and_meet)


def test_a_row_added_during_a_flush_stays(
    workspace: Workspace, server_database: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(server_database, small())
    Meeting(monkeypatch, lambda: execute(server_database, ADDED, memo="late"))
    staged = stage_tables(workspace, server_database, DATES, flush=True)
    assert "late" not in str(read_stored(workspace.places, staged.id).value)
    assert [row[-2] for name, row in content(server_database).rows if name == "ef_budget_item_set"]
    assert scalar(server_database, "SELECT memo FROM ef_budget_item_set") == "late"


def test_a_file_takes_a_row_after_the_flush(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite has one writer at a time: who adds a row meanwhile waits for the flush."""
    from tests.database.servers import file_database

    target = file_database(tmp_path)
    fill(target, small())
    with ThreadPoolExecutor(1) as pool:
        begun, added = threading.Event(), []

        def add() -> None:
            begun.set()
            execute(target, ADDED, memo="late")

        def meet() -> None:
            added.append(pool.submit(add))
            assert begun.wait(30)

        Meeting(monkeypatch, meet)
        staged = stage_tables(workspace, target, DATES, flush=True)
        added[0].result(60)
    assert "late" not in str(read_stored(workspace.places, staged.id).value)
    assert scalar(target, "SELECT memo FROM ef_budget_item_set") == "late"


def test_a_row_changed_during_a_flush_is_not_half_there(
    workspace: Workspace, server_database: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who changes a row that is being flushed waits, and is told that it is gone."""
    fill(server_database, small())
    changed: list[int] = []

    def change() -> None:
        with connect.writing(server_database) as connection:
            query = "UPDATE ef_budget_item_set SET amount = 7 WHERE memo = 'trip'"
            try:
                changed.append(connection.exec_driver_sql(query).rowcount)
            except Exception:
                changed.append(0)
                raise

    with ThreadPoolExecutor(1) as pool:
        done = []

        def meet() -> None:
            done.append(pool.submit(change))
            waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            until(lambda: scalar(server_database, waiting) > 0)

        Meeting(monkeypatch, meet)
        staged = stage_tables(workspace, server_database, DATES, flush=True)
        with pytest.raises(HeldError):
            done[0].result(60)
    assert changed == [0]
    assert "2000" in str(read_stored(workspace.places, staged.id).value)


def test_of_two_flushes_at_once_one_finds_nothing(database: Target, tmp_path: Path) -> None:
    fill(database, small())
    together = threading.Barrier(2)

    def flush(name: str) -> str:
        workspace = Workspace(places_under(tmp_path / name), "ann")
        together.wait(30)
        try:
            return stage_tables(workspace, database, DATES, flush=True).id
        except NotFoundError:
            return "nothing"

    with ThreadPoolExecutor(2) as pool:
        ids = sorted(pool.map(flush, ["a", "b"]))
    assert ids[1] == "nothing"
    assert len(ids[0]) == 12


@pytest.mark.parametrize("users", [1, 3])
def test_many_inserts_and_flushes_lose_no_row(database: Target, tmp_path: Path, users: int) -> None:
    """Every item that was ever added is in exactly one staged forecast, or still in its table."""
    names = ["ann", "bob", "eve"][:users]
    done = threading.Event()
    seen: dict[str, list[str]] = {name: [] for name in names}

    def add(name: str) -> None:
        for number in range(25):
            _retried(partial(execute, database, ADDED.replace("'ann'", ":who"), memo=f"item {number}", who=name))

    def flush(name: str) -> None:
        workspace = Workspace(places_under(tmp_path / name), name)
        while not done.is_set():
            _refill(database, name)
            try:
                staged = stage_tables(workspace, database, DATES, "forecast", flush=True)
            except NotFoundError:
                continue
            value: Any = read_stored(workspace.places, staged.id).value
            seen[name] += [item.memo for item in value.budget_items]

    with ThreadPoolExecutor(2 * users) as pool:
        flushing = [pool.submit(flush, name) for name in names]
        for each in [pool.submit(add, name) for name in names]:
            each.result(120)
        done.set()
        for each in flushing:
            each.result(120)
    for name in names:
        query = "SELECT count(*) FROM ef_budget_item_set WHERE username = :who"
        assert len(set(seen[name])) == len(seen[name])
        assert len(seen[name]) + scalar(database, query, who=name) == 25


def _refill(database: Target, name: str) -> None:
    """The account and the rule that every forecast needs."""
    account = "INSERT INTO ef_account_set (username, type, name, balance) VALUES (:who, 'checking', 'Checking', 9)"
    rule = (
        "INSERT INTO ef_memo_rule_set (username, memo_regex, account_from, priority) VALUES (:who, '.', 'Checking', 2)"
    )
    if not scalar(database, "SELECT count(*) FROM ef_account_set WHERE username = :who", who=name):
        _retried(lambda: execute(database, account, who=name))
        _retried(lambda: execute(database, rule, who=name))


def _retried(change: Any) -> None:
    for _ in range(50):
        try:
            change()
            return
        except EfError:
            continue
    raise AssertionError("it was locked for ever")


def test_tables_are_made_once_by_many(empty_server_database: Target) -> None:
    from ef_engine.service.database import init

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: init(empty_server_database), range(4)))
    assert sorted(made) == [False, False, False, True]

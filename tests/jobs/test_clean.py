"""Retention: what goes, what stays, and what died processes left behind."""

from __future__ import annotations

import os
import time
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ef_engine.service.clean import leftovers
from ef_engine.store import active, forecasts, requests, tickets
from ef_engine.store.clock import to_text
from ef_engine.store.process import current
from ef_engine.store.states import Finished, Outcome
from tests.jobs.conftest import Shop, until


def age(shop: Shop, record_id: str, days: float) -> None:
    """Makes a finished run end that many days ago."""
    record = shop.record(record_id)
    assert isinstance(record.state, Finished)
    finished = to_text(datetime.now(UTC) - timedelta(days=days))
    forecasts.write_record(shop.places, replace(record, state=replace(record.state, finished=finished)))


def fail(shop: Shop, record_id: str) -> None:
    record = shop.record(record_id)
    assert isinstance(record.state, Finished)
    forecasts.write_record(shop.places, replace(record, state=replace(record.state, outcome=Outcome.FAILED)))


def evaluated(shop: Shop, years: int, name: str) -> str:
    record_id = shop.stage(years, name)
    assert shop.cli("run", "--in_process", record_id).returncode == 0
    return record_id


def age_file(path: Path) -> Path:
    os.utime(path, (time.time() - 7200,) * 2)
    return path


def listed(shop: Shop) -> set[str]:
    return set(shop.cli("list", "--quiet").stdout.split())


def test_what_is_old_goes_and_everything_else_stays(shop: Shop) -> None:
    old, new, staged = evaluated(shop, 1, "old"), evaluated(shop, 2, "new"), shop.stage(3, "staged")
    age(shop, old, 31)

    dry = shop.cli("clean", "--dry_run")
    assert (dry.returncode, dry.stdout) == (0, f"{old}\n")
    assert old in listed(shop)

    ran = shop.cli("clean", "--yes")
    assert (ran.returncode, ran.stdout) == (0, f"{old}\n")
    assert listed(shop) == {new, staged}
    assert not shop.places.run(old).exists()

    again = shop.cli("clean", "--yes")
    assert (again.returncode, again.stdout) == (0, "")
    assert again.stderr == "Nothing is to be deleted: nothing is older than 30d00h.\n"


def test_without_a_terminal_it_needs_a_yes(shop: Shop) -> None:
    old = evaluated(shop, 1, "old")
    age(shop, old, 31)
    ran = shop.cli("clean")
    assert (ran.returncode, ran.stdout) == (2, "")
    problem = "Deleting 1 with all results needs a yes, and there is no terminal to ask on; add --yes.\n"
    assert ran.stderr == problem
    assert old in listed(shop)


def test_age_and_outcome_are_chosen(shop: Shop) -> None:
    failed, fine = evaluated(shop, 1, "failed"), evaluated(shop, 2, "fine")
    fail(shop, failed)
    assert shop.cli("clean", "--dry_run", "--state", "failed,timed-out").stdout == f"{failed}\n"
    assert shop.cli("clean", "--dry_run", "--state", "failed", "--older_than", "1").stdout == ""
    age(shop, fine, 0.5)
    assert shop.cli("clean", "--dry_run", "--older_than", "11h").stdout == f"{fine}\n"
    assert shop.cli("clean", "--dry_run", "--older_than", "13h").stdout == ""


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--state", "faild"), "nothing finished is 'faild'; did you mean 'failed'?"),
        (("--older_than", "old"), "--older_than: 'old' is no duration such as 40s, 5m, 12h or 30d; see `ef_cli clean"),
    ],
)
def test_a_mistake_deletes_nothing(shop: Shop, words: tuple[str, ...], problem: str) -> None:
    ran = shop.cli("clean", "--yes", *words)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith(problem)


def test_forecasts_of_a_set_that_stays_stay(shop: Shop) -> None:
    set_id = shop.stage_set(1)
    members = [member.id for member in shop.record(set_id).members]
    assert shop.cli("run", "forecastset", "--in_process", set_id).returncode == 0
    for member in members:
        age(shop, member, 31)

    ran = shop.cli("clean", "--yes")
    assert ran.stdout == ""
    assert "2 more stay, because sets that stay need them.\n" in ran.stderr

    age(shop, set_id, 31)
    assert sorted(shop.cli("clean", "--yes").stdout.split()) == sorted([set_id, *members])
    assert listed(shop) == set()


def test_what_runs_or_waits_is_neither_cleaned_nor_removed(shop: Shop) -> None:
    long, waiting = shop.stage_long(), evaluated(shop, 1, "waiting")
    age(shop, waiting, 31)
    set_id = shop.stage_set(1)
    member = shop.record(set_id).members[0].id
    shop.cli("run", "--detach", "--jobs", "1", long)
    marker = shop.marker(long)
    shop.cli("run", "--detach", "--jobs", "1", "--force", waiting)
    shop.cli("run", "--detach", "--jobs", "1", set_id)

    assert shop.cli("clean", "--yes").stdout == ""
    running = shop.cli("rm", "--yes", long)
    assert running.returncode == 3
    assert running.stderr.startswith(f"{long} is run by ann (process {marker.process}, since ")
    queued = shop.cli("rm", "--yes", waiting)
    assert queued.returncode == 3
    assert queued.stderr.startswith(f"{waiting} is queued by ann since ")
    ours = shop.cli("rm", "--yes", member)
    assert ours.returncode == 3
    assert ours.stderr.startswith(f"{member} is queued with {set_id} by ann since ")
    assert {long, waiting, member} <= listed(shop)


def test_what_is_lost_may_be_removed_with_all_its_traces(shop: Shop) -> None:
    record_id = shop.stage_long()
    shop.cli("run", "--detach", record_id)
    shop.marker(record_id)
    for supervisor in shop.supervisor_pids():
        os.kill(supervisor, 9)
    until(lambda: '"lost"' in shop.cli("ps", "--format", "json").stdout)

    assert shop.cli("clean", "--yes", "--older_than", "1s").stdout == ""
    assert shop.cli("rm", "--yes", record_id).stdout == f"{record_id}\n"

    assert active.markers(shop.places) == []
    assert tickets.all_tickets(shop.places) == []
    assert listed(shop) == set()


def test_what_died_processes_left_behind_is_tidied_up(shop: Shop) -> None:
    record_id = evaluated(shop, 1, "done")
    dead = replace(current(), start_time="1")
    with ExitStack() as stack:
        stack.enter_context(active.marked(shop.places, record_id, 1))
        marker = active.path_of(shop.places, record_id)
        kept = marker.read_text()
    marker.write_text(kept.replace(f'"start_time":"{current().start_time}"', '"start_time":"1"'))
    ticket = replace(tickets.new(record_id), at="2026-01-01T00:00:00.000Z", supervisor=dead)
    tickets.write(shop.places, ticket)
    requests.ask(shop.places, record_id, "killed", "ann")
    done = shop.places.queue / "0-gone.done"
    done.write_text("")
    temporary = shop.places.run(record_id) / ".state.json.1.0000.tmp"
    temporary.write_text("half")
    half_deleted = shop.places.data / ".Forecast_1.1.gone"
    half_deleted.mkdir()
    for path in (requests.path_of(shop.places, record_id), done, temporary, half_deleted):
        age_file(path)

    assert len(leftovers(shop.places)) == 6
    ran = shop.cli("clean")

    assert (ran.returncode, ran.stdout) == (0, "")
    assert ran.stderr.endswith("6 leftovers of processes that died tidied up.\n")
    assert leftovers(shop.places) == []
    assert listed(shop) == {record_id}
    assert [path.name for path in shop.places.queue.iterdir()] == []


def test_what_others_still_write_is_left_alone(shop: Shop) -> None:
    record_id = evaluated(shop, 1, "done")
    (shop.places.run(record_id) / ".state.json.1.0000.tmp").write_text("half")
    requests.ask(shop.places, record_id, "killed", "ann")
    with active.marked(shop.places, record_id, 2):
        assert leftovers(shop.places) == []

"""Running what is due: once, whoever looks how often, and what becomes of what was missed. The clock is ours."""

from __future__ import annotations

import multiprocessing
import os
import signal
import stat
import sys
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ef_engine.errors import CommandError, NotFoundError
from ef_engine.jobs.scheduled_run import log_path, words_of
from ef_engine.service.schedules import Scheduler, add, find, remove
from ef_engine.store import journal, schedules
from ef_engine.store.places import Places, places_under
from ef_engine.store.schedules import Run, Schedule
from tests.jobs.conftest import until
from tests.schedules.schedules import BEGIN, scheduled, utc


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return places_under(tmp_path / "home")


def hourly(places: Places, tmp_path: Path, **fields: Any) -> Path:
    """A schedule whose command writes a line into a file."""
    lines = tmp_path / "lines"
    script = f"open({str(lines)!r}, 'a').write('x\\n')"
    add(places, scheduled(command=(sys.executable, "-c", script), **fields), BEGIN)
    return lines


def looked(places: Places, *moments: datetime) -> list[str]:
    """What one scheduler starts at these moments; waits for all of it."""
    scheduler, begun = Scheduler(places), []
    for moment in moments:
        begun += [f"{each.due[11:16]} {each.note}".rstrip() for each in scheduler.look(moment)]
        scheduler.wait()
    return begun


def test_what_is_due_is_run_once_however_often_one_looks(places: Places, tmp_path: Path) -> None:
    lines = hourly(places, tmp_path)
    moments = [BEGIN + timedelta(minutes=minutes) for minutes in (30, 60, 61, 90, 119, 120, 121)]
    assert looked(places, *moments) == ["01:00", "02:00"]
    assert lines.read_text() == "x\n" * 2
    assert [run.word for run in find(places, "hourly").runs] == ["done", "done"]


def _look(home: Path, moment: datetime, barrier: object) -> None:
    barrier.wait()  # type: ignore[attr-defined]
    scheduler = Scheduler(places_under(home))
    scheduler.look(moment)
    scheduler.wait()


def test_from_however_many_processes_each_due_time_is_run_once(places: Places, tmp_path: Path) -> None:
    lines = hourly(places, tmp_path)
    context = multiprocessing.get_context("fork")
    for hour in (1, 2):
        barrier = context.Barrier(6)
        moment = BEGIN + timedelta(hours=hour)
        workers = [context.Process(target=_look, args=(tmp_path / "home", moment, barrier)) for _ in range(6)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(60)
            assert worker.exitcode == 0
    assert lines.read_text() == "x\n" * 2


def test_of_what_was_missed_the_latest_is_run_once(places: Places, tmp_path: Path) -> None:
    lines = hourly(places, tmp_path)
    assert looked(places, BEGIN + timedelta(days=3, minutes=30)) == ["00:00"]
    assert lines.read_text() == "x\n"


def test_what_was_missed_may_be_skipped(places: Places, tmp_path: Path) -> None:
    lines = hourly(places, tmp_path, missed="skip")
    late = BEGIN + timedelta(hours=5)
    assert looked(places, late + timedelta(minutes=6)) == ["05:00 nobody was there at its time"]
    assert looked(places, late + timedelta(minutes=50)) == []
    assert not lines.exists()
    assert looked(places, late + timedelta(hours=1, minutes=4)) == ["06:00"]
    assert [run.word for run in find(places, "hourly").runs] == ["skipped", "done"]


def test_what_still_runs_is_not_started_again(places: Places, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    add(places, scheduled(command=(sys.executable, "-c", f"open({str(gate)!r}).read()")), BEGIN)
    scheduler = Scheduler(places)
    assert [each.note for each in scheduler.look(BEGIN + timedelta(hours=1))] == [""]
    assert [each.note for each in scheduler.look(BEGIN + timedelta(hours=2))] == ["the run before still goes on"]
    gate.write_text("go")
    scheduler.wait()
    assert [each.note for each in scheduler.look(BEGIN + timedelta(hours=3))] == [""]
    gate.write_text("go")
    scheduler.wait()


def test_a_command_that_fails_or_is_not_there_has_its_exit_code(places: Places) -> None:
    add(places, scheduled(name="five", command=(sys.executable, "-c", "raise SystemExit(5)")), BEGIN)
    add(places, scheduled(name="none", command=("/no/such/program",)), BEGIN)
    looked(places, BEGIN + timedelta(hours=1))
    latest = {name: find(places, name).latest for name in ("five", "none")}
    assert {name: (run.word, run.code) for name, run in latest.items() if run} == {
        "five": ("failed", 5), "none": ("failed", 127),
    }  # fmt: skip
    assert "/no/such/program" in log_path(places, "none").read_text()
    assert stat.S_IMODE(log_path(places, "none").stat().st_mode) == 0o600
    assert stat.S_IMODE(schedules.path_of(places, "none").stat().st_mode) == 0o600


def test_a_run_whose_process_dies_is_crashed_and_not_run_again(places: Places, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    add(places, scheduled(command=(sys.executable, "-c", f"open({str(gate)!r}).read()")), BEGIN)
    scheduler = Scheduler(places)
    scheduler.look(BEGIN + timedelta(hours=1))

    def has_begun() -> bool:
        return log_path(places, "hourly").exists() and "due" in log_path(places, "hourly").read_text()

    until(has_begun)
    latest = find(places, "hourly").latest
    assert latest
    assert latest.process
    os.killpg(latest.process.pid, signal.SIGKILL)
    scheduler.wait()
    latest = find(places, "hourly").latest
    assert latest
    assert latest.word == "crashed"
    assert looked(places, BEGIN + timedelta(hours=1, minutes=1)) == []


def test_a_schedule_that_is_held_is_left_to_who_holds_it(
    places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hourly(places, tmp_path)
    monkeypatch.setattr(schedules, "LOCK_SECONDS", 0.05)
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with schedules.locked(places, "hourly"):
            held.set()
            done.wait(30)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(30)
    assert looked(places, BEGIN + timedelta(hours=1)) == []
    done.set()
    thread.join(30)
    assert looked(places, BEGIN + timedelta(hours=1)) == ["01:00"]


def test_the_journal_tells_what_was_due(places: Places, tmp_path: Path) -> None:
    hourly(places, tmp_path, owner="ann")
    looked(places, BEGIN + timedelta(hours=1))
    events = [(event.kind.value, event.id, event.fields["owner"]) for event in journal.read(places)]
    assert events == [("scheduled", "hourly", "ann")]


def test_adding_the_same_twice_changes_nothing(places: Places, tmp_path: Path) -> None:
    hourly(places, tmp_path)
    looked(places, BEGIN + timedelta(hours=1))
    before = schedules.path_of(places, "hourly").read_bytes()
    same = replace(find(places, "hourly"), runs=(), created="", handled="")
    assert not add(places, same, utc("2026-06-01"))
    assert schedules.path_of(places, "hourly").read_bytes() == before


def test_another_of_the_same_name_replaces_only_by_force_and_is_due_from_then_on(
    places: Places, tmp_path: Path
) -> None:
    hourly(places, tmp_path)
    other, moment = scheduled(cron="0 6 * * *"), BEGIN + timedelta(hours=7)
    with pytest.raises(CommandError, match="--force"):
        add(places, other, moment)
    assert add(places, other, moment, force=True)
    assert looked(places, moment + timedelta(hours=1)) == []


def test_what_is_removed_is_not_run(places: Places, tmp_path: Path) -> None:
    hourly(places, tmp_path)
    remove(places, "hourly")
    assert looked(places, BEGIN + timedelta(hours=1)) == []
    with pytest.raises(NotFoundError):
        remove(places, "hourly")


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "../x"}, {"name": ""}, {"name": "x" * 61}, {"command": ()}, {"cron": None},
        {"interval": 3600.0, "cron": "0 6 * * *"},
        {"interval": 0.1}, {"zone": "Mars/Base"}, {"cron": "nonsense"},
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(places: Places, wrong: dict[str, Any]) -> None:
    with pytest.raises(CommandError):
        add(places, scheduled(**wrong), BEGIN)
    assert schedules.read_all(places) == []


def test_the_next_due_time_of_all_is_the_earliest(places: Places) -> None:
    assert Scheduler(places).next_due(BEGIN) is None
    add(places, scheduled(name="daily", cron="0 6 * * *"), BEGIN)
    add(places, scheduled(name="often", interval=900.0), BEGIN)
    assert Scheduler(places).next_due(BEGIN) == BEGIN + timedelta(minutes=15)
    assert Scheduler(places).next_due(BEGIN, ["daily"]) == BEGIN + timedelta(hours=6)


def test_a_schedule_survives_its_file(places: Places) -> None:
    run = Run(due="2026-01-01T01:00:00.000Z", started="2026-01-01T01:00:01.000Z", code=0, note="ä")
    schedule = scheduled(missed="skip", owner="ann", directory="/tmp", runs=(run,))
    schedules.write(places, schedule)
    assert schedules.read(places, "hourly") == schedule
    schedules.path_of(places, "broken").write_text("{")
    assert schedules.read_all(places) == [schedule]


def test_our_own_commands_run_on_this_workspace_unless_they_name_another(places: Places) -> None:
    def words(*command: str) -> list[str]:
        return words_of(places, Schedule(name="a", command=command, owner="ann"))

    assert words("/bin/true", "x") == ["/bin/true", "x"]
    ours = words("ef_cli", "ps")
    assert ours[:3] == [sys.executable, "-m", "ef_engine.cli"]
    assert ours[-3:] == ["--username", "ann", "ps"]
    assert str(places.data.absolute()) in ours
    assert str(places.data.absolute()) not in words("ef_cli", "--workspace", "/other", "ps")

"""`ef_cli schedule`: adding, listing, serving, and what cron and systemd are given."""

from __future__ import annotations

import json
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ef_engine.service.schedule_units import crontab, on_calendar, systemd
from ef_engine.store import schedules
from ef_engine.store.places import places_under
from tests.cli.conftest import Terminal
from tests.cli.processes import EF_CLI
from tests.jobs.conftest import until
from tests.schedules.schedules import scheduled
from tests.service.documents import SMALL, write


def listed(terminal: Terminal) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(terminal.ok("schedule", "list", "--format", "json"))
    return found


def test_a_schedule_is_added_listed_and_removed(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    assert terminal.ok("schedule", "add", "monthly", "--cron", "0 6 1 * *", "--", "run", "--all") == "monthly\n"
    [row] = listed(terminal)
    assert (row["name"], row["when"], row["zone"]) == ("monthly", "0 6 1 * *", "Europe/Berlin")
    assert (row["command"], row["owner"], row["missed"]) == ("ef_cli run --all", "ann", "run_once")
    assert terminal.ok("schedule", "list", "--quiet") == "monthly\n"
    assert terminal.ok("schedule", "remove", "monthly") == "monthly\n"
    assert listed(terminal) == []


def test_options_behind_the_dashes_belong_to_the_command(terminal: Terminal) -> None:
    terminal.ok("schedule", "add", "a", "--interval", "1d", "--missed", "skip", "--", "run", "x", "--force", "--missed")
    [row] = listed(terminal)
    assert (row["command"], row["missed"], row["when"]) == ("ef_cli run x --force --missed", "skip", "every 1d")


def test_another_program_stays_as_it_is(terminal: Terminal) -> None:
    terminal.ok("schedule", "add", "a", "--interval", "1d", "--", "/bin/echo", "50%")
    assert listed(terminal)[0]["command"] == "/bin/echo 50%"
    assert "no program" not in terminal.err


def test_a_command_has_the_rights_of_the_profile_it_was_scheduled_by(terminal: Terminal, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[profiles.guest]\nrights = ["SCHEDULE", "READ"]\n')
    terminal.ok(
        "schedule", "add", "a", "--interval", "1s", "--profile", "guest", "--config", str(config), "--", "clean"
    )
    assert listed(terminal)[0]["command"] == f"ef_cli --config {config} --profile guest clean"
    until(lambda: terminal.ok("schedule", "serve", "--once").startswith("a "))
    assert (listed(terminal)[0]["last"], listed(terminal)[0]["code"]) == ("failed", 2)


def test_a_program_that_is_not_found_here_is_told(terminal: Terminal) -> None:
    terminal.ok("schedule", "add", "a", "--interval", "1d", "--", "rnu", "--all")
    assert "'rnu' is no command of ef_cli, and no program of that name is found here." in terminal.err


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["schedule"], 2),
        (["schedule", "dance"], 2),
        (["schedule", "add"], 2),
        (["schedule", "add", "a", "--", "ps"], 2),
        (["schedule", "add", "a", "--cron", "0 6 1 * *"], 2),
        (["schedule", "add", "a", "--cron", "0 6 1 * *", "--interval", "1d", "--", "ps"], 2),
        (["schedule", "add", "a", "--interval", "1d", "--time_zone", "UTC", "--", "ps"], 2),
        (["schedule", "add", "a", "--cron", "soon", "--", "ps"], 2),
        (["schedule", "add", "a", "--interval", "1d", "--missed", "weep", "--", "ps"], 2),
        (["schedule", "remove"], 2),
        (["schedule", "remove", "a"], 4),
        (["schedule", "serve", "--once", "a"], 4),
        (["schedule", "print"], 2),
        (["schedule", "print", "--crontab", "--systemd"], 2),
    ],
)
def test_what_makes_no_sense_is_one_sentence(terminal: Terminal, words: list[str], code: int) -> None:
    assert terminal.run(*words) == code
    assert (terminal.out, terminal.err.count("\n")) == ("", 1)


def test_serving_once_runs_what_is_due_and_waits_for_it(terminal: Terminal, tmp_path: Path) -> None:
    write(tmp_path / "small.json", SMALL)
    terminal.ok("schedule", "add", "often", "--interval", "1s", "--", "run", "small.json")
    due = str(listed(terminal)[0]["next"])
    until(lambda: terminal.ok("schedule", "serve", "--once").startswith("often "))
    [row] = listed(terminal)
    assert (row["last"], row["code"]) == ("done", 0)
    assert str(row["last_due"]) >= due
    [record] = json.loads(terminal.ok("ls", "calls", "--format", "json"))
    assert (record["name"], record["owner"], record["outcome"]) == ("small", "ann", "evaluated")


def test_serving_goes_on_until_it_is_interrupted(terminal: Terminal, tmp_path: Path) -> None:
    script = f"open({str(tmp_path / 'lines')!r}, 'a').write('x')"
    terminal.ok("schedule", "add", "often", "--interval", "1s", "--", sys.executable, "-c", script)
    with subprocess.Popen([*EF_CLI, "schedule", "serve"], stdout=subprocess.PIPE, text=True) as serving:
        until(lambda: (tmp_path / "lines").exists() and len((tmp_path / "lines").read_text()) > 1)
        serving.send_signal(signal.SIGINT)
        printed, _ = serving.communicate(timeout=30)
    assert serving.returncode == 130
    assert all(line.startswith("often 2") for line in printed.splitlines())


def test_cron_asks_at_its_own_times_where_it_means_the_same(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    found = [
        scheduled(name="plain", cron="0 6 1 * *", zone="Europe/Berlin"),
        scheduled(name="abroad", cron="0 6 1 * *", zone="Asia/Tokyo"),
        scheduled(name="last", cron="0 6 L * *", zone="Europe/Berlin"),
        scheduled(name="often", interval=3600.0),
    ]
    _, *lines = crontab(places_under(home / "50%"), found).splitlines()
    assert [line.split(" " + sys.executable)[0] for line in lines] == ["0 6 1 * *", *["* * * * *"] * 3]
    for line, schedule in zip(lines, found, strict=True):
        words = shlex.split(line.replace("\\%", "%"))[5:]
        assert words[-4:] == ["schedule", "serve", "--once", schedule.name]
        assert f"{home}/50%/data" in words


@pytest.mark.parametrize(
    ("cron", "line"),
    [
        ("*/5 1-5/2,7 1,15 * 5-7", "*/5 1-5/2,7 1,15 * 5-7"),
        ("10/20 6 * * *", "10,30,50 6 * * *"),
        ("0 6 * jan-mar,Dec MON,sun", "0 6 * 1,2,3,12 0,1"),
        ("0\t6  1 * 7", "0 6 1 * 7"),
    ],
)
def test_cron_is_told_as_numbers_what_not_every_cron_reads(
    home: Path, monkeypatch: pytest.MonkeyPatch, cron: str, line: str
) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    _, told = crontab(places_under(home), [scheduled(cron=cron, zone="Europe/Berlin")]).splitlines()
    assert told.split(" " + sys.executable)[0] == line


def test_what_cron_is_given_runs_what_is_due_once(terminal: Terminal, home: Path, tmp_path: Path) -> None:
    script = f"open({str(tmp_path / 'lines')!r}, 'a').write('x')"
    terminal.ok("schedule", "add", "often", "--interval", "1s", "--", sys.executable, "-c", script)
    line = terminal.ok("schedule", "print", "--crontab", "often").splitlines()[1]
    command = line.removeprefix("* * * * * ")
    until(
        lambda: "often" in subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=True).stdout
    )
    found = schedules.read(places_under(home), "often")
    assert found
    assert len((tmp_path / "lines").read_text()) == len(found.runs) == 1


@pytest.mark.parametrize(
    ("cron", "calendars"),
    [
        ("0 6 1 * *", ["*-*-01 06:00:00 UTC"]),
        ("*/20 * * * *", ["*-*-* *:00,20,40:00 UTC"]),
        ("0 6 * * 1-5", ["Mon,Tue,Wed,Thu,Fri *-*-* 06:00:00 UTC"]),
        ("0 6 * 3 7", ["Sun *-03-* 06:00:00 UTC"]),
        ("0 6 13 * 5", ["*-*-13 06:00:00 UTC", "Fri *-*-* 06:00:00 UTC"]),
        ("0 6 L * *", ["minutely"]),
        ("0 6 * * 5#2", ["minutely"]),
    ],
)
def test_systemd_is_told_the_same_times(cron: str, calendars: list[str]) -> None:
    assert on_calendar(scheduled(cron=cron)) == calendars


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="only where systemd is")
def test_systemd_understands_its_units(home: Path, tmp_path: Path) -> None:
    found = [scheduled(name="a", cron="0 6 13 * 5", zone="Europe/Berlin"), scheduled(name="b", interval=60.0)]
    units = systemd(places_under(home / '50% "x"'), found)
    assert sorted(units) == ["ef-a.service", "ef-a.timer", "ef-b.service", "ef-b.timer"]
    for name, text in units.items():
        (tmp_path / name).write_text(text)
    checked = subprocess.run(
        ["systemd-analyze", "verify", *(str(tmp_path / name) for name in units)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (checked.returncode, [line for line in checked.stderr.splitlines() if "ef-" in line]) == (0, [])

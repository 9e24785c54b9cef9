"""The contract with shells and scripts: streams, exit codes, pipes and signals, with real processes."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.processes import DEADLINE, EF_CLI, ef_cli, python
from tests.service.documents import SMALL, plans, write

SLOW = """
import sys, time
import ef_engine.simulation
from ef_engine.cli import main
def slow(forecast, observer):
    observer.phase_begun("slow", 10**9)
    for done in range(10**9):
        observer.advanced(done)
        time.sleep(0.01)
ef_engine.simulation.simulate = slow
sys.exit(main())
"""


@pytest.fixture(autouse=True)
def documents(tmp_path: Path) -> None:
    write(tmp_path / "small.json", SMALL)
    write(tmp_path / "plans.json", plans())


def test_stage_prints_the_id_alone() -> None:
    done = ef_cli("stage", "small.json")
    assert (done.returncode, done.stdout) == (0, "dcd22ba91c01\n")
    assert done.stderr == "Staged forecast dcd22ba91c01.\n"


def test_standard_input_is_staged() -> None:
    done = ef_cli("stage", "-", stdin=SMALL)
    assert (done.returncode, done.stdout) == (0, "dcd22ba91c01\n")
    assert "Warning: standard input is no file" in done.stderr


def test_run_prints_a_line_an_id_and_a_set_its_own_last() -> None:
    done = ef_cli("run", "forecastset", "plans.json")
    lines = done.stdout.splitlines()
    assert done.returncode == 0
    assert [line.split()[1] for line in lines] == ["evaluated", "evaluated", "evaluated", "infeasible", "evaluated"]
    assert lines[-1].startswith("S")


def test_infeasible_is_five_only_when_asked_for() -> None:
    assert ef_cli("run", "plans.json", "--fail_infeasible").returncode == 5
    assert ef_cli("run", "plans.json").returncode == 0


def test_quiet_silences_stderr() -> None:
    done = ef_cli("--quiet", "run", "small.json")
    assert (done.returncode, done.stdout, done.stderr) == (0, "dcd22ba91c01 evaluated\n", "")


@pytest.mark.parametrize("command", [["list"], ["schema", "forecast"], ["--help"], ["template"]])
def test_a_closed_pipe_ends_quietly(command: list[str]) -> None:
    ef_cli("run", "plans.json")
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [*EF_CLI, *command], stdout=writing, stderr=subprocess.PIPE, check=False, timeout=DEADLINE
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


def test_a_run_nobody_listens_to_is_done_all_the_same() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([*EF_CLI, "run", "plans.json"], stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert done.returncode == 141
    assert ef_cli("list", "--state", "staged", "--quiet").stdout == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_run_is_killed_and_ends_with_130(home: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-c", SLOW, "run", "small.json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        state = home / "data" / "Forecast_dcd22ba91c01" / "progress.json"
        deadline = time.monotonic() + DEADLINE
        while not state.exists():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        running = ef_cli("ps")
        process.send_signal(number)
        out, err = process.communicate(timeout=DEADLINE)
    assert running.stdout.splitlines()[1].split()[:4] == ["dcd22ba91c01", "small", "running", "slow"]
    assert (process.returncode, out) == (130, "dcd22ba91c01 killed\n")
    assert err.endswith("Interrupted.\n")
    assert ef_cli("list", "--state", "killed", "--quiet").stdout == "dcd22ba91c01\n"
    assert ef_cli("run", "dcd22").stdout == "dcd22ba91c01 evaluated\n"


def test_a_run_that_is_shot_is_lost_and_can_be_run_again(home: Path) -> None:
    command = [sys.executable, "-c", SLOW, "run", "small.json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + DEADLINE
        while not (home / "data" / "Forecast_dcd22ba91c01" / "progress.json").exists():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        held = ef_cli("run", "dcd22ba91c01")
        process.kill()
        process.communicate(timeout=DEADLINE)
    assert held.returncode == 3
    assert f":{process.pid}, since" in held.stderr
    assert ef_cli("ps").stdout.splitlines()[1].split()[-1] == "lost"
    assert ef_cli("list", "--state", "lost", "--quiet").stdout == "dcd22ba91c01\n"
    again = ef_cli("run", "dcd22ba91c01")
    assert again.stdout == "dcd22ba91c01 evaluated\n"
    assert "is gone since attempt 1; starting anew." in again.stderr


def test_a_failed_run_ends_with_one() -> None:
    script = SLOW.replace('observer.phase_begun("slow", 10**9)', "raise ZeroDivisionError")
    done = python(script, "run", "small.json")
    assert (done.returncode, done.stdout) == (1, "dcd22ba91c01 failed\n")
    assert "Traceback" not in done.stderr
    assert "Traceback" in ef_cli("log", "dcd22ba91c01").stdout


def test_a_terminal_gets_a_bar_that_leaves_nothing_behind_and_no_colours() -> None:
    screen = on_terminal([*EF_CLI, "run", "plans.json", "--force"])
    assert "\x1b" not in screen
    assert [line.rsplit("\r", 1)[-1].split()[-1] for line in screen.splitlines()[-2:]] == ["infeasible", "evaluated"]


def test_a_dumb_terminal_gets_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    screen = on_terminal([*EF_CLI, "run", "small.json"])
    assert "\r" not in screen.replace("\r\n", "\n")
    assert "Running dcd22ba91c01 small" in screen


def test_a_list_fits_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    ef_cli("stage", "small.json", "--forecast_label", "a very long label " * 5)
    lines = on_terminal([*EF_CLI, "list"]).splitlines()
    assert [line.split()[0] for line in lines] == ["ID", "dcd22ba91c01"]
    assert max(map(len, lines)) <= 60


def test_a_terminal_is_asked_before_something_is_deleted() -> None:
    ef_cli("stage", "small.json")
    assert "Deleting dcd22ba91c01 with all results? [y/N]" in on_terminal([*EF_CLI, "rm", "dcd22"], "n\n")
    assert ef_cli("list", "--quiet").stdout == "dcd22ba91c01\n"
    on_terminal([*EF_CLI, "rm", "dcd22"], "y\n")
    assert ef_cli("list", "--quiet").stdout == ""


def on_terminal(command: list[str], answer: str = "") -> str:
    """What a terminal shows of the command."""
    child, terminal = pty.fork()
    if child == 0:
        os.execv(command[0], command)
    if answer:
        os.write(terminal, answer.encode())
    shown = b""
    while True:
        try:
            piece = os.read(terminal, 4096)
        except OSError:
            break
        if not piece:
            break
        shown += piece
    os.close(terminal)
    os.waitpid(child, 0)
    return shown.decode()

"""What only a real terminal shows: first paint, silence, signals, hanging up, suspending, an editor."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ef_engine.service.workspace import Workspace
from ef_engine.store.states import Finished
from tests.jobs.conftest import Shop, shop
from tests.service.documents import SMALL, write
from tests.tui.terminals import terminal

__all__ = ["shop"]

IDLE_SECONDS = 2.0
MOST_CPU_SHARE = 0.10
"""Generous, since a machine may be busy; benchmarks/ measures how little it is."""

_COLOURS = re.compile(rb"\x1b\[[0-9;]*(3[0-8]|4[0-8]|9[0-7]|10[0-7])[0-9;]*m")


EDITOR = f"""#!{sys.executable}
import pathlib, sys
path = pathlib.Path(sys.argv[1])
path.write_text(path.read_text().replace("sometimes", "monthly"))
"""


def home_of(workspace: Workspace) -> str:
    return str(workspace.places.data.parent)


def test_it_opens_is_silent_while_nothing_happens_and_gives_the_terminal_back(
    sample: Callable[[str], Workspace],
) -> None:
    with terminal("--workspace", home_of(sample("empty"))) as shown:
        shown.until_shown("4 Evaluated 0")
        shown.until_shown("? help")
        while shown.read(1.0):
            pass
        before = shown.cpu_seconds()
        assert shown.read(IDLE_SECONDS) == b""
        assert shown.cpu_seconds() - before <= IDLE_SECONDS * MOST_CPU_SHARE
        shown.press("q")
        assert shown.wait() == 0
        assert shown.is_restored()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_ends_it_and_restores_the_terminal(sample: Callable[[str], Workspace], number: int) -> None:
    with terminal("--workspace", home_of(sample("typical"))) as shown:
        shown.until_shown("? help")
        shown.process.send_signal(number)
        assert shown.wait() == 128 + number
        assert shown.is_restored()


def test_hanging_up_ends_it_and_what_runs_goes_on(shop: Shop) -> None:
    record_id = shop.stage_long()
    with terminal("--workspace", str(shop.home)) as shown:
        shown.until_shown("2 Staged 1")
        shown.press("2x")
        shown.until_shown("running")
        runner = shop.marker(record_id).process.pid
        shown.hang_up()
        shown.process.wait(timeout=30)
        os.kill(runner, 0)
        assert shop.supervisor_pids()
    assert not isinstance(shop.record(record_id).state, Finished)


def test_ctrl_z_suspends_it_and_fg_brings_it_back(sample: Callable[[str], Workspace]) -> None:
    with terminal("--workspace", home_of(sample("typical"))) as shown:
        shown.until_shown("? help")
        while shown.read(0.5):
            pass
        shown.press("\x1a")
        shown.until(lambda: shown.state() == "T")
        assert shown.is_restored()
        seen = len(shown.seen)
        shown.process.send_signal(signal.SIGCONT)
        shown.until(lambda: b"Evaluated" in shown.seen[seen:])
        shown.press("q")
        shown.until_shown("unfinished")
        shown.press("k")
        assert shown.wait() == 0
        assert shown.is_restored()


def test_a_file_is_edited_in_the_editor_and_looked_into_again(tmp_path: Path) -> None:
    directory = tmp_path / "files"
    directory.mkdir()
    write(directory / "plan.json", SMALL.replace('"monthly"', '"sometimes"'))
    editor = write(tmp_path / "editor", EDITOR)
    editor.chmod(0o700)
    home = tmp_path / "home"
    (home / "stage").mkdir(parents=True)
    (directory / "plan.json").rename(home / "stage" / "plan.json")
    with terminal("--workspace", str(home), VISUAL=str(editor)) as shown:
        shown.until_shown("invalid")
        shown.press("1")
        shown.until_shown("enter open")
        shown.press("\r")
        shown.until_shown("1 problem;")
        shown.press("\x05")
        shown.until_shown("Valid: a forecast, small")


def test_no_color_is_respected(sample: Callable[[str], Workspace]) -> None:
    with terminal("--workspace", home_of(sample("failing")), NO_COLOR="1") as shown:
        shown.until_shown("? help")
        shown.read(0.5)
        assert _COLOURS.findall(shown.seen) == []


def test_a_console_without_unicode_is_written_ascii(sample: Callable[[str], Workspace]) -> None:
    with terminal("--workspace", home_of(sample("failing")), TERM="linux") as shown:
        shown.until_shown("? help")
        shown.until_shown("# frozen")
        assert shown.text.isascii()


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "ef_tui", *words], capture_output=True, text=True, check=False)


def test_headless_is_the_command_line(sample: Callable[[str], Workspace]) -> None:
    words = ("--workspace", home_of(sample("typical")), "list", "--state", "staged", "--quiet")
    done = run("--headless", *words)
    assert (done.returncode, len(done.stdout.split())) == (0, 2)
    assert run(*words).stdout == done.stdout
    assert run("--headless", "lst").returncode == 2


def test_headless_loads_nothing_of_the_dashboard() -> None:
    script = "import sys; from ef_tui.main import main; main(['--headless', 'ps']); sys.exit('textual' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "the dashboard needs a terminal; `ef_tui --headless COMMAND` works without one.\n"),
        (("lst",), "'lst' is no command of ef; see `ef_tui --help`.\n"),
        (("--wrokspace", "x"), "there is no option '--wrokspace'; did you mean '--workspace'?\n"),
    ],
)
def test_a_wrong_start_is_told_in_a_sentence(words: tuple[str, ...], message: str) -> None:
    done = run(*words)
    assert (done.returncode, done.stderr) == (2, message)


def test_mistakes_in_the_config_file_are_told_before_anything_is_drawn(tmp_path: Path) -> None:
    (tmp_path / "ef.toml").write_text('[dashboard.keys]\nzoom = "r"\n')
    with terminal("--config", str(tmp_path / "ef.toml")) as shown:
        assert shown.wait() == 2
        assert "dashboard.keys.zoom: 'r' is the key of report already" in shown.text.replace("\r\n", "")
        assert b"\x1b[?1049h" not in shown.seen

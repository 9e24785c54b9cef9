"""Where reports go, and whether they are shown."""

from __future__ import annotations

import stat
import time
from pathlib import Path

import pytest

from ef_engine.cli import main
from ef_engine.service.ids import find_record
from ef_engine.service.report import make_report
from ef_engine.service.report_files import can_be_shown, show_file
from ef_engine.store.places import places_under

FORECAST = "8444b033da58"


@pytest.mark.parametrize(
    ("environment", "shown"),
    [
        ({"DISPLAY": ":0"}, True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, True),
        ({}, False),
        ({"DISPLAY": "localhost:10.0", "SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"}, False),
        ({"DISPLAY": ":0", "SSH_TTY": "/dev/pts/1"}, False),
    ],
)
def test_a_report_is_shown_where_there_is_a_desktop(
    environment: dict[str, str], shown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    assert can_be_shown(environment) is shown


def test_a_file_is_shown_by_the_desktop_and_not_where_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, opener = tmp_path / "told", tmp_path / "xdg-open"
    opener.write_text(f'#!/bin/sh\nprintf %s "$1" > "{told}"\n')
    opener.chmod(opener.stat().st_mode | stat.S_IXUSR)
    for name in ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert not show_file(tmp_path / "report.html")
    monkeypatch.setenv("DISPLAY", ":0")
    assert show_file(tmp_path / "report.html")
    deadline = time.monotonic() + 30
    while not (told.exists() and told.read_text()) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert told.read_text() == str(tmp_path / "report.html")


def test_the_dashboard_makes_a_report_by_one_call(home: Path) -> None:
    places = places_under(home)
    path = make_report(places, find_record(places, FORECAST))
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert list(path.parent.glob("plotly-*.min.js"))


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["report", FORECAST, "--open"], "--open shows a file"),
        (["report", FORECAST, "--format", "html", "--open", "--output", "-"], "--open shows a file"),
        (["report", FORECAST, "--format", "html", "--members"], "--members makes the pages of a set's scenarios"),
        (["report", FORECAST, "--format", "html", "--metric", "x"], "--metric ranks the scenarios of a set"),
        (["report", "Sc0e", "--format", "html", "--metric", "x"], "no scenario has 'x'"),
        (["report", FORECAST, "--format", "pdf"], "--format cannot be 'pdf' here"),
        (["report", FORECAST, "--format", "html", "--output", "/dev/null/x.html"], "cannot be written"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    words: list[str], problem: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--workspace", str(home), *words]) == 2
    assert problem in capsys.readouterr().err


def test_a_page_to_stdout_is_the_page(home: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["--workspace", str(home), "report", FORECAST, "--format", "html", "--output", "-"]) == 0
    assert capfdbinary.readouterr().out.startswith(b"<!doctype html>")


def test_progress_is_told_while_the_report_of_a_set_is_made(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("ef_engine.cli.commands.put_report._SECONDS_BETWEEN", 0.0)
    assert main(["--workspace", str(home), "report", "Sc0e", "--format", "html"]) == 0
    said = capsys.readouterr().err
    assert "Reading scenarios: 50 %" in said
    assert "Reading scenarios: 100 %" in said

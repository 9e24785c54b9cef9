"""A fresh checkout on a bare machine comes to life with one command."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.house.files import ROOT, project_files


def make(directory: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key not in {"VIRTUAL_ENV", "MAKEFLAGS"}}
    return subprocess.run(
        ["make", *words],
        cwd=directory,
        env=environment | {"CI": "true"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for path in project_files():
        target = tmp_path / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    return tmp_path


@pytest.mark.slow
def test_the_demo_shows_a_forecast_and_keeps_what_was_changed(checkout: Path) -> None:
    first = make(checkout, "demo")
    assert first.returncode == 0, first.stderr
    assert "milestones are reached" in first.stdout
    document = checkout / "demo" / "household.json"
    document.write_text(document.read_text(encoding="utf-8").replace("2900", "2950"), encoding="utf-8")
    second = make(checkout, "demo")
    assert second.returncode == 0, second.stderr
    assert "2950" in document.read_text(encoding="utf-8")
    assert second.stdout != first.stdout


def test_an_interpreter_that_is_too_old_is_named_in_one_sentence(checkout: Path) -> None:
    old = checkout / "old-python"
    old.write_text('#!/bin/sh\ncase "$1" in --version) echo "Python 3.9.2" ;; *) exit 1 ;; esac\n', encoding="utf-8")
    old.chmod(0o755)
    tried = make(checkout, "test", f"PYTHON={old}")
    assert tried.returncode != 0
    assert "ef needs Python 3.11 or newer, but" in tried.stderr
    assert "Python 3.9.2" in tried.stderr


def test_a_missing_interpreter_is_named_in_one_sentence(checkout: Path) -> None:
    tried = make(checkout, "demo", "PYTHON=no-such-python")
    assert tried.returncode != 0
    assert "found no 'no-such-python'" in tried.stderr

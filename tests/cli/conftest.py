"""A home of its own for every test, so that nobody's real workspace is ever touched."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ef_engine.cli import main


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty workspace in the environment, and the current directory beside it."""
    for name in [name for name in os.environ if name.startswith(("EF_", "XDG_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("EF_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("EF_USERNAME", "ann")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


class Terminal:
    """Runs command lines in this process and remembers what came of the last."""

    def __init__(self, capture: pytest.CaptureFixture[str]) -> None:
        self.capture = capture
        self.out = self.err = ""

    def run(self, *arguments: str) -> int:
        """The exit code; `out` and `err` are what was written."""
        code = main(list(arguments))
        self.out, self.err = self.capture.readouterr()
        return code

    def ok(self, *arguments: str) -> str:
        """stdout of a command that must succeed."""
        assert self.run(*arguments) == 0, self.err
        return self.out


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(capsys)

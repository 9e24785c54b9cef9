"""What is hard to undo is asked on a real terminal, once, and no is no."""

from __future__ import annotations

import os
import pty
import subprocess
from pathlib import Path

import pytest

from ef_engine.service.database import init
from ef_engine.sources.database.target import Target
from tests.cli.processes import DEADLINE, EF_CLI
from tests.database.servers import scalar, url_of


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 2), ("", 2)])
def test_a_drop_asks_on_a_terminal(tmp_path: Path, answer: str, code: int) -> None:
    target = Target(file=tmp_path / "house.sqlite")
    init(target)
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [*EF_CLI, "db", "drop", "--database_url", url_of(target)], stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    os.write(ours, f"{answer}\n".encode())
    assert child.wait(DEADLINE) == code
    shown = os.read(ours, 10_000).decode()
    os.close(ours)
    assert f"Dropping the tables of ef in {target} with all that everybody has there? [y/N]" in shown
    assert (scalar(target, "SELECT count(*) FROM sqlite_master") == 0) == (code == 0)

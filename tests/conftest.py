"""Options of the whole suite."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # hundreds of processes would each compile the program anew


@pytest.fixture(scope="session", autouse=True)
def _nothing_waits_for_the_disk() -> Iterator[None]:
    """Nothing that tests write in this process has to outlive the power; a process that dies loses nothing of it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda descriptor: None)
        yield


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds `--update_snapshots`."""
    parser.addoption(
        "--update_snapshots", "--update-snapshots", action="store_true", help="accept what the dashboard shows now"
    )

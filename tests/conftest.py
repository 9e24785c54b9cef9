"""Options of the whole suite."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds `--update_snapshots`."""
    parser.addoption(
        "--update_snapshots", "--update-snapshots", action="store_true", help="accept what the dashboard shows now"
    )

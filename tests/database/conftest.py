"""A database of each kind for every test, on one server a session."""

from __future__ import annotations

from pathlib import Path

import pytest

from ef_engine.service.database import init
from ef_engine.service.workspace import Workspace
from ef_engine.sources.database.target import Target
from ef_engine.store.places import places_under
from tests.cli.conftest import Terminal
from tests.cli.conftest import home as home
from tests.database.servers import file_database, new_database, server


@pytest.fixture
def postgresql() -> Target:
    """The server."""
    return server()


@pytest.fixture
def empty_server_database(postgresql: Target) -> Target:
    """A database without tables."""
    return new_database(postgresql)


@pytest.fixture
def server_database(empty_server_database: Target) -> Target:
    """A database of PostgreSQL with tables."""
    init(empty_server_database)
    return empty_server_database


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Target:
    """A database with tables, of one kind and of the other."""
    if request.param == "sqlite":
        return file_database(tmp_path)
    found: Target = request.getfixturevalue("server_database")
    return found


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(places_under(tmp_path / "home"), "ann")


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(capsys)

"""A source of every kind, and a workspace to stage into."""

from __future__ import annotations

from pathlib import Path

import pytest

from ef_engine.service.workspace import Workspace
from ef_engine.store.places import places_under
from tests.sources.contract import ADAPTERS, Adapter


@pytest.fixture(params=ADAPTERS)
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Adapter:
    return ADAPTERS[request.param](tmp_path)


@pytest.fixture
def kind(request: pytest.FixtureRequest) -> str:
    """Which source the test has."""
    found: str = request.node.callspec.params["source"]
    return found


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(places_under(tmp_path / "home"), "ann")

"""A workspace and files of a user's."""

from __future__ import annotations

from pathlib import Path

import pytest

from ef_engine.service.workspace import Workspace
from ef_engine.store.places import places_under
from tests.service.documents import SMALL, plans, write


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(places_under(tmp_path / "home"), "ann")


@pytest.fixture
def small_file(tmp_path: Path) -> Path:
    return write(tmp_path / "small.json", SMALL)


@pytest.fixture
def plans_file(tmp_path: Path) -> Path:
    return write(tmp_path / "plans.json", plans())

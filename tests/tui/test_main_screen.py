"""The four panes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ef_engine.service.workspace import Workspace
from tests.tui.conftest import opened
from tests.tui.snapshots import Snapshots


@pytest.mark.parametrize("kind", ["empty", "typical", "failing"])
async def test_the_main_screen_looks_as_accepted(
    looked_at: Callable[[str], Workspace], snapshots: Snapshots, kind: str
) -> None:
    async with opened(looked_at(kind)) as person:
        snapshots.match(person.app, f"main-{kind}-120x40-dark")

"""Whatever keeps the event loop from its work is measured and written down."""

from __future__ import annotations

import time
from collections.abc import Callable

from ef_engine.service.workspace import Workspace
from ef_tui.watchdog import INTERVAL, Watchdog
from tests.tui.conftest import opened


def test_a_look_that_comes_too_late_is_told_and_the_next_one_counts_anew() -> None:
    moments, told = iter([0.4, 1.3, 1.8]), list[str]()
    watchdog = Watchdog(told.append, clock=lambda: next(moments), _due=INTERVAL)
    for _ in range(3):
        watchdog.look()
    assert told == ["the dashboard stood still for 400 ms"]
    assert len(watchdog.stalls) == 1


async def test_a_stall_is_written_into_the_log(sample: Callable[[str], Workspace]) -> None:
    workspace = sample("typical")
    async with opened(workspace) as person:
        time.sleep(INTERVAL + person.app.watchdog.limit + 0.2)
        await person.until(lambda: person.app.watchdog.stalls)
        await person.until((workspace.places.log / "ef.log").exists)
        assert "the dashboard stood still for" in (workspace.places.log / "ef.log").read_text()

"""How quick the dashboard is: first paint in a real terminal, one refresh, and what it costs while nothing happens."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median

from benchmarks.rows import Row
from benchmarks.workspaces import evaluated_workspace
from ef_engine.service.in_progress import InProgress
from ef_engine.service.progress import Progress
from ef_engine.service.workspace import Workspace
from ef_engine.store.places import places_under
from ef_engine.store.process import Process
from ef_engine.store.records import Record
from ef_engine.store.states import Running

FIRST_PAINT = 0.600
FIRST_PAINT_MANY = 1.0
TICK = 0.005
IDLE_SHARE = 0.5
MANY = 5000
SOME = 500
RUNNING = 50
IDLE_SECONDS = 10.0


def rows(runs: int) -> Iterator[Row]:
    """First paints, a refresh with 500 forecasts of which 50 run, and an idle dashboard."""
    with tempfile.TemporaryDirectory(prefix="ef-benchmark-") as name:
        few, many = Path(name) / "few", Path(name) / "many"
        evaluated_workspace(few, SOME)
        evaluated_workspace(many, MANY)
        for workspace, count, budget in ((few, SOME, FIRST_PAINT), (many, MANY, FIRST_PAINT_MANY)):
            _first_paint(workspace)  # the catalogue is written by whoever looks first
            seconds = [_first_paint(workspace) for _ in range(runs)]
            what = f"dashboard, first paint with {count:,} evaluated"
            yield Row(what=what, value=median(seconds), unit="s", budget=budget)
        cpu, written = _idle(many)
        what = f"dashboard, idle with {MANY:,} evaluated"
        yield Row(what=f"{what}: of one core", value=100 * cpu, unit="%", budget=IDLE_SHARE)
        yield Row(what=f"{what}: written in {IDLE_SECONDS:.0f} s", value=written, unit="bytes", budget=0)
        tick = asyncio.run(_tick(few))
        what = f"dashboard, one refresh with {SOME} forecasts, {RUNNING} of them running"
        yield Row(what=what, value=tick, unit="s", budget=TICK, note="event loop alone, without drawing")


def _first_paint(workspace: Path) -> float:
    """Seconds from the start of the process until the panes are on the screen, filled."""
    from tests.tui.terminals import terminal

    begin = time.perf_counter()
    with terminal("--workspace", str(workspace)) as shown:
        while "household" not in shown.text:
            shown.read(0.005)
        return time.perf_counter() - begin


def _idle(workspace: Path) -> tuple[float, int]:
    """The share of a core, and bytes written, while nothing happens."""
    from tests.tui.terminals import terminal

    with terminal("--workspace", str(workspace)) as shown:
        shown.until_shown("? help")
        shown.read(3.0)
        before = shown.cpu_seconds()
        written = len(shown.read(IDLE_SECONDS))
        return (shown.cpu_seconds() - before) / IDLE_SECONDS, written


async def _tick(workspace: Path) -> float:
    """Seconds of the event loop's own time for a snapshot in which everything that runs got on."""
    from ef_tui.app import EfApp
    from ef_tui.session import Preferences, Session

    session = Session(
        workspace=Workspace(places_under(workspace)), preferences=Preferences(refresh=3600, refresh_unfocused=3600)
    )
    app = EfApp(session)
    async with app.run_test(size=(200, 60)) as pilot:
        await pilot.pause(1.0)
        screen, seconds = app.main_screen, []
        for step in range(50):
            snapshot = replace(app.snapshot, in_progress=_running(step))
            begin = time.thread_time()
            screen.show(snapshot)
            seconds.append(time.thread_time() - begin)
            await pilot.pause()
    return median(seconds)


def _running(step: int) -> tuple[InProgress, ...]:
    """Fifty that run, each a bit further than at the step before."""
    return tuple(
        InProgress(
            record=Record(
                id=f"{k:012x}", kind="forecast", label=f"running {k}",
                state=Running(Process("host", "", "", k, ""), "2026-01-31T08:15:00.000Z"),
            ),
            word="running",
            progress=Progress("choosing", 10 * step + k, 1000, 10.0),
            beaten=time.time(),
        )
        for k in range(RUNNING)
    )  # fmt: skip

"""A dashboard on sample workspaces, steered as a person would, and compared with what it looked like before.

`pytest tests/tui --update_snapshots` accepts what is shown now; look at the difference before you commit it.
"""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from ef_engine.service.workspace import Workspace
from ef_engine.store.places import places_under
from ef_tui.app import EfApp
from ef_tui.screens.main import MainScreen
from ef_tui.session import Preferences, Session
from tests.jobs.conftest import Shop
from tests.tui import flow_workspace, workspaces
from tests.tui.snapshots import Snapshots

DEADLINE = 20.0
STALL_SECONDS = 0.100
"""Nothing may keep the event loop busy for longer, in seconds of this thread's own time."""


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The home of a sample workspace, made when it is first asked for. Nobody may change it."""
    homes: dict[str, Path] = {}

    def home(kind: str) -> Path:
        if kind not in homes:
            homes[kind] = tmp_path_factory.mktemp(kind) / "home"
            workspaces.make(kind, homes[kind])
        return homes[kind]

    return home


@pytest.fixture
def sample(made: Callable[[str], Path], tmp_path: Path) -> Iterator[Callable[[str], Workspace]]:
    """A copy of a sample workspace, for tests that change it."""

    home = tmp_path / "home"

    def copy(kind: str) -> Workspace:
        if made(kind).exists():
            shutil.copytree(made(kind), home)
        return Workspace(places_under(home), "ann")

    yield copy
    for pid in Shop(home, places_under(home)).supervisor_pids():
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@pytest.fixture(scope="session")
def made_with_flows(made: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The home of a sample workspace with flows and schedules in it. Nobody may change it."""
    homes: dict[str, Path] = {}

    def home(kind: str) -> Path:
        if kind not in homes:
            homes[kind] = tmp_path_factory.mktemp(f"{kind}-with-flows") / "home"
            if made(kind).exists():
                shutil.copytree(made(kind), homes[kind])
            flow_workspace.add(kind, homes[kind])
        return homes[kind]

    return home


@pytest.fixture
def looked_at(made_with_flows: Callable[[str], Path]) -> Iterator[Callable[[str], Workspace]]:
    """A sample workspace for tests that only look: its clocks stand still, and what is due is not run."""
    with flow_workspace.stopped_clock(), patch("ef_tui.app.run_what_is_due"):
        yield lambda kind: Workspace(places_under(made_with_flows(kind)), "ann")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A terminal of many colours, and nobody's own settings."""
    for name in ("NO_COLOR", "SSH_CONNECTION", "SSH_TTY", "EF_HOME", "EF_CONFIG", "EF_PROFILE", "EDITOR", "VISUAL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("COLORTERM", "truecolor")


@pytest.fixture
def snapshots(request: pytest.FixtureRequest) -> Snapshots:
    """Compares screens with those that were accepted."""
    return Snapshots(Path(__file__).parent / "screens", bool(request.config.getoption("update_snapshots")))


def _loop_seconds() -> float:
    """What a loop takes that is always the same, in seconds of this thread's own time."""
    begin = time.thread_time()
    sum(range(100_000))
    return time.thread_time() - begin


_fastest = min(_loop_seconds() for _ in range(5))


def _slowness() -> float:
    """How many times slower the processor is now than at its best: others may use the same core in turns."""
    global _fastest
    now = sorted(_loop_seconds() for _ in range(5))
    _fastest = min(_fastest, now[0])
    return now[2] / _fastest


@contextmanager
def watched() -> Iterator[None]:
    """Measures every step of the event loop; fails where one computed for longer than `STALL_SECONDS`."""
    gc.collect()
    gc.freeze()  # what the tests themselves hold is no part of the dashboard, and takes long to look through
    steps: list[float] = []
    original = asyncio.Handle._run

    def run(self: asyncio.Handle) -> None:
        begin = time.thread_time()
        original(self)
        steps.append(time.thread_time() - begin)

    with patch.object(asyncio.Handle, "_run", run):
        yield
    longest = max(steps, default=0.0)
    assert longest <= STALL_SECONDS or longest <= STALL_SECONDS * _slowness()


class Person:
    """Somebody at the keyboard of a dashboard."""

    def __init__(self, app: EfApp, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot

    @property
    def main(self) -> MainScreen:
        """The main screen, whatever lies above it."""
        return self.app.main_screen

    async def press(self, *keys: str) -> None:
        """Presses keys and waits until they have had their effect."""
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        """Types a text into the box that has the keys, in place of what is there, all at once as a terminal pastes."""
        box = self.app.focused
        assert isinstance(box, Input)
        box.clear()
        box.post_message(events.Paste(text))
        await self.pilot.pause()

    async def until(self, is_true: Callable[[], Any]) -> None:
        """Waits for what must come true; fails at the deadline."""
        deadline = time.monotonic() + DEADLINE
        while not is_true():
            assert time.monotonic() < deadline, "it did not come true in time"
            await self.pilot.pause(0.01)
        await self.pilot.pause()

    @property
    def text(self) -> str:
        """What the screen shows."""
        from tests.tui.snapshots import text_of

        return text_of(self.app)


@asynccontextmanager
async def opened(
    workspace: Workspace,
    *,
    size: tuple[int, int] = (120, 40),
    theme: str = "dark",
    is_read_only: bool = False,
    **more: Any,
) -> AsyncIterator[Person]:
    """A dashboard on the workspace that has looked at it once; its clock stands still.

    What is told is drawn only where `toasts` are asked for.
    """
    preferences = more.pop("preferences", None) or Preferences(theme=theme, refresh=60.0)
    toasts = more.pop("toasts", False)
    session = Session(workspace=workspace, preferences=preferences, is_read_only=is_read_only, **more)
    with workspaces.frozen():
        app = EfApp(session)
        async with app.run_test(size=size, notifications=toasts) as pilot:
            person = Person(app, pilot)
            await person.until(lambda: app.has_looked)
            with watched():
                yield person

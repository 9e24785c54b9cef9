"""Makes the pictures in this directory: `python -m screenshots`, or `make screenshots`.

They are taken of the real dashboard on the sample workspaces of the tests, whose clocks stand still, so that a picture
changes only when what it shows does.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from unittest.mock import patch

from ef_engine.service.sample import init
from ef_engine.service.workspace import Workspace
from ef_engine.store.places import places_under
from ef_tui.opening import open_comparison, open_flows, open_record
from tests.tui import flow_workspace
from tests.tui.conftest import Person, opened
from tests.tui.snapshots import svg_of
from tests.tui.workspaces import make

HERE = Path(__file__).parent
FLOWS = "flows"
"""The typical workspace with flows and schedules in it."""

Visit = Callable[[Person], Awaitable[None]]

HOUSEHOLD, SET = "8444b033da58", "Sc0edc0460f4d"
SCENARIOS = ("a38d5dcb5fb9", "b7ccc467df31", "6578c2c4d1c9")


async def _main(person: Person) -> None:
    await person.until(lambda: person.main.is_settled)


async def _stage(person: Person) -> None:
    await person.press("s")
    await person.until(lambda: "household.json" in person.text)
    await person.press("down", "down")
    await person.until(lambda: "Valid" in person.text)


async def _palette(person: Person) -> None:
    await _main(person)
    await person.press("2", "ctrl+p")


async def _report(person: Person) -> None:
    await _main(person)
    await person.press("4")
    person.main.current.table.go_to(4)
    await person.press("R")
    await person.until(lambda: "Milestones" in person.text)


async def _forecast(person: Person) -> None:
    await _main(person)
    open_record(person.app, HOUSEHOLD)
    await person.until(lambda: "┤" in person.text)
    await person.press("down", "space")
    await person.pilot.pause(0.3)


async def _decisions(person: Person) -> None:
    await _forecast(person)
    await person.press("4", "down", "down")


async def _comparison(person: Person) -> None:
    await _main(person)
    open_comparison(person.app, SCENARIOS)
    await person.until(lambda: "less net worth" in person.text)
    await person.press("2")
    await person.until(lambda: "┤" in person.text)


async def _set(person: Person) -> None:
    await _main(person)
    open_record(person.app, SET)
    await person.until(lambda: "smaller flat" in person.text)
    await person.press("right")


async def _flows(person: Person) -> None:
    await _main(person)
    open_flows(person.app, f"{flow_workspace.FAILED}.{flow_workspace.BROKEN + 1}")
    await person.until(lambda: "ValueError" in person.text)
    await person.pilot.pause(0.3)


PICTURES: dict[str, tuple[str, tuple[int, int], str, Visit]] = {
    "main": ("typical", (120, 36), "dark", _main),
    "trouble": ("failing", (120, 36), "light", _main),
    "small": ("typical", (80, 24), "ansi", _main),
    "stage": ("typical", (120, 36), "dark", _stage),
    "palette": ("typical", (120, 36), "dark", _palette),
    "report": ("typical", (120, 36), "contrast", _report),
    "forecast": ("typical", (120, 36), "dark", _forecast),
    "decisions": ("typical", (120, 36), "light", _decisions),
    "comparison": ("typical", (120, 36), "dark", _comparison),
    "set": ("typical", (120, 36), "dark", _set),
    "flows": (FLOWS, (120, 36), "dark", _flows),
}
"""By name: workspace, size, theme, and the way to what is shown."""


def _made(kind: str, home: Path) -> Workspace:
    workspace = make("typical" if kind == FLOWS else kind, home)
    if kind == FLOWS:
        flow_workspace.add("typical", home)
    return workspace


async def take(name: str, directory: Path) -> str:
    """One picture as SVG; workspaces are made in `directory`."""
    kind, size, theme, visit = PICTURES[name]
    home = directory / kind
    workspace = Workspace(places_under(home), "ann") if home.exists() else _made(kind, home)
    async with opened(workspace, size=size, theme=theme, place="~/house") as person:
        await visit(person)
        return svg_of(person.app, "ef_tui")


def main() -> None:
    """Takes every picture."""
    with tempfile.TemporaryDirectory(prefix="ef-screenshots-") as scratch:
        house = Path(scratch) / "house"
        init(house)
        os.chdir(house)
        with flow_workspace.stopped_clock(), patch("ef_tui.app.run_what_is_due"):
            for name in PICTURES:
                (HERE / f"{name}.svg").write_text(asyncio.run(take(name, Path(scratch))), encoding="utf-8")


if __name__ == "__main__":
    main()

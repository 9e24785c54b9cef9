"""Every screen looks as accepted, in pairwise combinations of workspace, size and theme; slowly, in all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import combinations
from pathlib import Path

import pytest

from ef_engine.service.workspace import Workspace
from tests.tui.conftest import Person, opened
from tests.tui.matrix import FULL, ORDINARY, THEMES, Look
from tests.tui.snapshots import Snapshots, picture_of
from tests.tui.visits import VIEWS, write_files

LooksAt = Callable[[str], Workspace]


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The dashboard is opened in a directory with files to stage."""
    write_files(tmp_path / "plans")
    monkeypatch.chdir(tmp_path / "plans")


@asynccontextmanager
async def seen(workspace: Workspace, look: Look) -> AsyncIterator[Person]:
    """The dashboard as a picture shows it."""
    with pytest.MonkeyPatch.context() as environment:
        if look.theme == "none":
            environment.setenv("NO_COLOR", "1")
        theme = "ansi" if look.theme == "none" else look.theme
        environment.setenv("EF_HOME", str(workspace.places.data.parent))  # for commands, without naming the place
        async with opened(workspace, size=look.size, theme=theme, place=f"~/{look.kind}") as person:
            await VIEWS[look.view].visit(person)
            yield person


def values(look: Look) -> tuple[object, ...]:
    return look.screen, look.kind, look.size, look.theme


def test_every_two_values_that_can_occur_together_do() -> None:
    for first, second in combinations(range(4), 2):
        possible = {(values(look)[first], values(look)[second]) for look in FULL}
        assert {(values(look)[first], values(look)[second]) for look in ORDINARY} == possible
    assert {look.view for look in ORDINARY} == set(VIEWS)


def test_no_picture_lies_about_that_nobody_compares(snapshots: Snapshots) -> None:
    accepted = {path.name for path in snapshots.directory.glob("*.*") if ".actual." not in path.name}
    assert accepted == {f"{look.name}{suffix}" for look in ORDINARY for suffix in (".svg", ".txt")}
    sheets = {path.stem for path in (snapshots.directory / "sheets").glob("*.txt") if ".actual." not in path.name}
    assert sheets == {look.sheet for look in FULL}


@pytest.mark.parametrize("look", ORDINARY, ids=lambda look: look.name)
async def test_a_screen_looks_as_accepted(looked_at: LooksAt, snapshots: Snapshots, look: Look) -> None:
    async with seen(looked_at(look.kind), look) as person:
        snapshots.match(person.app, look.name)


@pytest.mark.slow
@pytest.mark.parametrize("sheet", dict.fromkeys(look.sheet for look in FULL))
async def test_a_screen_looks_as_accepted_in_every_theme(looked_at: LooksAt, snapshots: Snapshots, sheet: str) -> None:
    """Nothing is wider or higher than the screen either."""
    pictures = {}
    for look in (look for look in FULL if look.sheet == sheet):
        async with seen(looked_at(look.kind), look) as person:
            lines = person.text.splitlines()
            assert len(lines) <= look.size[1]
            assert max(map(len, lines)) <= look.size[0]
            pictures[look.theme] = picture_of(person.app, look.name)
    assert tuple(pictures) == THEMES
    snapshots.match_sheet(sheet, pictures)

"""Every screen looks as accepted, in pairwise combinations of workspace, size and theme; slowly, in all of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from itertools import combinations

import pytest

from ef_engine.service.workspace import Workspace
from tests.service.documents import SMALL, small, write
from tests.tui.conftest import Person, opened
from tests.tui.matrix import EVERY, OTHERS, PAIRWISE, Look, name_of
from tests.tui.snapshots import Snapshots

Visit = Callable[[Person], Awaitable[None]]


async def _main(person: Person) -> None:
    """As it opens; what the cursor is on is looked into."""
    await person.until(lambda: person.main.is_settled)


async def _zoomed(person: Person) -> None:
    await person.press("1", "z")
    await person.until(lambda: person.main.is_settled)


async def _filtered(person: Person) -> None:
    await person.press("slash")
    await person.type("keep")
    await person.until(lambda: person.main.is_settled)


async def _help(person: Person) -> None:
    await person.until(lambda: person.main.is_settled)
    await person.press("question_mark")


async def _palette(person: Person) -> None:
    await person.until(lambda: person.main.is_settled)
    await person.press("ctrl+p")
    await person.type("zoom")  # the list of all commands grows with every one
    await person.until(lambda: not person.app.screen.query_one("#offers").show_vertical_scrollbar)


async def _question(person: Person) -> None:
    await person.until(lambda: person.main.is_settled)
    await person.press("3", "K")


async def _dates(person: Person) -> None:
    await person.until(lambda: person.main.is_settled)
    await person.press("4", "n")


async def _report(person: Person) -> None:
    await person.press("4", "G", "R")
    await person.pilot.pause(0.3)


VISITS: dict[str, Visit] = {
    "main": _main, "zoomed": _zoomed, "filtered": _filtered, "help": _help, "palette": _palette, "question": _question,
    "dates": _dates,
}  # fmt: skip
"""What is visited in every combination by the slow tests; the main screen in the ordinary run too."""

ORDINARY: tuple[tuple[str, Look], ...] = (
    *(("main", look) for look in PAIRWISE),
    ("zoomed", ("typical", (80, 24), "dark")),
    ("zoomed", ("failing", (120, 40), "ansi")),
    ("filtered", ("typical", (120, 40), "light")),
    ("help", ("typical", (80, 24), "light")),
    ("help", ("empty", (120, 40), "none")),
    ("palette", ("typical", (120, 40), "dark")),
    ("palette", ("failing", (80, 24), "none")),
    ("question", ("typical", (80, 24), "ansi")),
    ("question", ("failing", (200, 60), "dark")),
    ("dates", ("typical", (120, 40), "none")),
)
ALL = tuple((visit, look) for visit in VISITS for look in EVERY if (visit, look) not in ORDINARY)


def test_every_two_values_occur_together() -> None:
    for first, second in combinations(range(3), 2):
        assert {(look[first], look[second]) for look in PAIRWISE} == {(look[first], look[second]) for look in EVERY}
    assert len(PAIRWISE) + len(OTHERS) == len(EVERY) == 36


def names(cases: tuple[tuple[str, Look], ...]) -> list[str]:
    return [f"{visit}-{name_of(look)}" for visit, look in cases]


@pytest.mark.parametrize(("visit", "look"), ORDINARY, ids=names(ORDINARY))
async def test_a_screen_looks_as_accepted(
    looked_at: Callable[[str], Workspace], snapshots: Snapshots, monkeypatch: pytest.MonkeyPatch, visit: str, look: Look
) -> None:
    kind, size, theme = look
    if theme == "none":
        monkeypatch.setenv("NO_COLOR", "1")
    async with opened(
        looked_at(kind), size=size, theme="ansi" if theme == "none" else theme, place=f"~/{kind}"
    ) as person:
        await VISITS[visit](person)
        snapshots.match(person.app, f"{visit}-{name_of(look)}")


@pytest.mark.slow
@pytest.mark.parametrize(("visit", "look"), ALL, ids=names(ALL))
async def test_a_screen_fits_in_every_combination(
    looked_at: Callable[[str], Workspace], monkeypatch: pytest.MonkeyPatch, visit: str, look: Look
) -> None:
    """Too many to accept one by one: every line is as wide as the screen at most, and the last line names keys."""
    kind, size, theme = look
    if theme == "none":
        monkeypatch.setenv("NO_COLOR", "1")
    async with opened(looked_at(kind), size=size, theme="ansi" if theme == "none" else theme) as person:
        await VISITS[visit](person)
        lines = person.text.splitlines()
        assert len(lines) == size[1]
        assert max(map(len, lines)) <= size[0]
        assert "? help" in lines[-1] or visit == "filtered"


@pytest.mark.parametrize(
    ("name", "look"),
    [
        ("stage-valid", ("empty", (80, 24), "dark")),
        ("stage-valid", ("typical", (120, 40), "light")),
        ("stage-findings", ("empty", (120, 40), "ansi")),
        ("stage-findings", ("failing", (200, 60), "dark")),
    ],
)
async def test_the_stage_form_looks_as_accepted(
    looked_at: Callable[[str], Workspace], snapshots: Snapshots, tmp_path: object, monkeypatch: pytest.MonkeyPatch,
    name: str, look: Look,
) -> None:  # fmt: skip
    from pathlib import Path

    directory = Path(str(tmp_path)) / "plans"
    directory.mkdir()
    write(directory / "a-good.json", small(label="good"))
    write(directory / "b-bad.json", SMALL.replace('"monthly"', '"sometimes"').replace("1000", '"plenty"'))
    monkeypatch.chdir(directory)
    kind, size, theme = look
    async with opened(looked_at(kind), size=size, theme=theme, place=f"~/{kind}") as person:
        await person.press("s")
        await person.until(lambda: "a-good.json" in person.text)
        await person.press("down" if name == "stage-valid" else "end")
        await person.until(lambda: "Valid" in person.text or "problems" in person.text)
        person.app.screen.query_one("#path").value = f"plans/{name}"  # type: ignore[attr-defined]
        snapshots.match(person.app, f"{name}-{name_of(look)}")

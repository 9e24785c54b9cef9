"""Which pictures are taken: of every screen in several combinations of workspace, size and theme.

Pairwise: every two values of two different dimensions occur together in one of `ORDINARY`, which finds nearly what all
of them would find. `FULL` is all of them, for the slow tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

from tests.tui.visits import SCREENS, VIEWS, kinds_of
from tests.tui.workspaces import KINDS

SIZES = ((80, 24), (120, 40), (200, 60))
THEMES = ("dark", "light", "ansi", "none")
"""`none` is no colour at all."""


class Look(NamedTuple):
    """One picture: of which view, in which workspace, of how many columns and lines, in which theme."""

    view: str
    kind: str
    size: tuple[int, int]
    theme: str

    @property
    def screen(self) -> str:
        """The screen it shows."""
        return VIEWS[self.view].screen

    @property
    def name(self) -> str:
        """`main-typical-80x24-dark`."""
        return f"{self.sheet}-{self.theme}"

    @property
    def sheet(self) -> str:
        """What it has in common with the same in other themes: `main-typical-80x24`."""
        return f"{self.view}-{self.kind}-{self.size[0]}x{self.size[1]}"


FULL: tuple[Look, ...] = tuple(
    Look(name, kind, size, theme)
    for name, view in VIEWS.items()
    for kind, size, theme in product(view.kinds, SIZES, THEMES)
)


def _of_screen(number: int, screen: str) -> Iterator[Look]:
    """Four pictures, a theme each, that go through workspaces, sizes and the views of a screen at the same time."""
    kinds = kinds_of(screen)
    taken: set[str] = set()
    for step, theme in enumerate(THEMES):
        kind, size = kinds[(number + step) % len(kinds)], SIZES[(number + 2 * step) % len(SIZES)]
        names = [name for name, view in VIEWS.items() if view.screen == screen and kind in view.kinds]
        name = next((name for name in names if name not in taken), names[0])
        taken.add(name)
        yield Look(name, kind, size, theme)


def _ordinary() -> Iterator[Look]:
    for row, column in product(range(3), range(4)):  # of the main screen every pair but of its own
        yield Look("main", KINDS[(row + column) % 3], SIZES[row], THEMES[column])
    for number, screen in enumerate(SCREENS):
        yield from _of_screen(number, screen)
    yield Look("forecast-1", "typical", (80, 24), "ansi")  # charts are what most can go wrong with
    yield Look("forecast-1", "typical", (200, 60), "light")


def _with_every_view(looks: list[Look]) -> Iterator[Look]:
    """These, and one of each view that is not among them."""
    yield from looks
    missing = [name for name in VIEWS if name not in {look.view for look in looks}]
    for number, name in enumerate(missing):
        kind = VIEWS[name].kinds[-1 - number % min(2, len(VIEWS[name].kinds))]
        yield Look(name, kind, SIZES[number % len(SIZES)], THEMES[number % len(THEMES)])


ORDINARY: tuple[Look, ...] = tuple(dict.fromkeys(_with_every_view(list(_ordinary()))))

"""Which combinations of workspace, size and theme a screen is looked at in.

Pairwise: every two values of two different dimensions occur together in one of twelve combinations, which finds nearly
what all thirty-six would find. All of them are looked at by the slow tests.
"""

from __future__ import annotations

from itertools import product

from tests.tui.workspaces import KINDS

SIZES = ((80, 24), (120, 40), (200, 60))
THEMES = ("dark", "light", "ansi", "none")
"""`none` is no colour at all."""

Look = tuple[str, tuple[int, int], str]

EVERY: tuple[Look, ...] = tuple(product(KINDS, SIZES, THEMES))
PAIRWISE: tuple[Look, ...] = tuple(
    (KINDS[(row + column) % 3], SIZES[row], THEMES[column]) for row in range(3) for column in range(4)
)
OTHERS = tuple(look for look in EVERY if look not in PAIRWISE)


def name_of(look: Look) -> str:
    """`typical-80x24-dark`."""
    kind, (width, height), theme = look
    return f"{kind}-{width}x{height}-{theme}"

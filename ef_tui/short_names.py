"""Names side by side on one line: without what all of them begin with, and each cut to its share; pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from ef_engine.report.cells import cut, text_width

BORDERS = (" | ", ": ")
"""Where the name of a scenario may be cut: after the set, between options."""


def told_apart(names: Sequence[str]) -> list[str]:
    """The names without what all of them have in common at the beginning, up to a border in them."""
    shared = "".join(letters[0] for letters in takewhile(_are_the_same, zip(*names, strict=False)))
    end = max((at + len(border) for border in BORDERS if (at := shared.rfind(border)) >= 0), default=0)
    return [name[end:] for name in names] if all(len(name) > end for name in names) else list(names)


def _are_the_same(letters: Sequence[str]) -> bool:
    return len(set(letters)) == 1


def sharing(names: Sequence[str], width: int, ellipsis: str = "…") -> list[str]:
    """The names, those that are too long cut so that all of them take `width` columns together at most."""
    left, cuts = width, {}
    for waiting, place in enumerate(sorted(range(len(names)), key=lambda place: text_width(names[place]))):
        share = max(1, left // (len(names) - waiting))
        cuts[place] = cut(names[place], share).replace("…", ellipsis)
        left -= text_width(cuts[place])
    return [cuts[place] for place in range(len(names))]

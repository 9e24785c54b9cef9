"""A tree in text: each line after the one it hangs on, joined by branches."""

from __future__ import annotations

from collections.abc import Sequence

_BRANCHES = ("├─ ", "└─ ", "│  ", "   ")
_PLAIN = ("|- ", "`- ", "|  ", "   ")


def tree_lines(nodes: Sequence[tuple[int, str]], encoding: str = "utf-8") -> list[str]:
    """The lines of nodes given by depth and text, in order; with plain signs where the encoding has no others."""
    try:
        "".join(_BRANCHES).encode(encoding)
        fork, end, beside, blank = _BRANCHES
    except (UnicodeEncodeError, LookupError):
        fork, end, beside, blank = _PLAIN
    lines: list[str] = []
    goes_on: dict[int, bool] = {}
    for depth, text in reversed(nodes):
        for deeper in [level for level in goes_on if level > depth]:
            del goes_on[deeper]
        trunk = "".join(beside if goes_on.get(level) else blank for level in range(1, depth))
        lines.append(trunk + (fork if goes_on.get(depth) else end) + text if depth else text)
        goes_on[depth] = True
    return lines[::-1]

"""A user's mistake as data: where it is, what is wrong, what to do about it.

Findings are collected and shown all at once. A `path` points into a document in terms of its keys and positions;
each source turns it into a place as its user would point to it (`accounts[2].apr`, `sheet Budget, row 7, ...`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""Keys and zero-based positions from the top of a document: ("accounts", 2, "apr")."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem of an input: one sentence for the problem and one for the remedy, both without a place."""

    path: Path
    problem: str
    remedy: str

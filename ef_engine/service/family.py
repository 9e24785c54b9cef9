"""Where records come from: each has at most one parent, what it was restaged from or what called it.

So records are a forest. A record may be deleted while others still come from it: then it is only an id here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ef_engine.store.rows import Row


@dataclass(frozen=True, slots=True)
class Kin:
    """One of a family: how deep below the one it was asked of, and its record; None if that is deleted."""

    id: str
    depth: int
    row: Row | None


class Family:
    """The records of a workspace by where they come from."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = {row.id: row for row in rows}
        self._children: dict[str, list[str]] = {}
        for row in sorted(self._rows.values(), key=lambda row: (row.started or row.updated or "", row.id)):
            if parent := parent_of(row):
                self._children.setdefault(parent, []).append(row.id)

    def root(self, record_id: str) -> str:
        """The first of the line a record is from; itself if it has no parent."""
        seen = {record_id}
        while (row := self._rows.get(record_id)) and (parent := parent_of(row)) and parent not in seen:
            seen.add(parent)  # what was deleted and staged again may come from its own offspring
            record_id = parent
        return record_id

    def tree(self, record_id: str) -> list[Kin]:
        """The record and all its descendants, each before its own."""
        found: list[Kin] = []
        seen: set[str] = set()
        waiting = [(record_id, 0)]
        while waiting:  # and no recursion, since a line may be long
            each, depth = waiting.pop()
            if each not in seen:
                seen.add(each)
                found.append(Kin(each, depth, self._rows.get(each)))
                waiting += [(child, depth + 1) for child in reversed(self._children.get(each, []))]
        return found


def parent_of(row: Row) -> str | None:
    """The id a record was restaged from, or else that of the set or flow that started it."""
    return row.parent or (row.tracking if row.tracking != row.id else None)

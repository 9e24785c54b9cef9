"""Where records come from: each has at most one parent, what it was restaged from or what called it.

So records are a forest. A record may be deleted while others still come from it: then it is only an id here. And what
was deleted and made again may come from its own offspring: then the line ends where it would go round.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ef_engine.service.listing import record_rows
from ef_engine.store.places import Places, in_order
from ef_engine.store.rows import Row


@dataclass(frozen=True, slots=True)
class Kin:
    """One of a family: how deep below the one it was asked of, and its record; None if that is deleted."""

    id: str
    depth: int
    row: Row | None


def parent_of(row: Row) -> str | None:
    """The id a record was restaged from, or else that of the set or flow that started it."""
    return row.parent or (row.tracking if row.tracking != row.id else None)


def _beginning(row: Row) -> tuple[Any, ...]:
    return row.started or row.updated or "", in_order(row.id)


def _dates(row: Row) -> tuple[Any, ...]:
    return row.start or "", row.end or "", row.id


class Family:
    """Records by where they come from; children in their `order`, by default that in which they began."""

    def __init__(
        self,
        rows: Iterable[Row],
        parent_of: Callable[[Row], str | None] = parent_of,
        order: Callable[[Row], tuple[Any, ...]] = _beginning,
    ) -> None:
        self._rows = {row.id: row for row in rows}
        self._parents = {row.id: parent for row in self._rows.values() if (parent := parent_of(row))}
        self._children: dict[str, list[str]] = {}
        for row in sorted(self._rows.values(), key=order):
            if row.id in self._parents:
                self._children.setdefault(self._parents[row.id], []).append(row.id)

    def line(self, record_id: str) -> list[str]:
        """The record and what it is from, the first of them first."""
        found = [record_id]
        seen = {record_id}
        while (parent := self._parents.get(found[-1])) and parent not in seen:
            found.append(parent)
            seen.add(parent)
        return found[::-1]

    def root(self, record_id: str) -> str:
        """The first of the line a record is from; itself if it has no parent."""
        return self.line(record_id)[0]

    def tree(self, record_id: str) -> list[Kin]:
        """The record and all its descendants, each before its own."""
        return self._below(record_id, 0, set())

    def line_and_tree(self, record_id: str) -> list[Kin]:
        """What the record is from, itself and what comes from it, without its brothers; empty for one alone."""
        above = self.line(record_id)[:-1]
        found = [Kin(each, depth, self._rows.get(each)) for depth, each in enumerate(above)]
        found += self._below(record_id, len(above), set(above))
        return found if len(found) > 1 else []

    def _below(self, record_id: str, depth: int, seen: set[str]) -> list[Kin]:
        found: list[Kin] = []
        waiting = [(record_id, depth)]
        while waiting:  # and no recursion, since a line may be long
            each, depth = waiting.pop()
            if each not in seen:
                seen.add(each)
                found.append(Kin(each, depth, self._rows.get(each)))
                waiting += [(child, depth + 1) for child in reversed(self._children.get(each, []))]
        return found


def ancestry(places: Places, record_id: str) -> list[Kin]:
    """What a forecast or set was made from, itself, and what was made from it, by their dates; empty for one alone."""
    return Family(record_rows(places), lambda row: row.parent, _dates).line_and_tree(record_id)

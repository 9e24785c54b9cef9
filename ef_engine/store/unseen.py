"""What an import has brought and nobody may see yet: an entry in `data/arriving` names it.

Readers take no lock: who looks at one thing asks here *after* having read it, never before; who looks at many asks in
`settled`. An import is seen at once, when its entry goes; until then all is as it was.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias, TypeVar

from ef_engine.store.places import Places

SCHEMA = "ef/arrival/1"
INTENT = "arrival.json"
"""The file of an entry that says what it brings."""

_T = TypeVar("_T")
_Version: TypeAlias = tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Unseen:
    """Ids whose directory under data does not count yet, and ids whose record in the index does not."""

    runs: frozenset[str] = frozenset()
    staged: frozenset[str] = frozenset()


_NOTHING = Unseen()


def unseen(places: Places) -> Unseen:
    """What may not be seen at this moment; as a rule nothing."""
    found = [_intent(path) for path in entries(places)]
    if not found:
        return _NOTHING
    return Unseen(
        frozenset(key for each in found for key in each.runs), frozenset(key for each in found for key in each.staged)
    )


def entries(places: Places) -> list[Path]:
    """The imports that are under way, or were left by one that died."""
    try:
        return [places.arriving / name for name in os.listdir(places.arriving)]
    except FileNotFoundError:
        return []


def settled(places: Places, look: Callable[[], _T]) -> _T:
    """What `look` returns, done again if an import began or ended in between, so that it sees all of one or nothing."""
    while True:
        before = _version(places)
        found = look()
        if _version(places) == before:
            return found


def _version(places: Places) -> _Version:
    try:
        status = os.stat(places.arriving)
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_mtime_ns


def _intent(path: Path) -> Unseen:
    try:
        return _read(path)
    except (OSError, ValueError, KeyError, TypeError):
        return _NOTHING


@lru_cache(maxsize=8)
def _read(path: Path) -> Unseen:
    """An entry's intent, which never changes and whose name never comes again."""
    document = json.loads((path / INTENT).read_bytes())
    return Unseen(frozenset(document["runs"]), frozenset(each["id"] for each in document["staged"]))

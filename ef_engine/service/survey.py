"""`list`, again and again: a look that costs next to nothing where nothing changed.

Whatever happens leaves a trace in a few places: a directory, the journal, the index. Where they are as before, files
are looked at one by one only now and then, so that not even thousands of results keep a processor busy.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from ef_engine.service.listing import Memory, Row, list_rows
from ef_engine.store import catalogue
from ef_engine.store.places import Places

SHARE = 250
"""After a look that took so long, one without a reason comes only after so many times as long."""

Signs: TypeAlias = tuple[catalogue.Mark | None, ...]


@dataclass(slots=True)
class Survey:
    """Looks at one workspace; remembers what it saw."""

    places: Places
    _memory: Memory = field(default_factory=Memory)
    _rows: tuple[Row, ...] = ()
    _signs: Signs | None = None
    _due: float = 0.0

    def look(self) -> tuple[Row, ...]:
        """Every row, as `list_rows` has them; the very same object where nothing changed."""
        begin = time.monotonic()
        signs = tuple(map(_mark, self._watched()))
        if signs == self._signs and begin < self._due:
            return self._rows
        rows = tuple(list_rows(self.places, memory=self._memory))
        end = time.monotonic()
        self._signs, self._due = signs, end + SHARE * (end - begin)
        if rows != self._rows:
            self._rows = rows
        return self._rows

    @property
    def signs(self) -> Signs:
        """What changes whenever anything happens, be it something that no row tells of."""
        return self._signs or ()

    def _watched(self) -> tuple[Path, ...]:
        places = self.places
        journal = places.log / "journal.jsonl"
        rows = places.data, places.stage, places.index, places.queue, places.active, places.requests, journal
        return *rows, places.schedules, places.data / "flows"


def _mark(path: Path) -> catalogue.Mark | None:
    with suppress(OSError):
        return catalogue.mark_of(os.stat(path))
    return None

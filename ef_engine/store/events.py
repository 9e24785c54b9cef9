"""What can be told of a record in the journal, as values and as lines.

A line is ASCII, whatever its texts hold, so nothing in them can look like the end of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ef_engine.store import process as processes
from ef_engine.store.clock import now
from ef_engine.store.process import Process

SCHEMA = "ef/event/1"

_OURS = frozenset({"schema", "at", "event", "id", "process"})


class Kind(StrEnum):
    """What can happen to a record; `stuck`, `frozen` and `lost` are what somebody observed."""

    RECEIVED = "received"
    PRERUN = "prerun"
    PROGRESS = "progress"
    POSTRUN = "postrun"
    STAGED = "staged"
    RESTAGED = "restaged"
    PAUSED = "paused"
    RESUMED = "resumed"
    KILL_REQUESTED = "kill_requested"
    STUCK = "stuck"
    FROZEN = "frozen"
    LOST = "lost"
    RECOVERED = "recovered"
    NOTED = "noted"
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    DELETED = "deleted"
    SCHEDULED = "scheduled"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to the record `id` at a moment (UTC, as of `clock`), told by a process.

    `fields` hold the rest, such as the outcome, and whatever a later version writes; their values are JSON.
    """

    kind: Kind
    id: str
    at: str = field(default_factory=now)
    process: Process | None = field(default_factory=processes.current)
    fields: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if taken := _OURS & self.fields.keys():
            raise ValueError(f"an event has {', '.join(sorted(taken))} already")

    def to_json(self) -> dict[str, Any]:
        """The event as a document; its own fields first."""
        process = {"process": self.process.to_json()} if self.process else {}
        return {"schema": SCHEMA, "at": self.at, "event": self.kind.value, "id": self.id, **process, **self.fields}


def line_of(event: Event) -> bytes:
    """The event as a line of the journal."""
    return json.dumps(event.to_json(), separators=(",", ":")).encode("ascii") + b"\n"


def event_of(line: bytes) -> Event | None:
    """The event of a line, or None for what is none."""
    try:
        document = json.loads(line)
        if document.pop("schema") != SCHEMA:
            return None
        kind, record_id, at = Kind(document.pop("event")), str(document.pop("id")), str(document.pop("at"))
        return Event(kind, record_id, at, processes.from_json(document.pop("process", None)), document)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None

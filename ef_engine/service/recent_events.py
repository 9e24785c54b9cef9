"""What happened lately in a workspace, a line an event, from its journal."""

from __future__ import annotations

from ef_engine.store import journal
from ef_engine.store.events import Event
from ef_engine.store.places import Places

MANY = 1000


def recent_events(places: Places, count: int = MANY) -> list[str]:
    """The last events, the newest at the end: when (UTC), what, to which id, and what else is told of it."""
    return [_line(event) for event in journal.latest(places, count)]


def _line(event: Event) -> str:
    more = " ".join(f"{key}={value}" for key, value in event.fields.items() if value not in (None, ""))
    return f"{event.at[:19].replace('T', ' ')}  {event.kind.value:<15}{event.id:<15}{more}".rstrip()

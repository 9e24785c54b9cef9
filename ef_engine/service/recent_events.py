"""What happened lately in a workspace, a line an event, from its journal: whatever ran, and why."""

from __future__ import annotations

from ef_engine.service.record_names import Names
from ef_engine.store import journal
from ef_engine.store.events import Event

MANY = 1000


def recent_events(names: Names, count: int = MANY) -> list[str]:
    """The last events of the workspace whose records `names` names, the newest at the end.

    When (UTC), what, to which id, what that is called, and what else is told of it.
    """
    return [_line(event, names) for event in journal.latest(names.places, count)]


def _line(event: Event, names: Names) -> str:
    name = names.of(event.id)
    more = [f"{key}={value}" for key, value in event.fields.items() if value not in (None, "", 0)]
    told = "  ".join([*([name] if name != event.id else []), " ".join(more)])
    return f"{event.at[:19].replace('T', ' ')}  {event.kind.value:<15}{event.id:<17}  {told}".rstrip()

"""One line of a list, as raw values.

A tuple and not a dataclass, because lists hold ten thousand: made in a fifth of the time. Like everything a list needs
where nothing has changed since the last one, it must import next to nothing.
"""

from __future__ import annotations

from typing import NamedTuple

GROUPS = ("loaded", "staged", "in progress", "evaluated")
"""The four kinds of things a workspace holds, in the order a list shows them."""

_GROUP_OF_STATE = {
    "loaded": GROUPS[0],
    "invalid": GROUPS[0],
    "staged": GROUPS[1],
    **dict.fromkeys(("queued", "running", "paused", "lost"), GROUPS[2]),
}


class Row(NamedTuple):
    """What a list says of a forecast, a set or a file.

    `id` is a path for what is only loaded; `kind` is `forecast`, `forecastset` or empty; `start` and `end` are dates;
    `net_worth` is at the end, decimal text to the cent. `updated`, the latest change of state, `started` and `finished`
    are moments in UTC. `note` is what went wrong. Of `goals`, its milestones, so many are
    `reached`; `trend` is the course of the net worth, a digit a step (`evaluation.trend`). None where there is none.
    """

    id: str
    kind: str
    state: str
    label: str = ""
    start: str | None = None
    end: str | None = None
    net_worth: str | None = None
    updated: str | None = None
    owner: str = ""
    started: str | None = None
    finished: str | None = None
    attempt: int | None = None
    tracking: str | None = None
    parent: str | None = None
    note: str = ""
    goals: int | None = None
    reached: int | None = None
    trend: str = ""

    @property
    def group(self) -> str:
        """One of `GROUPS`."""
        return _GROUP_OF_STATE.get(self.state, GROUPS[3])

    @property
    def name(self) -> str:
        """What people call it: its label, or its id."""
        return self.label or self.id

    @property
    def status(self) -> str:
        """The state, of what is finished without how it ended."""
        return "finished" if self.outcome else self.state

    @property
    def outcome(self) -> str | None:
        """How it ended, of what is finished."""
        return self.state if self.group == GROUPS[3] and self.state != "unreadable" else None

    @property
    def flags(self) -> str:
        """What is odd about it."""
        return self.state if self.state == "lost" else ""

    @property
    def elapsed(self) -> float | None:
        """Seconds from its start to its end, or to now."""
        from ef_engine.store.clock import now, seconds_between

        return seconds_between(self.started, self.finished or now()) if self.started else None

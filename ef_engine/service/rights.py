"""What a profile of the config may do: guard rails against a slip, not a wall.

Whoever may choose another profile, or has the files, can do everything; there are no passwords. Front ends ask before
they do something, through `Workspace.require`.
"""

from __future__ import annotations

from enum import StrEnum

from ef_engine.errors import CommandError


class Right(StrEnum):
    """Something one may be allowed to do."""

    READ = "READ"
    STAGE = "STAGE"
    RUN = "RUN"
    KILL = "KILL"
    PAUSE = "PAUSE"
    DELETE = "DELETE"
    NOTE = "NOTE"
    LOCK = "LOCK"
    SCHEDULE = "SCHEDULE"
    EXPORT = "EXPORT"
    ADMIN = "ADMIN"


MEANINGS: dict[Right, str] = {
    Right.READ: "look at lists, records, results, logs and the journal",
    Right.STAGE: "stage, restage and import, which `run FILE` does too",
    Right.RUN: "run and restart",
    Right.KILL: "kill what runs or waits, and workers",
    Right.PAUSE: "pause and resume runs and the queue",
    Right.DELETE: "delete records with their results, clean up",
    Right.NOTE: "write notes",
    Right.LOCK: "lock and unlock records",
    Right.SCHEDULE: "add, remove and serve schedules",
    Right.EXPORT: "write results into a database",
    Right.ADMIN: "make, upgrade, dump and drop a database's tables",
}

ALL = frozenset(Right)


class ForbiddenError(CommandError):
    """The profile that is used does not have the right."""


def check(right: Right, granted: frozenset[Right], profile: str, place: str) -> None:
    """Raises ForbiddenError for a right that is not granted; `place` is the config file that says so."""
    if right not in granted:
        who = f"profile {profile} has" if profile else "you have"
        remedy = f"add it to its rights in {place}, or choose another --profile"
        raise ForbiddenError(f"{who} no right to {right.value} ({MEANINGS[right]})", remedy)

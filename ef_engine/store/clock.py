"""The time of day as the state files hold it: UTC, ISO 8601, milliseconds, so that text sorts as time."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> str:
    """The present as `2026-01-31T08:15:00.123Z`."""
    return to_text(datetime.now(UTC))


def to_text(moment: datetime) -> str:
    """A moment that knows its zone, in UTC with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_timestamp(seconds: float) -> str:
    """A moment as a file's time holds it: seconds since 1970."""
    return to_text(datetime.fromtimestamp(seconds, UTC))


def seconds_between(earlier: str, later: str) -> float:
    """How many seconds pass from one moment of a state file to another."""
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()

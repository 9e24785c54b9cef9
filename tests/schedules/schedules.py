"""Schedules for tests, and moments."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ef_engine.store.clock import to_text
from ef_engine.store.schedules import Schedule

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def utc(text: str) -> datetime:
    """A moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def scheduled(begin: datetime = BEGIN, **fields: Any) -> Schedule:
    """A schedule made at `begin`, by default due at every full hour."""
    at = to_text(begin)
    chosen = {"name": "hourly", "command": ("/bin/true",), "created": at, "handled": at}
    return Schedule(**chosen | ({} if "interval" in fields else {"cron": "0 * * * *"}) | fields)

"""When a schedule is due.

Cron is what Debian's cron does with five fields, in the time zone of the schedule. Where clocks are put forward, what
is due at a time that does not exist is due right after it; where they are put back, what is due at a time that comes
twice is due the first time. What is due every few minutes or every hour (a star begins the field of minutes or of
hours) goes by the time that really passes. So does an interval, which counts from when the schedule was made.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from ef_engine.errors import CommandError
from ef_engine.store.schedules import Schedule

_FIELDS = 5
_ZONES = "zoneinfo/"


@dataclass(frozen=True, slots=True)
class CronFields:
    """The values of the fields of a cron expression, weekdays from 0 for Sunday.

    A day fits if day of the month and weekday both do, or, unless `needs_both`, one of them. `is_special` if it counts
    from the end of a month or weeks in it, which these values do not tell.
    """

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    needs_both: bool
    is_special: bool


def fields_of(cron: str) -> CronFields:
    """A valid cron expression, taken apart."""
    found = CronSim(cron, datetime.now(UTC))
    return CronFields(
        minutes=frozenset(found.minutes),
        hours=frozenset(found.hours),
        days=frozenset(found.days),
        months=frozenset(found.months),
        weekdays=frozenset(each % 7 for each in found.weekdays if isinstance(each, int)),
        needs_both=found.day_and,
        is_special=min(found.days) < 0 or any(not isinstance(each, int) for each in found.weekdays),
    )


def next_due(schedule: Schedule, moment: datetime) -> datetime | None:
    """The first due time after a moment (which knows its zone), in UTC; None if there is none in fifty years."""
    if schedule.cron is None:
        created, interval = datetime.fromisoformat(schedule.created), _interval(schedule)
        return created + (max(0, (moment - created) // interval) + 1) * interval
    for found in CronSim(schedule.cron, moment.astimezone(ZoneInfo(schedule.zone))):
        # In the second of two equal hours it starts looking in the first.
        if (due := found.astimezone(UTC)) > moment:
            return due
    return None


def latest_due(schedule: Schedule, moment: datetime) -> datetime | None:
    """The last due time up to a moment, itself included, that is not dealt with yet; in UTC, None if there is none."""
    handled = datetime.fromisoformat(schedule.handled)
    if schedule.cron is None:
        created, interval = datetime.fromisoformat(schedule.created), _interval(schedule)
        count = (moment - created) // interval
        due = created + count * interval
        return due if count > 0 and due > handled else None
    # The hours around a change of clocks come twice or not at all: looking from later on misses none of them.
    later = (moment + timedelta(hours=3)).astimezone(ZoneInfo(schedule.zone))
    for found in CronSim(schedule.cron, later, reverse=True):
        due = found.astimezone(UTC)
        if due <= moment:
            return due if due > handled else None
    return None


def _interval(schedule: Schedule) -> timedelta:
    return timedelta(seconds=schedule.interval or 0)


def check_cron(text: str) -> None:
    """Raises CommandError for what is no cron expression of five fields, or never due."""
    try:
        if len(text.split()) != _FIELDS:
            raise CronSimError(f"it has {len(text.split())} of {_FIELDS} fields")
        next(CronSim(text, datetime.now(UTC)))
    except StopIteration:
        raise CommandError(f"--cron {text!r} is never due", "correct its day and month") from None
    except CronSimError as error:
        why = str(error)[:1].lower() + str(error)[1:]
        remedy = 'write minute, hour, day, month and weekday, such as "0 6 1 * *"'
        raise CommandError(f"--cron {text!r} is no cron expression ({why})", remedy) from error


def check_zone(name: str) -> None:
    """Raises CommandError for a time zone this machine does not know."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise CommandError(f"there is no time zone {name!r}", "write one such as Europe/Berlin, or UTC") from error


def local_zone() -> str:
    """The name of the time zone this machine is set to; UTC where it does not tell."""
    name = os.environ.get("TZ", "").removeprefix(":")
    if not name:
        _, _, name = os.path.realpath(Path("/etc/localtime")).partition(_ZONES)
    try:
        check_zone(name)
    except CommandError:
        return "UTC"
    return name

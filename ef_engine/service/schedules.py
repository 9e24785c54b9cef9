"""Schedules: adding and removing them, and running what is due.

Due once is run once, from however many processes: whoever finds a due time claims it under the schedule's lock before
anything runs. A claim that is followed by a crash is not run again. The time is always given, never asked for here.
"""

from __future__ import annotations

import re
import subprocess
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from ef_engine.errors import CommandError, HeldError, NotFoundError
from ef_engine.jobs.scheduled_run import launch
from ef_engine.report.durations import interval_text
from ef_engine.service.due_times import check_cron, check_zone, latest_due, next_due
from ef_engine.store import journal, process, schedules
from ef_engine.store.clock import to_text
from ef_engine.store.events import Kind
from ef_engine.store.places import Places
from ef_engine.store.schedules import Run, Schedule

GRACE = timedelta(minutes=5)
"""A due time that nobody looked at for so long was missed."""

COLUMNS = ("Name", "When", "Zone", "Next", "Last Due", "Last", "Code", "Missed", "Owner", "Command")

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}", re.ASCII)
_SHORTEST = 1.0


@dataclass(frozen=True, slots=True)
class Begun:
    """A due time whose command was started, or not, as `note` says."""

    name: str
    due: str
    note: str = ""


def check(schedule: Schedule) -> None:
    """Raises CommandError for a schedule that makes no sense."""
    if not _NAME.fullmatch(schedule.name):
        remedy = "use letters, digits, dots, dashes and underscores, at most 60"
        raise CommandError(f"a schedule cannot be called {schedule.name!r}", remedy)
    if (schedule.cron is None) == (schedule.interval is None):
        raise CommandError(f"schedule {schedule.name} needs a time", "give either --cron or --interval")
    if schedule.cron is not None:
        check_cron(schedule.cron)
    elif (schedule.interval or 0) < _SHORTEST:
        raise CommandError(f"--interval {schedule.interval:g}s is too short", "give at least a second")
    check_zone(schedule.zone)
    if not schedule.command:
        raise CommandError(f"schedule {schedule.name} needs a command", "write it behind --")


def add(places: Places, schedule: Schedule, moment: datetime, *, force: bool = False) -> bool:
    """Adds a schedule, due from `moment` on; whether anything changed.

    One that is there and says the same stays as it is; another is only replaced with `force`, else CommandError.
    """
    check(schedule)
    at = to_text(moment)
    with schedules.locked(places, schedule.name):
        known = schedules.read(places, schedule.name)
        if known and known.is_same(schedule):
            return False
        if known and not force:
            raise CommandError(f"there is a schedule {schedule.name} already", "add --force to replace it")
        schedules.write(places, replace(schedule, created=at, handled=at, runs=known.runs if known else ()))
        return True


def remove(places: Places, name: str) -> None:
    """Removes a schedule; what runs of it goes on. NotFoundError for none."""
    with schedules.locked(places, name):
        find(places, name)
        schedules.remove(places, name)


def find(places: Places, name: str) -> Schedule:
    """The schedule of that name; NotFoundError for none."""
    found = schedules.read(places, name) if _NAME.fullmatch(name) else None
    if found is None:
        raise NotFoundError(f"there is no schedule {name!r}", "see `ef_cli schedule list`")
    return found


def rhythm(schedule: Schedule) -> str:
    """How often it is due: its five fields, or `every 1d`."""
    return schedule.cron or f"every {interval_text(schedule.interval or 0)}"


def cells(schedule: Schedule, moment: datetime) -> tuple[object, ...]:
    """The values in the order of `COLUMNS`, as of a moment; moments in UTC."""
    due, latest = next_due(schedule, moment), schedule.latest
    return (
        schedule.name,
        rhythm(schedule),
        schedule.zone if schedule.cron else None,
        to_text(due) if due else None,
        latest.due if latest else None,
        latest.word if latest else None,
        latest.code if latest else None,
        schedule.missed,
        schedule.owner,
        " ".join(schedule.command),
    )


@dataclass(slots=True)
class Scheduler:
    """Runs what is due in a workspace; an open dashboard and `schedule serve` each have one, and call `look`."""

    places: Places
    _children: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def look(self, moment: datetime, names: Sequence[str] = ()) -> list[Begun]:
        """Starts every command that is due at a moment and was not started yet, of these schedules (none: of all).

        Does not wait for them. What somebody else is at just now is left to them.
        """
        self._children = [child for child in self._children if child.returncode is None]
        return [begun for name in self._names(names) for begun in self._look_at(name, moment)]

    def next_due(self, moment: datetime, names: Sequence[str] = ()) -> datetime | None:
        """When the next command is due; None for never."""
        found = (schedules.read(self.places, name) for name in self._names(names))
        return min((due for each in found if each and (due := next_due(each, moment))), default=None)

    def wait(self) -> None:
        """Until every command that was started has ended."""
        for child in self._children:
            child.wait()

    def _names(self, names: Sequence[str]) -> list[str]:
        return list(names) or [each.name for each in schedules.read_all(self.places)]

    def _look_at(self, name: str, moment: datetime) -> Iterator[Begun]:
        try:
            with schedules.locked(self.places, name):
                schedule = schedules.read(self.places, name)
                due = latest_due(schedule, moment) if schedule else None
                if schedule and due:
                    yield self._claimed(schedule, due, moment)
        except HeldError:
            return

    def _claimed(self, schedule: Schedule, due: datetime, moment: datetime) -> Begun:
        """Deals with a due time; the caller holds the lock."""
        text = to_text(due)
        note = _reason_against(schedule, due, moment)
        run = Run(due=text, started=None if note else to_text(moment), note=note)
        schedules.write(self.places, schedule.with_run(run))
        journal.note(self.places, Kind.SCHEDULED, schedule.name, owner=schedule.owner, due=text, message=note)
        if not note:
            child = launch(self.places, schedule.name, text)
            # Somebody has to take note of its end, or it stays a zombie.
            threading.Thread(target=child.wait, name="waits for what was scheduled", daemon=True).start()
            self._children.append(child)
            schedules.write(self.places, schedule.with_run(replace(run, process=process.of_pid(child.pid))))
        return Begun(schedule.name, text, note)


def _reason_against(schedule: Schedule, due: datetime, moment: datetime) -> str:
    """Why what is due is not run; empty for nothing."""
    if schedule.latest and schedule.latest.is_alive:
        return "the run before still goes on"
    if schedule.missed == "skip" and moment - due > GRACE:
        return "nobody was there at its time"
    return ""


def now() -> datetime:
    """The present, for those who do not test."""
    return datetime.now(UTC)

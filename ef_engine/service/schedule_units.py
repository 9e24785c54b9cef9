"""`schedule print`: what the machine's own scheduler needs to run schedules without a process of ours that waits.

Every line asks `ef_cli schedule serve --once NAME`, which runs what is due and not run yet. So a line may ask more
often than it is due, and it may stand beside an open dashboard. Where the other scheduler cannot say when a schedule is
due (another time zone, the last day of a month), it asks every minute.
"""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Collection, Iterable

from ef_engine.jobs.scheduled_run import place_options
from ef_engine.service.due_times import fields_of, local_zone
from ef_engine.store.places import Places
from ef_engine.store.schedules import Schedule

_EVERY_MINUTE = "* * * * *"
_CRON_PART = r"(?:(?:\*|\d+-\d+)(?:/\d+)?|\d+)"
_CRON_FIELD = re.compile(f"{_CRON_PART}(?:,{_CRON_PART})*")
_DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")


def asking_words(places: Places, name: str) -> list[str]:
    """The command that runs what of a schedule is due."""
    return [sys.executable, "-m", "ef_engine.cli", *place_options(places), "schedule", "serve", "--once", name]


def crontab(places: Places, schedules: Iterable[Schedule]) -> str:
    """Lines for `crontab -e`. A per cent sign would end a line's command there, so it is escaped."""
    lines = ["# ef: schedules, each run once however often it is asked for"]
    for each in schedules:
        command = shlex.join(asking_words(places, each.name)).replace("%", "\\%")
        lines.append(f"{_cron_line(each)} {command}")
    return "\n".join(lines) + "\n"


def _cron_line(schedule: Schedule) -> str:
    """When it is due as cron reads it: ranges of names and `5/10` are not understood by all of them, so as numbers."""
    if schedule.cron is None or schedule.zone != local_zone() or (found := fields_of(schedule.cron)).is_special:
        return _EVERY_MINUTE
    values = (found.minutes, found.hours, found.days, found.months, found.weekdays)
    return " ".join(
        text if _CRON_FIELD.fullmatch(text) else ",".join(map(str, sorted(each)))
        for text, each in zip(schedule.cron.split(), values, strict=True)
    )


def systemd(places: Places, schedules: Iterable[Schedule]) -> dict[str, str]:
    """Units for `~/.config/systemd/user` by file name: a service and a timer for each."""
    units = {}
    for each in schedules:
        units[f"ef-{each.name}.service"] = _service(places, each)
        units[f"ef-{each.name}.timer"] = _timer(each)
    return units


def _service(places: Places, schedule: Schedule) -> str:
    command = " ".join(map(_unit_quoted, asking_words(places, schedule.name)))
    return f"""\
[Unit]
Description=ef schedule {schedule.name}

[Service]
Type=oneshot
KillMode=process
ExecStart={command}
"""


def _timer(schedule: Schedule) -> str:
    calendars = "".join(f"OnCalendar={text}\n" for text in on_calendar(schedule))
    return f"""\
[Unit]
Description=ef schedule {schedule.name}

[Timer]
{calendars}Persistent={"true" if schedule.missed == "run_once" else "false"}
AccuracySec=1s

[Install]
WantedBy=timers.target
"""


def _unit_quoted(word: str) -> str:
    """A word of a command line as systemd.service(5) reads it."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"' if any(character.isspace() or character in "\"';" for character in word) else escaped


def on_calendar(schedule: Schedule) -> list[str]:
    """When it is due as systemd.time(7) says it; several mean any of them."""
    if schedule.cron is None or (found := fields_of(schedule.cron)).is_special:
        return ["minutely"]
    time = f"{_numbers(found.hours, 24)}:{_numbers(found.minutes, 60)}:00 {schedule.zone}"
    month, day = _numbers(found.months, 12), _numbers(found.days, 31)
    is_any_weekday = len(found.weekdays) == len(_DAYS)
    week = "" if is_any_weekday else ",".join(_DAYS[each] for each in sorted(found.weekdays)) + " "
    if found.needs_both:
        return [f"{week}*-{month}-{day} {time}"]
    return [f"*-{month}-{day} {time}", f"{week}*-{month}-* {time}"]


def _numbers(values: Collection[int], all_of_them: int) -> str:
    return "*" if len(values) == all_of_them else ",".join(f"{each:02}" for each in sorted(values))

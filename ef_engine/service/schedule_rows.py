"""Schedules for those who watch them: what is due when, and what became of it last."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from datetime import datetime

from ef_engine.jobs.scheduled_run import log_path
from ef_engine.report.facts import fact_lines
from ef_engine.service.due_times import next_due
from ef_engine.service.schedules import find, rhythm
from ef_engine.store import schedules
from ef_engine.store.clock import to_text
from ef_engine.store.places import Places
from ef_engine.store.schedules import Run, Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleRow:
    """A schedule as of a moment. `word` is what became of its latest due time (`due`), empty before the first:
    running, done, failed, crashed or skipped; `note` its exit code, or why it was not run. Moments are UTC.
    """

    name: str
    when: str
    command: str
    next_due: str
    due: str = ""
    word: str = ""
    note: str = ""
    owner: str = ""


def schedule_rows(places: Places, moment: datetime) -> list[ScheduleRow]:
    """Every schedule, by name."""
    return [_row(each, moment) for each in schedules.read_all(places)]


def _row(schedule: Schedule, moment: datetime) -> ScheduleRow:
    due, latest = next_due(schedule, moment), schedule.latest
    return ScheduleRow(
        name=schedule.name, when=when_text(schedule), command=shlex.join(schedule.command), owner=schedule.owner,
        next_due=to_text(due) if due else "", due=latest.due if latest else "", word=latest.word if latest else "",
        note=_note(latest) if latest else "",
    )  # fmt: skip


def when_text(schedule: Schedule) -> str:
    """When it is due, for people."""
    return f"{rhythm(schedule)} {schedule.zone}" if schedule.cron else rhythm(schedule)


def _note(run: Run) -> str:
    if run.note:
        return run.note
    return f"exit code {run.code}" if run.code else ""


def schedule_lines(places: Places, name: str, moment: datetime) -> list[str]:
    """All that is known of a schedule: what it says, its latest runs, and what they printed. NotFoundError for none."""
    schedule = find(places, name)
    due = next_due(schedule, moment)
    facts = {
        "Schedule": name, "Command": shlex.join(schedule.command), "When": when_text(schedule),
        "Next due": to_text(due) if due else "never", "If missed": schedule.missed.replace("_", " "),
        "Directory": schedule.directory, "Owner": schedule.owner, "Added": schedule.created,
    }  # fmt: skip
    return [*fact_lines(facts), *_section("Runs", _runs(schedule)), *_section("Log", _log(places, name))]


def _section(title: str, lines: list[str]) -> list[str]:
    return ["", title, *(f"  {line}" for line in lines)] if lines else []


def _runs(schedule: Schedule) -> list[str]:
    return [f"{run.due}  {run.word:<8} {_note(run)}".rstrip() for run in schedule.runs]


def _log(places: Places, name: str) -> list[str]:
    try:
        return log_path(places, name).read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []

"""Running what is due, in a process of its own: `python -m ef_engine.jobs.scheduled_run DIRECTORIES NAME DUE`.

It outlives whoever found that it is due, so how the command ended is written down whatever becomes of them. The due
time is claimed before: this process only says that it has begun and how it ended.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from ef_engine.store import schedules
from ef_engine.store.clock import now
from ef_engine.store.places import DIRECTORY_MODE, FILE_MODE, Places, make_directory
from ef_engine.store.process import current
from ef_engine.store.rotation import rotate
from ef_engine.store.schedules import Run, Schedule

NOT_FOUND = 127
"""The exit code of a command that cannot be started, as of a shell."""

EF_CLI = "ef_cli"
_OWN_PLACE = ("--workspace", "--stage", "--data", "--lock", "--log")


def launch(places: Places, name: str, due: str) -> subprocess.Popen[bytes]:
    """Starts the process for a due time that is claimed."""
    words = [sys.executable, "-m", "ef_engine.jobs.scheduled_run", *places.directories, name, due]
    make_directory(places.log)
    rotate(log_path(places, name))
    with _log(places, name) as log:
        return subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd="/"
        )  # fmt: skip


def log_path(places: Places, name: str) -> Path:
    """Where what a schedule's commands print is kept."""
    return places.log / f"schedule-{name}.log"


def _log(places: Places, name: str) -> BinaryIO:
    return open(log_path(places, name), "ab", opener=lambda path, flags: os.open(path, flags, FILE_MODE))


def place_options(places: Places) -> list[str]:
    """The options that tell `ef_cli` to work on this very workspace."""
    options = ("--stage_directory", "--data_directory", "--lock_directory", "--log_directory")
    return [word for pair in zip(options, places.directories, strict=True) for word in pair]


def words_of(places: Places, schedule: Schedule) -> list[str]:
    """What is executed: `ef_cli` is this very program, on this workspace unless its words name another."""
    program, *words = schedule.command
    if program != EF_CLI:
        return [program, *words]
    here = [] if any(word.startswith(_OWN_PLACE) for word in words) else place_options(places)
    owner = ["--username", schedule.owner] if schedule.owner else []
    return [sys.executable, "-m", "ef_engine.cli", *here, *owner, *words]


def main(arguments: Sequence[str]) -> int:
    """Runs the command of a schedule for a due time and writes down how it ended."""
    os.umask(0o777 & ~DIRECTORY_MODE)
    *directories, name, due = arguments
    places = Places(*map(Path, directories))
    run = Run(due=due, started=now(), process=current())
    schedule = _noted(places, name, run)
    if schedule is None:
        return 0
    print(f"{now()} {name}, due {due}: {' '.join(schedule.command)}", flush=True)
    code = _execute(places, schedule)
    _noted(places, name, replace(run, finished=now(), code=code))
    print(f"{now()} {name} ended with {code}", flush=True)
    return code


def _execute(places: Places, schedule: Schedule) -> int:
    try:
        done = subprocess.run(
            words_of(places, schedule), cwd=schedule.directory or "/", stdin=subprocess.DEVNULL, check=False
        )
    except OSError as error:
        print(f"{schedule.command[0]}: {error}", flush=True)
        return NOT_FOUND
    return done.returncode


def _noted(places: Places, name: str, run: Run) -> Schedule | None:
    """The schedule with what became of its run; None if it was removed meanwhile."""
    with schedules.locked(places, name):
        if schedule := schedules.read(places, name):
            schedule = schedule.with_run(run)
            schedules.write(places, schedule)
        return schedule


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

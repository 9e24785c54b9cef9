"""What is to be run at its times: `data/schedules/<name>.json`, one file each, with its latest runs.

Whoever changes one holds its lock, so a due time is claimed once, from however many processes: it counts as handled
before its command begins.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

from ef_engine.errors import CommandError
from ef_engine.store import documents, process
from ef_engine.store.atomic import write_bytes
from ef_engine.store.locks import holding
from ef_engine.store.places import Places, make_directory
from ef_engine.store.process import Liveness, Process, liveness

SCHEMA = "ef/schedule/1"
LOCK_SECONDS = 10.0
KEPT = 20
"""So many of its latest runs are remembered."""

Missed: TypeAlias = Literal["run_once", "skip"]
"""What becomes of due times nobody was there for: the latest of them is run, late, or none is."""

POLICIES: tuple[Missed, ...] = ("run_once", "skip")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What became of one due time (UTC, as of `clock`).

    `process` runs its command, from `started` on, until `finished` with the exit code `code`; of one that was not run,
    `note` says why.
    """

    due: str
    started: str | None = None
    process: Process | None = None
    finished: str | None = None
    code: int | None = None
    note: str = ""

    @property
    def is_alive(self) -> bool:
        """Whether its command may still run."""
        if self.process is None or self.finished is not None:
            return False
        return liveness(self.process) is not Liveness.DEAD

    @property
    def word(self) -> str:
        """`running`, `done`, `failed`, `crashed` where its process died, or `skipped`."""
        if self.started is None:
            return "skipped"
        if self.finished is not None:
            return "failed" if self.code else "done"
        return "running" if self.is_alive else "crashed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A command and when it is due: by `cron`, five fields in the time zone `zone`, or every `interval` seconds.

    `command` are words that no shell sees; the first is `ef_cli` or a program. It is run in `directory`. Due times
    count from `created` on (UTC), and up to `handled` they are dealt with.
    """

    name: str
    command: tuple[str, ...]
    cron: str | None = None
    interval: float | None = None
    zone: str = "UTC"
    missed: Missed = "run_once"
    owner: str = ""
    directory: str = ""
    created: str = ""
    handled: str = ""
    runs: tuple[Run, ...] = ()

    @property
    def latest(self) -> Run | None:
        """Its latest run."""
        return self.runs[-1] if self.runs else None

    def is_same(self, other: Schedule) -> bool:
        """Whether both say the same, whatever has run."""
        return _bare(self) == _bare(other)

    def with_run(self, run: Run) -> Schedule:
        """The schedule with a run added, or, if there is one for that due time, in its place."""
        others = [each for each in self.runs if each.due != run.due]
        return replace(self, runs=(*others, run)[-KEPT:], handled=max(self.handled, run.due))

    def to_json(self) -> dict[str, Any]:
        """The schedule as its file holds it."""
        return {
            "schema": SCHEMA,
            "name": self.name,
            "cron": self.cron,
            "interval": self.interval,
            "zone": self.zone,
            "command": list(self.command),
            "missed": self.missed,
            "owner": self.owner,
            "directory": self.directory,
            "created": self.created,
            "handled": self.handled,
            "runs": [_run_to_json(run) for run in self.runs],
        }


def _bare(schedule: Schedule) -> Schedule:
    return replace(schedule, owner="", created="", handled="", runs=())


def _run_to_json(run: Run) -> dict[str, Any]:
    return {
        "due": run.due,
        "started": run.started,
        "process": run.process.to_json() if run.process else None,
        "finished": run.finished,
        "code": run.code,
        "note": run.note,
    }


def _from_json(document: dict[str, Any]) -> Schedule:
    """Raises KeyError, TypeError or ValueError for a document that makes no sense."""
    interval = document.get("interval")
    return Schedule(
        name=str(document["name"]),
        command=tuple(map(str, document["command"])),
        cron=document.get("cron"),
        interval=None if interval is None else float(interval),
        zone=str(document.get("zone") or "UTC"),
        missed="skip" if document.get("missed") == "skip" else "run_once",
        owner=str(document.get("owner") or ""),
        directory=str(document.get("directory") or ""),
        created=str(document["created"]),
        handled=str(document.get("handled") or document["created"]),
        runs=tuple(_run_from_json(each) for each in document.get("runs") or ()),
    )


def _run_from_json(document: dict[str, Any]) -> Run:
    code = document.get("code")
    return Run(
        due=str(document["due"]),
        started=document.get("started"),
        process=process.from_json(document.get("process")),
        finished=document.get("finished"),
        code=None if code is None else int(code),
        note=str(document.get("note") or ""),
    )


def path_of(places: Places, name: str) -> Path:
    """The file of a schedule."""
    return places.schedules / f"{name}.json"


@contextmanager
def locked(places: Places, name: str) -> Iterator[None]:
    """Held while a schedule is changed; raises HeldError."""
    with holding(places.lock / f"Schedule_{name}.lock", LOCK_SECONDS):
        yield


def read(places: Places, name: str) -> Schedule | None:
    """One schedule; None for none. Raises CommandError for one that is damaged."""
    path = path_of(places, name)
    try:
        return _from_json(documents.load(path, SCHEMA))
    except FileNotFoundError:
        return None
    except (KeyError, TypeError, ValueError) as error:
        raise documents.damaged(path, repr(error)) from error


def read_all(places: Places) -> list[Schedule]:
    """Every schedule that can be read, by name."""
    found = []
    with suppress(FileNotFoundError):
        for name in sorted(os.listdir(places.schedules)):
            stem, suffix = os.path.splitext(name)
            if suffix == ".json" and not name.startswith("."):
                with suppress(CommandError):
                    found.append(read(places, stem))
    return [each for each in found if each]


def write(places: Places, schedule: Schedule) -> None:
    """Writes a schedule; only who holds its lock may."""
    make_directory(places.schedules)
    write_bytes(path_of(places, schedule.name), documents.dump(schedule.to_json()))


def remove(places: Places, name: str) -> None:
    """Forgets a schedule and its runs; only who holds its lock may."""
    path_of(places, name).unlink(missing_ok=True)

"""The queue: `data/queue/<ticket>.json`, one ticket for each thing somebody asked to be run.

A client writes a ticket; the supervisor accepts it by writing itself into it, and removes it when all of it is done.
Beside it `<ticket>.done` gains a line `ID OUTCOME` for every forecast that ends, which the client reads as it grows,
and lines `ID held` for one that another process runs and that is waited for, `ID lost` for one whose worker went away.
`<ticket>.said` holds sentences for the client.
A ticket whose supervisor is dead is lost: nobody takes it up unasked.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ef_engine.errors import CommandError
from ef_engine.store import documents, process
from ef_engine.store.atomic import write_bytes, write_together
from ef_engine.store.clock import now
from ef_engine.store.locks import holding
from ef_engine.store.places import FILE_MODE, Places, make_directory
from ef_engine.store.process import Process

SCHEMA = "ef/ticket/1"
LOCK_SECONDS = 30.0
_SUFFIXES = (".json", ".drain", ".done", ".said")

HELD = "held"
"""In place of an outcome: another process runs it, and the ticket waits for that."""

LOST = "lost"
"""In place of an outcome: nothing is heard of its worker any more, and nobody runs it again unasked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A wish to run a forecast or a set.

    `timeout` is in seconds for each forecast, None for ever. `on_finish` are the words of a command that is given a
    JSON document on its standard input when all is done, in the `directory` where it was typed. `engine` is where it
    runs, `scheduler` the address of a cluster (empty for one of its own). `supervisor` is who accepted it, None while
    nobody has.
    """

    name: str
    record_id: str
    force: bool = False
    timeout: float | None = None
    jobs: int | None = None
    owner: str = ""
    on_finish: tuple[str, ...] = ()
    directory: str = ""
    engine: str = "local"
    scheduler: str = ""
    at: str = ""
    supervisor: Process | None = None

    def to_json(self) -> dict[str, Any]:
        """The ticket as its file holds it."""
        return {
            "schema": SCHEMA,
            "record_id": self.record_id,
            "force": self.force,
            "timeout": self.timeout,
            "jobs": self.jobs,
            "owner": self.owner,
            "on_finish": list(self.on_finish),
            "directory": self.directory,
            "engine": self.engine,
            "scheduler": self.scheduler,
            "at": self.at,
            "supervisor": self.supervisor.to_json() if self.supervisor else None,
        }


def new(record_id: str, **wishes: Any) -> Ticket:
    """A ticket of a name that sorts by time; it is not written yet."""
    return Ticket(name=f"{time.time_ns():020d}-{os.urandom(3).hex()}", record_id=record_id, at=now(), **wishes)


@contextmanager
def queue_lock(places: Places, seconds: float = LOCK_SECONDS) -> Iterator[None]:
    """Held while tickets are added, and while a supervisor makes sure that there are none before it leaves."""
    with holding(places.lock / "queue.lock", seconds):
        yield


def write(places: Places, *tickets: Ticket) -> None:
    """Adds or changes tickets, which appear in their order."""
    make_directory(places.queue)
    write_together(places.queue, {_path(places, each.name).name: documents.dump(each.to_json()) for each in tickets})


def accept(places: Places, ticket: Ticket, supervisor: Process) -> Ticket:
    """The ticket as the supervisor's."""
    accepted = replace(ticket, supervisor=supervisor)
    write(places, accepted)
    return accepted


def all_tickets(places: Places) -> list[Ticket]:
    """Every ticket that can be read, oldest first."""
    return [ticket for name in listing(places).names if (ticket := read(places, name))]


@dataclass(frozen=True, slots=True)
class Listing:
    """What the queue's directory holds: names of tickets, oldest first, of those to be drained, of those with news."""

    names: Sequence[str] = ()
    drained: frozenset[str] = frozenset()
    with_news: frozenset[str] = frozenset()


def listing(places: Places) -> Listing:
    """One look at the directory, which opens none of its files: cheap with thousands of tickets too."""
    found: list[str] = []
    with suppress(FileNotFoundError), os.scandir(places.queue) as entries:
        found = sorted(entry.name for entry in entries if not entry.name.startswith("."))
    stems: dict[str, list[str]] = {}
    for name in found:
        stem, _, suffix = name.rpartition(".")  # many times quicker than splitext, and done often
        stems.setdefault(suffix, []).append(stem)
    return Listing(
        names=stems.get("json", ()),
        drained=frozenset(stems.get("drain", ())),
        with_news=frozenset((*stems.get("done", ()), *stems.get("said", ()))),
    )


def read(places: Places, name: str) -> Ticket | None:
    """One ticket; None if it is done, or damaged."""
    with suppress(OSError, CommandError, AttributeError, KeyError, TypeError, ValueError):
        return _ticket(name, documents.load(_path(places, name), SCHEMA))
    return None


def _ticket(name: str, document: dict[str, Any]) -> Ticket:
    """Raises KeyError, TypeError or ValueError for a document that makes no sense."""
    timeout, jobs = document.get("timeout"), document.get("jobs")
    return Ticket(
        name=name,
        record_id=_text(document["record_id"]),
        force=bool(document.get("force")),
        timeout=None if timeout is None else float(timeout),
        jobs=None if jobs is None else int(jobs),
        owner=_text(document.get("owner") or ""),
        on_finish=tuple(map(_text, document.get("on_finish") or ())),
        directory=_text(document.get("directory") or ""),
        engine=_text(document.get("engine") or "local"),
        scheduler=_text(document.get("scheduler") or ""),
        at=_text(document.get("at") or ""),
        supervisor=process.from_json(document.get("supervisor")),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def exists(places: Places, name: str) -> bool:
    """Whether it is still to be done."""
    return _path(places, name).exists()


def add_done(places: Places, name: str, record_id: str, outcome: str) -> None:
    """Says how one forecast of the ticket ended, or that it is `HELD` or `LOST`; one write, so lines never mix."""
    _add_line(_done_path(places, name), f"{record_id} {outcome}")


def say(places: Places, name: str, sentence: str) -> None:
    """Tells whoever waits for the ticket something."""
    _add_line(_said_path(places, name), sentence)


def said(places: Places, name: str, skip: int = 0) -> list[str]:
    """What was told of the ticket, without the first `skip` sentences."""
    with suppress(OSError):
        return _said_path(places, name).read_text(encoding="utf-8").splitlines()[skip:]
    return []


def _add_line(path: Path, line: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, FILE_MODE)
    try:
        os.write(descriptor, f"{line}\n".encode())
    finally:
        os.close(descriptor)


def done(places: Places, name: str, skip: int = 0) -> list[tuple[str, str]]:
    """How forecasts of the ticket ended, or that they are `HELD`, in order, without the first `skip`."""
    with suppress(OSError):
        lines = _done_path(places, name).read_text(encoding="utf-8").splitlines()
        return [(words[0], words[1]) for line in lines[skip:] if len(words := line.split()) == 2]
    return []


def ended(places: Places, name: str) -> dict[str, str]:
    """How each forecast of the ticket ended that has; what another process runs has not."""
    return {record_id: word for record_id, word in done(places, name) if word != HELD}


def remove(places: Places, name: str) -> None:
    """All of it is done. What its forecasts ended as is kept for a while, for clients that still read."""
    _path(places, name).unlink(missing_ok=True)
    (places.queue / f"{name}.drain").unlink(missing_ok=True)


def files(places: Places, name: str) -> list[Path]:
    """The files of a ticket that exist."""
    found = (places.queue / f"{name}{suffix}" for suffix in _SUFFIXES)
    return [path for path in found if path.exists()]


def forgotten(places: Places) -> list[str]:
    """The names of tickets that are gone, but not all of their files."""
    with suppress(FileNotFoundError), os.scandir(places.queue) as entries:
        names = {os.path.splitext(each.name)[0] for each in entries if each.name.endswith(_SUFFIXES[1:])}
        return sorted(name for name in names if not exists(places, name))
    return []


def remove_old(places: Places, older_than: float = 3600.0) -> None:
    """Forgets how the forecasts of tickets ended that are done for so many seconds. Looks at all of the directory."""
    with suppress(FileNotFoundError), os.scandir(places.queue) as entries:
        for entry in entries:
            with suppress(OSError):
                if entry.name.endswith((".done", ".said")) and time.time() - entry.stat().st_mtime > older_than:
                    os.unlink(entry.path)


def _path(places: Places, name: str) -> Path:
    return places.queue / f"{name}.json"


def _done_path(places: Places, name: str) -> Path:
    return places.queue / f"{name}.done"


def _said_path(places: Places, name: str) -> Path:
    return places.queue / f"{name}.said"


def drain(places: Places, name: str) -> None:
    """Nothing more of the ticket is begun; what runs goes on."""
    (places.queue / f"{name}.drain").touch(mode=FILE_MODE)


def is_drained(places: Places, name: str) -> bool:
    """Whether nothing more of it is to be begun."""
    return (places.queue / f"{name}.drain").exists()


def is_paused(places: Places) -> bool:
    """Whether nothing new may start."""
    return (places.queue / "paused").exists()


def pause(places: Places) -> None:
    """Nothing new starts from now on; what runs goes on."""
    make_directory(places.queue)
    write_bytes(places.queue / "paused", now().encode())


def resume(places: Places) -> None:
    """The queue goes on."""
    (places.queue / "paused").unlink(missing_ok=True)

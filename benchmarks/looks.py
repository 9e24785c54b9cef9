"""Looking at a run on a cluster while it goes on: how much each of its processes has used until then.

What something costs is the slope between two looks, so that starting the processes is no part of it.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import MEGABYTE
from benchmarks.relay import Relay, relay_to
from benchmarks.workspaces import command
from ef_engine.store import tickets
from ef_engine.store.places import Places, places_under

if TYPE_CHECKING:
    from tests.jobs.clusters import DaskCluster

LOOK_SECONDS = 0.1
DEADLINE = 3600.0


@dataclass(frozen=True, slots=True)
class Look:
    """What was used until a `moment` (seconds): CPU in seconds by each part, bytes; the memory just then."""

    moment: float
    done: int
    worker: float
    scheduler: float
    supervisor: float
    megabytes: float
    sent: int
    received: int


@dataclass(frozen=True, slots=True)
class Used:
    """What was used for each forecast between two looks: seconds of CPU, bytes; `rate` is forecasts a second."""

    worker: float
    scheduler: float
    supervisor: float
    sent: float
    received: float
    rate: float


def used(first: Look, last: Look) -> Used:
    """The slopes between two looks."""
    done, seconds = last.done - first.done, last.moment - first.moment
    return Used(
        worker=(last.worker - first.worker) / done,
        scheduler=(last.scheduler - first.scheduler) / done,
        supervisor=(last.supervisor - first.supervisor) / done,
        sent=(last.sent - first.sent) / done,
        received=(last.received - first.received) / done,
        rate=done / seconds,
    )


def at(looks: Sequence[Look], share: float) -> Look:
    """The first look at which this share of all was done."""
    return next(look for look in looks if look.done >= share * looks[-1].done)


def looks_at_run(home: Path, cluster: DaskCluster, what: str, count: int) -> list[Look]:
    """Runs `what` (an id, or `--all`) of a workspace, `count` forecasts in all, and looks until it is done."""
    places = places_under(home)
    with relay_to(int(cluster.address.rpartition(":")[2])) as relay:
        before = _names(places)
        address = f"tcp://127.0.0.1:{relay.port}"
        words = command(home, "run", what, "--detach", "--engine", "dask", "--scheduler", address, "--force")
        subprocess.run(words, capture_output=True, check=True)
        new = _names(places) - before
        pids = _Pids(cluster.worker_pids(), cluster.scheduler.pid if cluster.scheduler else 0, accepted(places, new))
        looks = [_look(relay, places, new, pids)]
        while looks[-1].done < count:
            assert looks[-1].moment - looks[0].moment < DEADLINE
            time.sleep(LOOK_SECONDS)
            looks.append(_look(relay, places, new, pids))
        wait_for_end(pids.supervisor)
    return looks


@dataclass(frozen=True, slots=True)
class _Pids:
    workers: set[int]
    scheduler: int
    supervisor: int


def _names(places: Places) -> set[str]:
    return {*tickets.listing(places).names, *tickets.forgotten(places)}


def accepted(places: Places, names: Iterable[str]) -> int:
    """The pid of the supervisor that accepted one of the tickets, once one has."""
    names, deadline = list(names), time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        for name in names:
            if (ticket := tickets.read(places, name)) and ticket.supervisor:
                return ticket.supervisor.pid
        time.sleep(LOOK_SECONDS / 10)
    raise TimeoutError


def wait_for_end(pid: int) -> None:
    """Returns when there is no such process any more."""
    deadline = time.monotonic() + DEADLINE
    while Path(f"/proc/{pid}").exists():
        assert time.monotonic() < deadline
        time.sleep(LOOK_SECONDS)


def cpu_seconds(pid: int) -> float:
    """What a process has used of the processor until now; its resolution is a hundredth of a second."""
    times = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK")


def _megabytes(pid: int) -> float:
    pages = Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE") / MEGABYTE


def _look(relay: Relay, places: Places, names: set[str], pids: _Pids) -> Look:
    return Look(
        moment=time.monotonic(),
        done=sum(len(tickets.done(places, name)) for name in names),
        worker=sum(map(cpu_seconds, pids.workers)),
        scheduler=cpu_seconds(pids.scheduler),
        supervisor=cpu_seconds(pids.supervisor),
        megabytes=_megabytes(pids.supervisor),
        sent=relay.sent,
        received=relay.received,
    )

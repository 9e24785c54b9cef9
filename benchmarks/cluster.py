"""A Dask cluster on this machine: its throughput beside that of slots, and what a forecast costs each of its parts.

Workers, scheduler and supervisor share the cores of this machine. What a forecast costs does not depend on that, the
throughput does.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.bookkeeping import Bookkeeping, bookkeeping, sync_seconds
from benchmarks.costs import Costs, rows_of
from benchmarks.households import ONE_YEAR
from benchmarks.looks import at, looks_at_run, used
from benchmarks.measure import engine, one_process
from benchmarks.night import Shape, night
from benchmarks.rows import Row
from benchmarks.workspaces import command, staged_workspace, write_set
from ef_engine.jobs.seam import CORES
from ef_engine.store import forecasts
from ef_engine.store.places import Places, places_under
from ef_engine.store.records import Record

if TYPE_CHECKING:
    from tests.jobs.clusters import DaskCluster

WORKERS = 2
CHOICES, ALONE = 9, 512
MANY = 4, 10
"""Choices and the options of each: ten thousand scenarios."""

BOOKED, TRIPS, STARTS = 128, 100, 3
MEMORY_BUDGET = 250.0
LEAST_RATIO = 0.5


def rows(runs: int) -> Iterator[Row]:
    """Throughput in turns, at most three of `runs`; everything else once, because it takes long."""
    if importlib.util.find_spec("distributed") is None:
        print("Dask is not installed: no cluster to measure", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory(prefix="ef-benchmark-") as name, _cluster(Path(name)) as cluster:
        home = Path(name) / "set"
        set_id = _staged_set(home, CHOICES)
        yield from _throughput(home, set_id, cluster, min(runs, 3))
        yield from _costs(Path(name), set_id, cluster)
        yield from _many(Path(name) / "many", cluster)


@contextmanager
def _cluster(directory: Path) -> Iterator[DaskCluster]:
    from tests.jobs.clusters import running_cluster

    with running_cluster(directory, WORKERS) as cluster:
        yield cluster


def _staged_set(home: Path, choices: int, options: int = 2) -> str:
    home.mkdir()
    document = write_set(home / "set.json", choices, options)
    words = command(home, "stage", "forecastset", str(document))
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()[-1]


def _throughput(home: Path, set_id: str, cluster: DaskCluster, runs: int) -> Iterator[Row]:
    """The same set on slots and on workers in turn, so that a busy minute hits them alike."""
    scenarios, slots, workers = 2**CHOICES, [], []
    run = command(home, "run", set_id, "--force")
    for _ in range(runs):
        slots.append(one_process([*run, "--jobs", str(WORKERS)])[0])
        workers.append(one_process([*run, "--engine", "dask", "--scheduler", cluster.address])[0])
    what = f"{scenarios} scenarios of a year on {WORKERS}"
    yield Row(what=f"{what} slots", value=scenarios / median(slots), unit="/s")
    yield Row(what=f"{what} Dask workers", value=scenarios / median(workers), unit="/s")
    ratio = median(slot / worker for slot, worker in zip(slots, workers, strict=True))
    yield Row(
        what="Dask workers against slots", value=ratio, unit="x", budget=LEAST_RATIO, is_at_least=True,
        note="starting and connecting included",
    )  # fmt: skip


def _costs(scratch: Path, set_id: str, cluster: DaskCluster) -> Iterator[Row]:
    """The measured model, and what stands behind it."""
    home = scratch / "set"
    looks = looks_at_run(home, cluster, set_id, 2**CHOICES)
    of_set = used(at(looks, 0.1), looks[-1])
    alone, queued = _alone(scratch / "alone", cluster)
    places = places_under(home)
    books = bookkeeping(places, [member.id for member in forecasts.known(places, set_id).members[:BOOKED]])
    costs = Costs(
        worker=of_set.worker,
        scheduler=of_set.scheduler,
        supervisor=of_set.supervisor,
        alone=alone,
        queued=queued,
        syncs=books.syncs,
        sync=sync_seconds(home),
        sync_alone=sync_seconds(home, threads=1),
        sent=of_set.sent,
        received=of_set.received,
        start=_start(home, places, cluster),
        delay=_round_trip(cluster),
    )
    yield from rows_of(costs)
    yield Row(what="the run these are of, against the simulation of it", value=_simulated(costs) * of_set.rate,
              unit="x", note="1 would be perfect")  # fmt: skip
    yield Row(what="of the worker: simulating", value=engine(ONE_YEAR, 20).median, unit="s")
    yield from _rows_of_books(books)


def _simulated(costs: Costs) -> float:
    """Seconds of a forecast of that run, by the model; here all parts share the cores of one machine."""
    scenarios: int = 2**CHOICES
    simulated = night(costs, Shape(users=1, forecasts=scenarios, workers=WORKERS)).seconds / scenarios
    return max(simulated, (costs.worker + costs.scheduler + costs.supervisor) / CORES)


def _rows_of_books(books: Bookkeeping) -> Iterator[Row]:
    yield Row(what="of the supervisor: claims, states, results", value=books.cpu, unit="s",
              note=f"{1000 * books.seconds:.0f} ms on the clock, with waiting for the disk")  # fmt: skip
    yield Row(what="a document", value=books.document, unit="bytes", note=f"{books.document_compressed:,} compressed")
    yield Row(what="a result on disk", value=books.result, unit="bytes", note=f"{books.result_compressed:,} compressed")


def _alone(home: Path, cluster: DaskCluster) -> tuple[float, float]:
    """Seconds of CPU of a forecast with a ticket of its own, and how many more for every 1,000 tickets that wait.

    That is a line through two halves of one run, in which less and less waits.
    """
    staged_workspace(home, ALONE)
    looks = looks_at_run(home, cluster, "--all", ALONE)
    points = [at(looks, share) for share in (0.1, 0.5, 1.0)]
    (many, dear), (few, cheap) = (
        (ALONE - (first.done + last.done) / 2, used(first, last).supervisor) for first, last in pairwise(points)
    )
    slope = (dear - cheap) / (many - few)
    return cheap - slope * few, 1000 * slope


def _start(home: Path, places: Places, cluster: DaskCluster) -> float:
    """The median of whole commands that run one forecast."""
    record_id = next(
        each.id for each in forecasts.read_records(places) if isinstance(each, Record) and not each.members
    )
    run = command(home, "run", record_id, "--force", "--engine", "dask", "--scheduler", cluster.address)
    return median(one_process(run)[0] for _ in range(STARTS))


def _round_trip(cluster: DaskCluster) -> float:
    """The median of many empty tasks, one after another, each from its submission to its answer."""
    from distributed import Client

    with Client(cluster.address, set_as_default=False) as client:
        seconds = []
        for _ in range(TRIPS):
            begun = time.perf_counter()
            client.submit(os.getpid, pure=False).result()
            seconds.append(time.perf_counter() - begun)
    return median(seconds)


def _many(home: Path, cluster: DaskCluster) -> Iterator[Row]:
    """The memory of a supervisor with a large set, and whether its last forecasts are as quick as its first."""
    choices, options = MANY
    scenarios = options**choices
    looks = looks_at_run(home, cluster, _staged_set(home, choices, options), scenarios)
    early, late = used(looks[0], at(looks, 0.25)), used(at(looks, 0.5), looks[-1])
    yield Row(what=f"supervisor of {scenarios:,} scenarios: memory", value=max(look.megabytes for look in looks),
              unit="MB", budget=MEMORY_BUDGET, note=f"{at(looks, 0.25).megabytes:.0f} MB after a quarter")  # fmt: skip
    yield Row(what="their second half against their first quarter", value=late.rate / early.rate, unit="x",
              note=f"{early.rate:.0f} and {late.rate:.0f} a second")  # fmt: skip

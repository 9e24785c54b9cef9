"""Runs under a supervisor: a set on one slot and on two, what each forecast costs beside simulating it, a kill."""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from benchmarks.households import ONE_YEAR, household
from benchmarks.measure import engine, one_process
from benchmarks.rows import Row
from benchmarks.workspaces import command, write_set
from ef_engine.jobs.supervise import is_supervised
from ef_engine.model.document import to_document
from ef_engine.sources.json_text import dumps
from ef_engine.store import active
from ef_engine.store.places import Places, places_under
from ef_engine.store.process import Liveness, liveness

CHOICES = 10
SCENARIOS = 2**CHOICES
SET_SECONDS, SPEED_UP, KILL_SECONDS = 60.0, 1.7, 1.0


def rows(runs: int) -> Iterator[Row]:
    """One row a budget; the set is run once on each number of slots, however many `runs` there are."""
    with tempfile.TemporaryDirectory() as directory:
        homes = Path(directory) / "set", Path(directory) / "kill"
        yield from _set_rows(homes[0])
        yield from _kill_rows(homes[1], runs)
        # What a supervisor still writes could not be removed.
        _until(lambda: not any(is_supervised(places_under(home)) for home in homes))


def _set_rows(home: Path) -> Iterator[Row]:
    home.mkdir()
    document = str(write_set(home / "set.json", CHOICES))
    one_process(command(home, "stage", "forecastset", document))
    words = ("run", "forecastset", document, "--force")
    two, one, again = (one_process(command(home, *words, "--jobs", jobs))[0] for jobs in ("2", "1", "2"))
    simulation = engine(ONE_YEAR, 20).median
    what = f"a set of {SCENARIOS} one-year scenarios"
    yield Row(what=f"{what}, two slots", value=two, unit="s", budget=SET_SECONDS)
    yield Row(what="the same, two slots against one", value=one / again, unit="x", budget=SPEED_UP, is_at_least=True,
              note=f"one slot: {one:.1f} s")  # fmt: skip
    beside = one / SCENARIOS - simulation
    yield Row(what="of it, beside simulating, for each", value=beside, unit="s", note="reading, writing, bookkeeping")


def _kill_rows(home: Path, runs: int) -> Iterator[Row]:
    """From the signal that a worker does not outlive until its forecast stands as finished and the slot is free."""
    home.mkdir()
    document = home / "long.json"
    document.write_text(dumps(to_document(household(years=60, checking=2, cards=3, loans=4, items=60))))
    places = places_under(home)
    seconds = [_kill(home, places, document) for _ in range(runs)]
    yield Row(what="a kill, until its state says so", value=median(seconds), unit="s", budget=KILL_SECONDS)


def _kill(home: Path, places: Places, document: Path) -> float:
    ran = subprocess.run(
        command(home, "run", "--detach", "--force", str(document)), capture_output=True, text=True, check=True
    )
    record_id = ran.stdout.split()[0]
    _until(lambda: active.marker_of(places, record_id) is not None)
    _until(lambda: (places.run(record_id) / "progress.json").exists())
    marker = active.marker_of(places, record_id)
    assert marker is not None
    begun = time.perf_counter()
    subprocess.run(command(home, "kill", record_id), capture_output=True, check=True)
    _until(lambda: liveness(marker.process) is not Liveness.ALIVE or active.marker_of(places, record_id) is None)
    state = json.loads((places.run(record_id) / "state.json").read_text())
    assert state["outcome"] == "killed"
    return time.perf_counter() - begun


def _until(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_true():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.002)

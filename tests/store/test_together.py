"""Several processes at once: nothing is lost, nobody sees half of anything, and a claim has one holder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from ef_engine.errors import HeldError
from ef_engine.store import forecasts, stage_index
from ef_engine.store.claims import claimed, is_lost, observed
from ef_engine.store.clock import now
from ef_engine.store.places import Places, places_under
from ef_engine.store.process import current
from ef_engine.store.records import Record
from ef_engine.store.states import Running

DEADLINE = 30.0
ADDS = 25

ADDER = """
import sys
from pathlib import Path
from ef_engine.store import forecasts
from ef_engine.store.places import places_under
from ef_engine.store.records import Record
places, first = places_under(Path(sys.argv[1])), sys.argv[2]
for i in range(int(sys.argv[3])):
    record = Record(id=f"{first}{i:011x}", kind="forecast")
    forecasts.stage(places, [record], {record.id: b"{}"})
"""

HOLDER = """
import sys, time
from dataclasses import replace
from pathlib import Path
from ef_engine.store import forecasts
from ef_engine.store.claims import claimed
from ef_engine.store.clock import now
from ef_engine.store.places import places_under
from ef_engine.store.process import current
from ef_engine.store.records import Record
from ef_engine.store.states import Running
places = places_under(Path(sys.argv[1]))
with claimed(places, "ab"):
    forecasts.write_record(places, Record(id="ab", kind="forecast", owner="ann", state=Running(current(), now())))
    print("holding", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return places_under(tmp_path)


def start(script: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", script, *arguments], stdout=subprocess.PIPE, text=True)


@contextmanager
def holder(home: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that runs `ab`, killed at the end."""
    with start(HOLDER, str(home)) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "holding\n"
            yield process
        finally:
            process.kill()


def test_two_processes_that_stage_at_once_lose_nothing(places: Places, tmp_path: Path) -> None:
    """And a reader in between sees only whole indexes, each with at least as much as the one before."""
    running = [start(ADDER, str(tmp_path), first, str(ADDS)) for first in "ab"]
    seen, deadline = 0, time.monotonic() + DEADLINE
    while any(process.poll() is None for process in running):
        assert time.monotonic() < deadline
        count = len(stage_index.read(places))
        assert count >= seen
        seen = count
    assert [process.wait() for process in running] == [0, 0]
    for process in running:
        process.communicate()
    assert sorted(stage_index.read(places)) == sorted(f"{first}{i:011x}" for first in "ab" for i in range(ADDS))
    assert len(list(places.stage.glob("Forecast_*.json"))) == 2 * ADDS


def test_a_claim_has_one_holder_and_names_it(places: Places, tmp_path: Path) -> None:
    with holder(tmp_path) as process:
        with pytest.raises(HeldError, match=rf"^ab is run by ann \(process .*:{process.pid}, since 20"):
            claimed(places, "ab", timeout=0.1).__enter__()
        [record] = forecasts.read_records(places)
        assert observed(places, record) == "running"


def test_the_death_of_a_holder_frees_its_claim_and_shows_as_lost(places: Places, tmp_path: Path) -> None:
    with holder(tmp_path) as process:
        process.send_signal(signal.SIGKILL)
        process.wait(DEADLINE)
        [record] = forecasts.read_records(places)
        assert observed(places, record) == "lost"
        with claimed(places, "ab"):
            pass


def test_a_holder_on_another_host_is_judged_by_its_claim(places: Places) -> None:
    elsewhere = replace(current(), host="elsewhere")
    record = Record(id="ab", kind="forecast", state=Running(elsewhere, now()))
    forecasts.write_record(places, record)
    assert is_lost(places, record)
    with claimed(places, "ab"):
        assert not is_lost(places, record)


def test_a_lock_file_stays_and_belongs_to_its_owner(places: Places) -> None:
    with claimed(places, "ab"):
        pass
    assert os.stat(places.claim("ab")).st_mode & 0o777 == 0o600


def test_looking_leaves_no_traces(places: Places, tmp_path: Path) -> None:
    assert forecasts.read_records(places) == []
    assert forecasts.loaded_files(places) == []
    assert list(tmp_path.iterdir()) == []

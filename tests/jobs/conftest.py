"""A workspace with real supervisors, which are ended when the test is."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.households import household
from ef_engine.model.document import to_document
from ef_engine.service.stage import stage_file
from ef_engine.service.workspace import Workspace
from ef_engine.sources.json_text import dumps
from ef_engine.store import active, forecasts
from ef_engine.store.active import Marker
from ef_engine.store.places import Places, places_under
from ef_engine.store.process import Liveness, liveness
from ef_engine.store.records import Record
from tests.cli.processes import BRIEF, EF_CLI, here
from tests.jobs.clusters import DOZING, DaskCluster, running_cluster

DEADLINE = 45.0


def until(is_true: Callable[[], bool], seconds: float = DEADLINE) -> None:
    """Waits for what must come true; fails at the deadline."""
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.01)


@dataclass(frozen=True)
class Shop:
    """A workspace, and `ef_cli` on it in real processes."""

    home: Path
    places: Places

    def command(self, *words: str) -> list[str]:
        return [*EF_CLI, "--workspace", str(self.home), "--username", "ann", *words]

    def cli(self, *words: str, timeout: float = 60.0) -> subprocess.CompletedProcess[str]:
        """Runs it to its end, in this process if it makes no difference."""
        if words[0] in BRIEF:
            return here(self.command(*words))
        return subprocess.run(self.command(*words), capture_output=True, text=True, timeout=timeout, check=False)

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(*words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        )

    def stage(self, years: int, name: str = "plan", **sizes: int) -> str:
        """Stages a household; the more years, items and cards, the longer it runs."""
        chosen = {"checking": 1, "cards": 1, "loans": 1, "items": 20} | sizes
        file = self.home / f"{name}.json"
        file.write_text(dumps(to_document(household(years=years, **chosen)) | {"label": name}), encoding="utf-8")
        return self._staged(file)

    def _staged(self, file: Path) -> str:
        """Without a process of its own: a test has enough of them."""
        return stage_file(Workspace(self.places, "ann"), file).id

    def stage_long(self, name: str = "long", items: int = 60) -> str:
        """Something that runs for many seconds."""
        return self.stage(60, name, checking=2, cards=3, loans=4, items=items)

    def stage_set(self, choices: int, years: int = 1) -> str:
        """A set of 2^choices scenarios."""
        base = to_document(household(years=years, checking=1, cards=1, loans=1, items=20))
        base.pop("schema")
        rule = {"memo_regex": "^extra ", "account_from": "Checking 1", "account_to": None, "priority": 3}
        base["memo_rules"].append(rule)
        item = {"start_date": "2026-03-01", "end_date": "2026-12-01", "priority": 3, "cadence": "monthly"}
        extras = [item | {"amount": 10 + k, "memo": f"extra {k}."} for k in range(2 * choices)]
        options = [
            {
                "name": str(c),
                "options": [{"name": f"{c}{o}", "memo_regexes": [f"^extra {2 * c + o}\\."]} for o in (0, 1)],
            }
            for c in range(choices)
        ]
        document = {
            "schema": "ef/forecast-set/1", "label": "many", "base": base, "optional_budget_items": extras,
            "choices": options,
        }  # fmt: skip
        file = self.home / "set.json"
        file.write_text(dumps(document), encoding="utf-8")
        return self._staged(file)

    def record(self, record_id: str) -> Record:
        found = forecasts.read_record(self.places, record_id)
        assert isinstance(found, Record)
        return found

    def state(self, record_id: str) -> dict[str, object]:
        document: dict[str, object] = json.loads(forecasts.record_path(self.places, record_id).read_text())
        return document

    def marker(self, record_id: str) -> Marker:
        """The marker of something that runs, once it does and has got somewhere."""
        until(lambda: active.marker_of(self.places, record_id) is not None)
        until(lambda: (self.places.run(record_id) / "progress.json").exists())
        found = active.marker_of(self.places, record_id)
        assert found is not None
        return found

    def supervisor_pids(self) -> list[int]:
        """Every supervisor of this workspace that lives."""
        return [pid for pid in _pids() if _is_supervisor_of(pid, self.places)]


def _pids() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _is_supervisor_of(pid: int, places: Places) -> bool:
    with suppress(OSError):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        return b"ef_engine.jobs.supervise" in words and str(places.data).encode() in words
    return False


def end(shop: Shop) -> None:
    """Ends what runs in a workspace, stopped processes too."""
    for marker in active.markers(shop.places):
        with suppress(ProcessLookupError):
            if liveness(marker.process) is Liveness.ALIVE:  # its pid may belong to somebody else by now
                os.kill(marker.process.pid, signal.SIGKILL)
    for pid in shop.supervisor_pids():
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """Ends what runs in it, stopped processes too. What is staged as long only dozes: tests share the processors."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent / "faults"))
    monkeypatch.setenv("EF_DOZE", "1")
    home = tmp_path / "home"
    home.mkdir()
    shop = Shop(home, places_under(home))
    yield shop
    end(shop)


@pytest.fixture
def busy(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is staged as long really works, for tests that look at how it does."""
    monkeypatch.delenv("EF_DOZE")


Naps = Callable[[float], None]


@pytest.fixture
def naps(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Naps:
    """Lets the first attempt at any forecast doze for so many seconds before it works."""
    return lambda seconds: monkeypatch.setenv("EF_NAP", str(seconds))


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    """A scheduler and two workers, for all tests of a module."""
    with running_cluster(tmp_path_factory.mktemp("cluster"), environment=DOZING) as cluster:
        yield cluster


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[DaskCluster]:
    """A cluster of one test, which may do to it what it wants."""
    (directory := tmp_path / "cluster").mkdir()
    with running_cluster(directory, environment=DOZING) as cluster:
        yield cluster

"""Everything that works on a flow dies at a random moment: nothing is called a success, lost, or run twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from ef_engine.jobs.flow_plan import earlier_of
from ef_engine.store import flow_runs, forecasts, journal
from ef_engine.store.events import Kind
from tests.flows.conftest import Mill, until
from tests.flows.test_examples import LOOPS_ORDER

SLOW_LOOPS: list[dict[str, Any]] = [
    {
        "name": "s1",
        "repeats": "steps:values",
        "steps": [
            {
                "name": "s11",
                "repeats": [1, 2],
                "steps": [
                    {"name": "s111", "run": "steps:slow", "kwargs": {"name": "p1"}},
                    {"name": "s112", "run": "steps:slow", "kwargs": {"name": "p2"}, "requires": ["s111"]},
                ],
            },
            {"name": "s12", "run": "steps:slow", "kwargs": {"name": "p3"}, "requires": ["s11"]},
        ],
    },
    {"name": "s2", "run": "steps:slow", "kwargs": {"name": "p4"}, "requires": ["s1"]},
]


def family(mill: Mill) -> list[int]:
    """Every process whose environment names this test's folder."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        with suppress(OSError):
            if f"MILL={mill.home}".encode() in Path(f"/proc/{name}/environ").read_bytes().split(b"\0"):
                found.append(int(name))
    return [pid for pid in found if pid != os.getpid()]


def kill_family(mill: Mill) -> None:
    while pids := family(mill):
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.01)


def ends_well(mill: Mill) -> set[str]:
    """The steps of the latest run that are known to have succeeded, in it or before."""
    if not flow_runs.runs(mill.places):
        return set()
    earlier = earlier_of(mill.places, mill.latest().id)
    return {
        f"{name}@{'.'.join(map(str, sequence))}"
        for (name, sequence), each in earlier.items()
        if each.status == "success" and "." not in name
    }


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_killed_at_a_random_moment_a_flow_goes_on_where_it_was(
    mill: Mill, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MILL", str(mill.home))
    choice = random.Random(seed)
    file = mill.flow(*SLOW_LOOPS)
    for _ in range(choice.choice([1, 2, 3])):
        known, words = ends_well(mill), ["--recover"] if flow_runs.runs(mill.places) else []
        started = subprocess.Popen(mill.command("run", "flow", file, *words), stdout=subprocess.PIPE, text=True)
        with suppress(subprocess.TimeoutExpired):
            started.wait(choice.uniform(0.3, 4.0))
        kill_family(mill)
        out, _ = started.communicate(timeout=10)
        assert "Processing finished with: success" not in out or len(ends_well(mill)) == len(LOOPS_ORDER)
        assert ends_well(mill) >= known

    words = ["--recover"] if flow_runs.runs(mill.places) else []
    ran = mill.cli("run", "flow", file, *words)

    assert ran.stdout.splitlines()[-1] == "Processing finished with: success", ran.stderr
    assert list(dict.fromkeys(mill.ran())) == [*LOOPS_ORDER]
    assert [key for key, count in successes(mill).items() if count != 1] == []
    until(lambda: not family(mill))


def successes(mill: Mill) -> dict[str, int]:
    """How often each step was told to have ended well, over all runs."""
    counts: dict[str, int] = {}
    for each in journal.read(mill.places):
        if each.kind is Kind.POSTRUN and "." in each.id and each.fields["outcome"] == "evaluated":
            record = forecasts.known(mill.places, each.id)
            key = f"{record.label}@{record.sequence}"
            counts[key] = counts.get(key, 0) + 1
    return counts

"""Measuring: repeated runs of fresh processes, their time on the clock and their largest resident memory.

Medians are reported, with the fastest run beside them: on a shared machine the mean says more about the neighbours.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
MEGABYTE = 1_000_000
KIBIBYTE = 1024


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds of every run, and the largest resident memory of any of them in MB."""

    seconds: tuple[float, ...]
    megabytes: float

    @property
    def median(self) -> float:
        """The median of the runs in seconds."""
        return median(self.seconds)

    @property
    def fastest(self) -> float:
        """The fastest run in seconds."""
        return min(self.seconds)


def processes(command: Sequence[str], runs: int, before: Callable[[], None] = lambda: None) -> Measured:
    """Run a command `runs` times from start to exit; `before` prepares each run and is not measured."""
    results = []
    for _ in range(runs):
        before()
        results.append(one_process(command))
    return gathered(results)


def gathered(results: Sequence[tuple[float, float]]) -> Measured:
    """Several runs, each of seconds and MB, as one measurement."""
    return Measured(tuple(seconds for seconds, _ in results), max(megabytes for _, megabytes in results))


def one_process(command: Sequence[str]) -> tuple[float, float]:
    """Seconds and MB of one run of a command, whose output is dropped; a failure is shown and ends the benchmark."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command, env=_environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    assert process.stderr is not None
    complaint = process.stderr.read().decode(errors="replace")
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stderr.close()
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}:\n{complaint}")
    return seconds, usage.ru_maxrss * KIBIBYTE / MEGABYTE


def _environment() -> dict[str, str]:
    """Ours, but modules are compiled once and not by every process, as on the machine of any user."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def engine(sizes: dict[str, int], runs: int) -> Measured:
    """Simulate a household of these sizes `runs` times in one fresh process; see `benchmarks.engine`."""
    command = [sys.executable, "-m", "benchmarks.engine", str(runs), json.dumps(sizes)]
    printed = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout
    answer = json.loads(printed)
    return Measured(tuple(answer["seconds"]), answer["kibibytes"] * KIBIBYTE / MEGABYTE)

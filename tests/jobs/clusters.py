"""A real Dask cluster: a scheduler and workers with nannies, each a process of its own that knows no workspace."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

DEADLINE = 60.0
DOZING = {"PYTHONPATH": str(Path(__file__).parent / "faults"), "EF_DOZE": "1"}
"""An environment of workers: what is staged as long only dozes there too."""
SETTINGS = {"DASK_LOGGING__DISTRIBUTED": "info", "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "false"}
"""Nobody looks at the profiles that workers would take of themselves a hundred times a second."""


@dataclass
class DaskCluster:
    """The processes of a cluster; `address` is its scheduler's."""

    directory: Path
    environment: Mapping[str, str] | None = None
    address: str = ""
    scheduler: subprocess.Popen[bytes] | None = None
    nannies: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start_scheduler(self) -> None:
        file = self.directory / "scheduler.json"
        self.scheduler = self._start("scheduler", "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
        _until(lambda: file.exists() and file.read_text().rstrip().endswith("}"))
        self.address = json.loads(file.read_text())["address"]

    def start_worker(self, *words: str, environment: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        options = words or ("--nthreads", "1")
        chosen = environment or self.environment
        nanny = self._start("worker", self.address, "--no-dashboard", *options, environment=chosen)
        self.nannies.append(nanny)
        return nanny

    def _start(self, *words: str, environment: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        """Away from any workspace, and with nothing of it in its environment."""
        log = (self.directory / f"{words[0]}-{len(self.nannies)}.log").open("wb")
        clean = {name: value for name, value in os.environ.items() if not name.startswith("EF_")}
        with log:
            return subprocess.Popen(
                [sys.executable, "-m", "distributed.cli.dask_" + words[0], *words[1:]],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.directory,
                env=clean | SETTINGS | dict(environment or {}),
                start_new_session=True,
            )

    def wait_for_workers(self, count: int) -> None:
        with self._client() as client:
            client.wait_for_workers(count, timeout=DEADLINE)

    def worker_pids(self) -> set[int]:
        with self._client() as client:
            return set(client.run(os.getpid).values())

    def task_count(self) -> int:
        """How many tasks the scheduler knows."""
        with self._client() as client:
            return int(client.run_on_scheduler(_task_count))

    def _client(self) -> Any:
        return import_module("distributed").Client(self.address, set_as_default=False)

    def close(self) -> None:
        for process in (*self.nannies, self.scheduler):
            if process is not None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _task_count(dask_scheduler: Any) -> int:
    return len(dask_scheduler.tasks)


def _until(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE
    while not is_true():
        assert time.monotonic() < deadline, "the cluster did not start in time"
        time.sleep(0.02)


@contextmanager
def running_cluster(
    directory: Path, workers: int = 2, environment: Mapping[str, str] | None = None
) -> Iterator[DaskCluster]:
    """The `environment` is that of its workers."""
    cluster = DaskCluster(directory, environment)
    try:
        cluster.start_scheduler()
        if workers:
            cluster.start_worker("--nthreads", "1", "--nworkers", str(workers))
            cluster.wait_for_workers(workers)
        yield cluster
    finally:
        cluster.close()


def on(cluster: DaskCluster) -> tuple[str, ...]:
    """The options that name it."""
    return "--engine", "dask", "--scheduler", cluster.address

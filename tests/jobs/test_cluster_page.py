"""What the page about clusters shows is what happens; `ssh`, `sbatch` and `srun` start everything on this machine."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.costs import Costs, rows_of
from benchmarks.rows import amount
from ef_engine.cli import main
from ef_engine.store.places import places_under
from tests.house.documents import blocks, examples
from tests.house.files import ROOT
from tests.house.test_documents import agrees, run_example
from tests.jobs.conftest import Shop, end

PAGE = ROOT / "docs" / "cluster.md"
SSH, SLURM_JOB, SLURM, OPENSSL = blocks(PAGE, "sh")
NODE = f"taskset --cpu-list {min(os.sched_getaffinity(0))} sh -c"
"""A node has one core."""

COMMANDS = {
    "ssh": f'shift; exec {NODE} "$*"',
    "sbatch": 'SLURM_SUBMIT_HOST=127.0.0.1 sh "$1" &',
    "srun": '"$@" & "$@" & wait',
}


@dataclass(frozen=True)
class Desk:
    """A directory with the virtual environment `ef` in it, as on the machines of the page; the port of a scheduler."""

    directory: Path
    port: int

    def type(self, script: str, environment: Mapping[str, str] | None = None) -> tuple[int, str]:
        """The exit code of a script and all it printed; what it left in the background is ended."""
        log = self.directory / "printed"
        with log.open("wb") as file:
            shell = subprocess.Popen(
                ["sh", "-c", script.replace("head:", "127.0.0.1:").replace("8786", str(self.port))],
                cwd=self.directory, env=self._environment() | dict(environment or {}), stdin=subprocess.DEVNULL,
                stdout=file, stderr=file, start_new_session=True,
            )  # fmt: skip
        try:
            code = shell.wait(90)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(shell.pid, signal.SIGKILL)
        return code, log.read_text(encoding="utf-8")

    def _environment(self) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("EF_", "DASK_"))}
        path = f"{self.directory / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}"
        return clean | {"PATH": path, "EF_HOME": str(self.directory / "home"), "HOME": str(self.directory)}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    (tmp_path / "ef").symlink_to(sys.prefix)
    (tmp_path / "bin").mkdir()
    for name, words in COMMANDS.items():
        command = tmp_path / "bin" / name
        command.write_text(f"#!/bin/sh\n{words}\n")
        command.chmod(0o755)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert main(["init", str(tmp_path / "house")]) == 0
    yield Desk(tmp_path, port)
    end(Shop(tmp_path / "house", places_under(tmp_path / "house")))


def test_the_commands_of_the_page_print_what_it_shows(tmp_path: Path) -> None:
    for example in examples(PAGE):
        if example.command.startswith("ef_cli"):
            printed = run_example(example, tmp_path, "")
            assert not example.printed or agrees(printed, example.printed), f"{example.command}\n{printed}"


@pytest.mark.slow
def test_workers_started_over_ssh_compute_a_set(desk: Desk) -> None:
    code, printed = desk.type(SSH)

    assert code == 0, printed
    assert "Sc0edc0460f4d evaluated" in printed
    assert printed.count("Registered to") >= 2


@pytest.mark.slow
def test_workers_of_a_slurm_job_compute_a_set(desk: Desk) -> None:
    (desk.directory / "workers.sh").write_text(SLURM_JOB.replace("8786", str(desk.port)))

    code, printed = desk.type(SLURM)

    assert code == 0, printed
    assert "Sc0edc0460f4d evaluated" in printed


@pytest.mark.slow
def test_with_a_certificate_nobody_else_connects(desk: Desk) -> None:
    (settings,) = blocks(PAGE, "yaml")
    place = desk.directory / ".config" / "dask"
    place.mkdir(parents=True)
    (place / "ef.yaml").write_text(settings.replace("/etc/ef", str(desk.directory)))
    run = "ef_cli --workspace house run forecast house/household.json --force --engine dask --scheduler"
    start = "dask scheduler --protocol tls --port 8786 --no-dashboard &\ndask worker tls://head:8786 --nthreads 1 &\n"
    stranger = "DASK_CONFIG=/nonexistent HOME=/nonexistent"

    code, printed = desk.type(
        f"{OPENSSL}{start}{run} tls://head:8786 || exit 1\n"
        f"{stranger} {run} tls://head:8786; echo without a key: $?\n"
        f"{stranger} {run} tcp://head:8786; echo without encryption: $?\n"
    )

    assert code == 0, printed
    assert "8444b033da58 evaluated" in printed
    assert "without a key: " in printed
    assert "without a key: 0" not in printed
    assert "without encryption: 4" in printed
    assert printed.count("8444b033da58 evaluated") == 1


def test_the_settings_of_the_page_are_settings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (settings,) = blocks(PAGE, "toml")
    (tmp_path / "config.toml").write_text(settings)

    assert main(["--config", str(tmp_path / "config.toml"), "config", "show"]) == 0

    shown = capsys.readouterr().out
    assert "tcp://head:8786" in shown
    assert "dask" in shown


def test_the_costs_of_the_page_are_those_the_simulation_calculates_with() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert [row.what for row in rows_of(Costs()) if f"| {row.what} | {amount(row.value, row.unit)} |" not in page] == []


@pytest.mark.slow
def test_the_night_of_the_page_is_what_the_simulation_prints() -> None:
    (shown,) = (each for each in examples(PAGE) if each.command == "python -m benchmarks.nightly")
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks.nightly"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ran.stdout.splitlines() == list(shown.printed)

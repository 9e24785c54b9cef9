"""`ls workers` and `kill worker`: real processes, seen and ended one by one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

from ef_engine.store import process_table
from tests.jobs.conftest import Shop, until


def rows(shop: Shop) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(shop.cli("ls", "workers", "--format", "json").stdout)
    return found


def test_each_process_is_shown_with_what_it_runs_and_how_hard(shop: Shop, busy: None) -> None:
    record_id = shop.stage_long()
    shop.cli("run", record_id, "--detach")
    pid = shop.marker(record_id).process.pid
    found = {row["role"]: row for row in rows(shop)}
    assert found["supervisor"]["pid"] in shop.supervisor_pids()
    worker = found["worker"]
    assert (worker["pid"], worker["runs"], worker["label"]) == (pid, record_id, "long")
    cpu, memory = worker["cpu"], worker["memory"]
    assert isinstance(cpu, float)
    assert cpu > 0
    assert isinstance(memory, float)
    assert 5 < memory < 2000
    assert str(worker["heartbeat"]).startswith("20")
    assert "long" in shop.cli("ls", "workers").stdout


def test_an_ended_worker_takes_only_its_own_job_along_which_can_be_restarted(shop: Shop) -> None:
    first, second, third = (shop.stage_long(name, items=60 + at) for at, name in enumerate("abc"))
    for record_id in (first, second, third):
        shop.cli("run", record_id, "--detach", "--jobs", "2")
    pid, other = shop.marker(first).process.pid, shop.marker(second).process.pid
    ran = shop.cli("kill", "worker", str(pid))
    assert (ran.stdout, ran.returncode) == (f"{first} killed\n", 0)
    assert shop.record(first).state.message == "stopped by ann"  # type: ignore[union-attr]
    assert process_table.entry(pid) is None
    assert shop.marker(third).process.pid != pid
    assert shop.marker(second).process.pid == other
    assert shop.cli("restart", first, "--detach").returncode == 0
    assert {row["runs"] for row in rows(shop) if row["role"] == "worker"} >= {second, third}


def test_a_worker_that_is_stopped_is_ended_too(shop: Shop) -> None:
    record_id = shop.stage_long()
    shop.cli("run", record_id, "--detach")
    pid = shop.marker(record_id).process.pid
    os.kill(pid, signal.SIGSTOP)
    assert shop.cli("kill", "worker", str(pid)).stdout == f"{record_id} killed\n"


def test_a_run_in_a_terminal_is_a_worker_too(shop: Shop) -> None:
    record_id = shop.stage_long()
    terminal = shop.start("run", record_id, "--in_process")
    pid = shop.marker(record_id).process.pid
    assert [(row["role"], row["runs"]) for row in rows(shop)] == [("terminal", record_id)]
    assert shop.cli("kill", "worker", str(pid)).stdout == f"{record_id} killed\n"
    terminal.communicate(timeout=30)


def test_a_process_that_is_not_of_this_workspace_is_left_alone(shop: Shop) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        ran = shop.cli("kill", "worker", str(stranger.pid))
        assert ran.returncode == 4
        assert "works for this workspace" in ran.stderr
        assert stranger.poll() is None
    assert shop.cli("kill", "worker").returncode == 2


def test_the_supervisor_is_no_worker(shop: Shop) -> None:
    record_id = shop.stage_long()
    shop.cli("run", record_id, "--detach")
    until(lambda: bool(shop.supervisor_pids()))
    [pid] = shop.supervisor_pids()
    ran = shop.cli("kill", "worker", str(pid))
    assert (ran.returncode, ran.stderr.split(";")[0]) == (2, f"{pid} is the supervisor")

"""Waiting for what somebody else runs."""

from __future__ import annotations

import os
import signal

from ef_engine.store import active
from tests.jobs.conftest import Shop, until


def test_waiting_ends_when_all_are_done_and_tells_each(shop: Shop) -> None:
    first, second = shop.stage(3, "first"), shop.stage(1, "second")
    shop.cli("run", "--detach", "--jobs", "1", first)
    shop.cli("run", "--detach", "--jobs", "1", second)

    ran = shop.cli("wait", second, first, second[:8])

    assert (ran.returncode, ran.stderr) == (0, "")
    assert sorted(ran.stdout.splitlines()) == sorted([f"{first} evaluated", f"{second} evaluated"])
    assert shop.cli("wait", first).stdout == f"{first} evaluated\n"


def test_a_set_and_a_forecast_of_a_set_in_the_queue_are_waited_for(shop: Shop) -> None:
    set_id = shop.stage_set(2)
    member = shop.record(set_id).members[-1].id
    shop.cli("run", "--detach", set_id)

    ran = shop.cli("wait", "forecast", member)
    assert (ran.returncode, ran.stdout) == (0, f"{member} evaluated\n")
    ran = shop.cli("wait", "forecastset", set_id)
    assert (ran.returncode, ran.stdout) == (0, f"{set_id} evaluated\n")


def test_when_time_is_up_it_names_what_is_not_done(shop: Shop) -> None:
    long, queued, small = shop.stage_long(), shop.stage(1, "queued"), shop.stage(2, "small")
    shop.cli("run", "--in_process", small)
    shop.cli("run", "--detach", "--jobs", "1", long)
    shop.marker(long)
    shop.cli("run", "--detach", "--jobs", "1", queued)

    ran = shop.cli("wait", long, queued, small, "--timeout", "0.2")

    assert (ran.returncode, ran.stdout) == (1, f"{small} evaluated\n")
    assert ran.stderr == f"{long} (running), {queued} (queued) are not done after 0s; see `ef_cli ps`.\n"


def test_what_is_killed_meanwhile_makes_it_end_with_one(shop: Shop) -> None:
    record_id = shop.stage_long()
    shop.cli("run", "--detach", record_id)
    shop.marker(record_id)
    waiting = shop.start("wait", record_id)
    shop.cli("kill", record_id)
    out, err = waiting.communicate(timeout=20)
    assert (waiting.returncode, out, err) == (1, f"{record_id} killed\n", "")


def test_what_is_lost_is_not_waited_for(shop: Shop) -> None:
    record_id, queued = shop.stage_long(), shop.stage(1, "queued")
    shop.cli("run", "--detach", "--jobs", "1", record_id)
    shop.marker(record_id)
    shop.cli("run", "--detach", "--jobs", "1", queued)
    until(lambda: '"supervisor":null' not in "".join(each.read_text() for each in shop.places.queue.glob("*.json")))
    waiting = shop.start("wait", record_id, queued)
    for supervisor in shop.supervisor_pids():
        os.kill(supervisor, signal.SIGKILL)
    out, _ = waiting.communicate(timeout=20)
    assert (waiting.returncode, sorted(out.splitlines())) == (1, sorted([f"{record_id} lost", f"{queued} lost"]))


def test_what_only_a_worker_loses_is_closed_by_its_supervisor_and_never_called_lost(shop: Shop) -> None:
    record_id = shop.stage_long()
    shop.cli("run", "--detach", record_id)
    worker = shop.marker(record_id).process.pid
    waiting = shop.start("wait", record_id)
    os.kill(worker, signal.SIGKILL)
    out, _ = waiting.communicate(timeout=20)
    assert (waiting.returncode, out) == (1, f"{record_id} crashed\n")


def test_waiting_for_what_nobody_runs_is_refused(shop: Shop) -> None:
    record_id = shop.stage(1)
    ran = shop.cli("wait", record_id)
    problem = f"{record_id} is staged, and nobody runs it; `ef_cli run {record_id}` does."
    assert (ran.returncode, ran.stdout, ran.stderr) == (4, "", problem + "\n")


def test_a_paused_queue_is_named_and_ctrl_c_ends_the_waiting_alone(shop: Shop) -> None:
    record_id = shop.stage(1)
    shop.cli("pause")
    shop.cli("run", "--detach", record_id)
    waiting = shop.start("wait", record_id)
    assert waiting.stderr is not None
    assert waiting.stderr.readline() == "The queue is paused; `ef_cli resume` lets it go on.\n"
    waiting.send_signal(signal.SIGINT)
    waiting.communicate(timeout=10)
    assert waiting.returncode == 130
    shop.cli("resume")
    assert shop.cli("wait", record_id).stdout == f"{record_id} evaluated\n"
    assert active.markers(shop.places) == []

"""A job that hangs is flagged, and the stack says where: in Python, in C code, or stopped."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from ef_engine.store import active
from tests.jobs.conftest import Shop, until

FAULTS = Path(__file__).parent / "faults"


@pytest.fixture
def faulty(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("PYTHONPATH", str(FAULTS))
    return monkeypatch


def flags(shop: Shop) -> str:
    return shop.cli("ps", "--stuck_after", "1s", "--frozen_after", "5s").stdout


@pytest.mark.parametrize(("fault", "place"), [("spin", "in spin"), ("compute", "svd")])
def test_a_job_that_gets_no_further_is_stuck(shop: Shop, faulty: pytest.MonkeyPatch, fault: str, place: str) -> None:
    faulty.setenv("EF_FAULT", fault)
    record_id = shop.stage(1)
    shop.cli("run", "--detach", record_id)
    shop.marker(record_id)

    until(lambda: "stuck" in flags(shop))

    assert "frozen" not in flags(shop)
    assert place in shop.cli("stack", record_id).stdout
    assert shop.cli("kill", record_id).stdout == f"{record_id} killed\n"
    assert active.markers(shop.places) == []


def test_a_job_that_gives_no_sign_of_life_is_frozen(shop: Shop) -> None:
    record_id = shop.stage_long()
    shop.cli("run", "--detach", record_id)
    marker = shop.marker(record_id)
    os.kill(marker.process.pid, signal.SIGSTOP)

    until(lambda: "frozen" in flags(shop))

    assert "ef_engine" in shop.cli("stack", record_id).stdout
    os.kill(marker.process.pid, signal.SIGCONT)
    shop.cli("kill", record_id)


def test_a_job_that_hangs_is_stopped_when_its_time_is_up(shop: Shop, faulty: pytest.MonkeyPatch) -> None:
    faulty.setenv("EF_FAULT", "spin")
    record_id = shop.stage(1)

    ran = shop.cli("run", "--jobs", "1", "--timeout", "0.5", record_id)

    assert (ran.returncode, ran.stdout) == (1, f"{record_id} timed_out\n")

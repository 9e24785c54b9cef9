"""Ctrl-C in `run`, everything staged at once, and two supervisors for one workspace."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import IO

import pytest

from ef_engine.store import active, requests, tickets
from ef_engine.store.locks import is_held
from ef_engine.store.process import Liveness, liveness
from ef_engine.store.states import Finished, Outcome, Running
from tests.jobs.conftest import Shop, until

LAUNCH = """
import sys
from pathlib import Path
from ef_engine.jobs.supervise import launch
from ef_engine.store.places import Places
launch(Places(*map(Path, sys.argv[1:])))
"""


class Client:
    """`run` of something queued, what it says, and Ctrl-C."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.said, self.printed = "", ""
        assert process.stderr
        assert process.stdout
        self._threads = [
            threading.Thread(target=self._read, args=(process.stderr, "said")),
            threading.Thread(target=self._read, args=(process.stdout, "printed")),
        ]
        for thread in self._threads:
            thread.start()

    def _read(self, stream: IO[str], name: str) -> None:
        for line in stream:
            setattr(self, name, getattr(self, name) + line)
        stream.close()

    def interrupt(self, answer: str) -> None:
        """Presses Ctrl-C and waits for the answer."""
        self.process.send_signal(signal.SIGINT)
        until(lambda: answer in self.said)

    def code(self) -> int:
        code = self.process.wait(timeout=30)
        for thread in self._threads:
            thread.join()
        return code

    def end(self) -> None:
        self.process.kill()
        self.code()


@pytest.fixture
def long(shop: Shop) -> str:
    return shop.stage_long()


@pytest.fixture
def client(shop: Shop, long: str) -> Iterator[Client]:
    """A client whose forecast runs."""
    client = Client(shop.start("run", "--jobs", "1", long))
    shop.marker(long)
    yield client
    client.end()


def test_a_second_ctrl_c_stops_what_runs(shop: Shop, long: str, client: Client) -> None:
    client.interrupt("Ctrl-C again stops it too.")
    client.interrupt("Ctrl-C again leaves it alone.")

    assert client.code() == 130
    assert client.printed == f"{long} killed\n"
    state = shop.record(long).state
    assert isinstance(state, Finished)
    assert (state.outcome, state.message) == (Outcome.KILLED, "stopped by ann")
    until(lambda: active.markers(shop.places) == [] and tickets.all_tickets(shop.places) == [])
    assert not requests.is_asked(shop.places, long)


def test_a_third_ctrl_c_leaves_at_once(shop: Shop, long: str, client: Client) -> None:
    """What runs does not listen, so the second would take seconds."""
    worker = shop.marker(long).process
    os.kill(worker.pid, signal.SIGSTOP)
    client.interrupt("Ctrl-C again stops it too.")
    client.interrupt("Ctrl-C again leaves it alone.")

    client.process.send_signal(signal.SIGINT)

    assert client.process.wait(timeout=1.5) == 130
    assert isinstance(shop.record(long).state, Running)
    until(lambda: liveness(worker) is Liveness.DEAD)
    until(lambda: isinstance(shop.record(long).state, Finished))


def test_everything_staged_is_queued_with_all(shop: Shop) -> None:
    ids = {shop.stage(years, f"plan {years}") for years in (1, 2, 3)}
    set_id = shop.stage_set(1)

    ran = shop.cli("run", "--all", "--jobs", "2")

    members = {member.id for member in shop.record(set_id).members}
    assert ran.returncode == 0, ran.stderr
    assert sorted(ran.stdout.splitlines()) == sorted(f"{each} evaluated" for each in {*ids, *members, set_id})
    again = shop.cli("run", "--all", "--jobs", "2")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "Nothing is staged.\n")


def test_of_two_supervisors_one_leaves(shop: Shop) -> None:
    record_id = shop.stage_long()
    tickets.write(shop.places, tickets.new(record_id))

    words = [str(path) for path in (shop.places.stage, shop.places.data, shop.places.lock, shop.places.log)]
    for _ in range(2):
        subprocess.run([sys.executable, "-c", LAUNCH, *words], timeout=20, check=True)

    until(lambda: len(shop.supervisor_pids()) == 2)
    shop.marker(record_id)
    until(lambda: len(shop.supervisor_pids()) == 1)
    (winner,) = shop.supervisor_pids()
    [ticket] = tickets.all_tickets(shop.places)
    assert ticket.supervisor
    assert ticket.supervisor.pid == winner
    assert is_held(shop.places.supervisor_lock)
    assert isinstance(shop.record(record_id).state, Running)
    assert shop.record(record_id).attempt == 1
    shop.cli("kill", record_id)

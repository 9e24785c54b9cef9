"""What another process runs is waited for and never run twice."""

from __future__ import annotations

import subprocess
from dataclasses import replace

from ef_engine.store import active, documents, tickets
from ef_engine.store.process import current
from ef_engine.store.states import Finished, Outcome
from tests.jobs.conftest import Naps, Shop, until


def outcome(shop: Shop, record_id: str) -> Outcome | None:
    state = shop.record(record_id).state
    return state.outcome if isinstance(state, Finished) else None


def in_terminal(shop: Shop, record_id: str) -> subprocess.Popen[str]:
    """Runs it in a process of its own, without the queue."""
    client = shop.start("run", "--in_process", record_id)
    shop.marker(record_id)
    return client


def ended(client: subprocess.Popen[str]) -> int:
    client.communicate(timeout=30)
    return client.returncode


def first_member(shop: Shop, set_id: str) -> str:
    return shop.record(set_id).members[0].id


def test_a_run_waits_for_what_another_process_runs_and_takes_its_result(shop: Shop, naps: Naps) -> None:
    naps(2)
    record_id = shop.stage(1)
    first = in_terminal(shop, record_id)

    second = shop.cli("run", "--jobs", "1", record_id)

    assert (second.returncode, second.stdout) == (0, f"{record_id} evaluated\n"), second.stderr
    assert "is run by process" in second.stderr
    assert ended(first) == 0
    assert shop.record(record_id).attempt == 1


def test_a_set_waits_for_its_forecast_that_another_process_runs(shop: Shop, naps: Naps) -> None:
    set_id = shop.stage_set(1)
    member = first_member(shop, set_id)
    naps(2)
    first = in_terminal(shop, member)
    naps(0)

    ran = shop.cli("run", "--jobs", "1", "forecastset", set_id)

    assert (ran.returncode, ran.stdout.splitlines()[-1]) == (0, f"{set_id} evaluated"), ran.stderr
    assert sorted(ran.stdout.split()[::2]) == sorted([set_id, *(each.id for each in shop.record(set_id).members)])
    assert ended(first) == 0
    assert shop.record(member).attempt == 1


def test_the_mark_of_a_machine_nobody_can_ask_does_not_stand_in_the_way_of_a_free_claim(shop: Shop) -> None:
    record_id = shop.stage(1)
    elsewhere = replace(current(), host="a container that is gone", boot_id="another")
    marker = {"schema": active.SCHEMA, "id": record_id, "process": elsewhere.to_json(), "attempt": 1}
    path = active.path_of(shop.places, record_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(documents.dump(marker))

    ran = shop.cli("run", "--jobs", "1", record_id)

    assert (ran.returncode, ran.stdout) == (0, f"{record_id} evaluated\n"), ran.stderr


def test_what_waits_for_another_process_can_be_taken_out_of_the_queue(shop: Shop) -> None:
    record_id = shop.stage_long()
    first = in_terminal(shop, record_id)
    shop.cli("run", "--detach", record_id)
    until(lambda: any(ticket.supervisor for ticket in tickets.all_tickets(shop.places)))

    killed = shop.cli("kill", record_id)

    assert killed.stdout == f"{record_id} killed\n"
    assert ended(first) == 1
    until(lambda: tickets.all_tickets(shop.places) == [])
    assert shop.record(record_id).attempt == 1

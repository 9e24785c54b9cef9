"""Trouble with one ticket, request or disk is that one's alone; slots and turns are shared fairly."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from ef_engine.store import active, requests, tickets
from ef_engine.store.locks import is_held
from ef_engine.store.process import current
from ef_engine.store.states import Finished, Outcome, Running
from tests.jobs.conftest import Shop, until


def outcome(shop: Shop, record_id: str) -> Outcome | None:
    state = shop.record(record_id).state
    return state.outcome if isinstance(state, Finished) else None


def forecasts_running(shop: Shop) -> list[str]:
    return [marker.id for marker in active.markers(shop.places) if not marker.id.startswith("S")]


def put(shop: Shop, name: str, **document: object) -> Path:
    """Writes a ticket as somebody else would have."""
    path = shop.places.queue / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"schema": "ef/ticket/1"} | document), encoding="utf-8")
    return path


SENSELESS: tuple[dict[str, object], ...] = (
    {"schema": "ef/ticket/9", "record_id": "aaaaaaaaaaaa"},
    {"record_id": 5},
    {"record_id": "aaaaaaaaaaaa", "supervisor": "who"},
    {"record_id": "aaaaaaaaaaaa", "supervisor": {"pid": "no number"}},
    {"record_id": "aaaaaaaaaaaa", "timeout": "soon"},
    {"record_id": "aaaaaaaaaaaa", "jobs": "many"},
    {"record_id": "aaaaaaaaaaaa", "on_finish": 5},
    {"record_id": "aaaaaaaaaaaa"},
    {"record_id": "Saaaaaaaaaaaa"},
)


def test_tickets_that_make_no_sense_stop_no_other(shop: Shop) -> None:
    record_id = shop.stage(1)
    for number, document in enumerate(SENSELESS):
        put(shop, f"0-{number}", **document)

    ran = shop.cli("run", "--jobs", "1", record_id)

    assert (ran.returncode, ran.stdout) == (0, f"{record_id} evaluated\n")
    until(lambda: not is_held(shop.places.supervisor_lock))


def test_a_forecast_whose_document_is_gone_fails_with_the_reason_and_stops_no_other(shop: Shop) -> None:
    gone, fine = shop.stage(1, "gone"), shop.stage(2, "fine")
    shop.places.staged(gone).unlink()

    ran = shop.cli("run", "--all", "--jobs", "1")

    assert ran.returncode == 1
    assert set(ran.stdout.splitlines()) == {f"{gone} failed", f"{fine} evaluated"}
    assert f"{gone}: its document is gone; stage its file again" in ran.stderr


def test_a_damaged_record_fails_alone(shop: Shop) -> None:
    damaged, fine = shop.stage(1, "damaged"), shop.stage(2, "fine")
    shop.cli("run", "--detach", "--jobs", "1", damaged)
    until(lambda: outcome(shop, damaged) is Outcome.EVALUATED)
    until(lambda: not is_held(shop.places.supervisor_lock))
    (shop.places.run(damaged) / "state.json").write_text("{", encoding="utf-8")
    put(shop, "0-first", record_id=damaged)

    ran = shop.cli("run", "--jobs", "1", fine)

    assert (ran.returncode, ran.stdout) == (0, f"{fine} evaluated\n")
    until(lambda: tickets.all_tickets(shop.places) == [])


def test_a_ticket_that_cannot_be_closed_just_now_is_closed_later(shop: Shop) -> None:
    """The index of what is staged is damaged, and mended while the supervisor waits."""
    record_id = shop.stage_long()
    shop.cli("run", "--detach", record_id)
    shop.marker(record_id)
    good = shop.places.index.read_bytes()
    shop.places.index.write_text("{", encoding="utf-8")
    requests.ask(shop.places, record_id, "killed", "ann")
    until(lambda: outcome(shop, record_id) is Outcome.KILLED)
    time.sleep(0.3)  # a supervisor that dies of it does so at once
    assert is_held(shop.places.supervisor_lock)
    assert tickets.all_tickets(shop.places)

    shop.places.index.write_bytes(good)

    until(lambda: tickets.all_tickets(shop.places) == [])
    until(lambda: not is_held(shop.places.supervisor_lock))


def test_a_forecast_asked_for_alone_does_not_wait_for_a_whole_set(shop: Shop) -> None:
    set_id, single = shop.stage_set(6), shop.stage(1, "single")
    shop.cli("run", "--detach", "--jobs", "1", "forecastset", set_id)
    until(lambda: bool(forecasts_running(shop)))

    shop.cli("run", "--jobs", "1", single)

    assert outcome(shop, single) is Outcome.EVALUATED
    assert isinstance(shop.record(set_id).state, Running)
    until(lambda: outcome(shop, set_id) is Outcome.EVALUATED, 60)


def test_jobs_limits_its_own_ticket_whatever_others_may_have(shop: Shop) -> None:
    set_id, other = shop.stage_set(3, years=4), shop.stage_long("other")
    shop.cli("run", "--detach", "--jobs", "4", other)
    shop.marker(other)
    shop.cli("run", "--detach", "--jobs", "1", "forecastset", set_id)
    most = 0
    deadline = time.monotonic() + 60

    while outcome(shop, set_id) is None and time.monotonic() < deadline:
        most = max(most, len(set(forecasts_running(shop)) - {other}))
        time.sleep(0.005)  # what runs needs the processor too

    assert (outcome(shop, set_id), most) == (Outcome.EVALUATED, 1)
    shop.cli("kill", other)


def test_many_tickets_for_what_runs_already_keep_no_other_waiting(shop: Shop) -> None:
    busy, free = shop.stage_long("busy"), shop.stage(1, "free")
    shop.cli("run", "--detach", "--jobs", "2", busy)
    shop.marker(busy)
    for k in range(40):
        put(shop, f"0-{k:02}", record_id=busy)
    until(lambda: all(ticket.supervisor for ticket in tickets.all_tickets(shop.places)))

    begin = time.monotonic()
    shop.cli("run", free)

    assert time.monotonic() - begin < 5
    assert outcome(shop, free) is Outcome.EVALUATED
    assert isinstance(shop.record(busy).state, Running)


def test_a_kill_stops_every_ticket_for_it(shop: Shop) -> None:
    record_id = shop.stage_long()
    shop.cli("run", "--detach", record_id)
    shop.marker(record_id)
    shop.cli("run", "--detach", "--force", record_id)
    until(lambda: all(ticket.supervisor for ticket in tickets.all_tickets(shop.places)))

    begin = time.monotonic()
    killed = shop.cli("kill", record_id)

    assert (killed.returncode, killed.stdout) == (0, f"{record_id} killed\n")
    assert time.monotonic() - begin < 8
    until(lambda: tickets.all_tickets(shop.places) == [])
    assert shop.record(record_id).attempt == 1


def test_two_clients_of_one_set_are_both_told_all_of_it(shop: Shop) -> None:
    set_id = shop.stage_set(4)

    clients = [shop.start("run", "--jobs", "2", "forecastset", set_id) for _ in range(2)]

    told = [client.communicate(timeout=60)[0].splitlines() for client in clients]
    assert [client.returncode for client in clients] == [0, 0]
    assert [lines[-1] for lines in told] == [f"{set_id} evaluated"] * 2
    assert [len(lines) for lines in told] == [17, 17]
    assert shop.record(set_id).attempt == 1


def test_a_set_that_waits_for_a_slot_is_queued_and_can_be_stopped(shop: Shop) -> None:
    busy, set_id = shop.stage_long("busy"), shop.stage_set(3)
    shop.cli("run", "--detach", "--jobs", "1", busy)
    shop.marker(busy)
    shop.cli("run", "--detach", "--jobs", "1", "forecastset", set_id)
    until(lambda: all(ticket.supervisor for ticket in tickets.all_tickets(shop.places)))
    assert active.marker_of(shop.places, set_id) is None

    killed = shop.cli("kill", "forecastset", set_id)

    assert (killed.returncode, killed.stdout) == (0, f"{set_id} killed\n")
    assert shop.record(set_id).attempt == 0
    assert isinstance(shop.record(busy).state, Running)
    shop.cli("kill", busy)


@pytest.mark.parametrize("signals", [1, 2])
def test_a_stopped_supervisor_closes_its_set_and_leaves_nothing_behind(shop: Shop, signals: int) -> None:
    set_id = shop.stage_set(4, years=8)
    client = shop.start("run", "--jobs", "2", "forecastset", set_id)
    until(lambda: bool(forecasts_running(shop)))
    (supervisor,) = shop.supervisor_pids()

    for _ in range(signals):
        os.kill(supervisor, signal.SIGTERM)
        time.sleep(0.1)

    out, _ = client.communicate(timeout=60)
    ended = Outcome.INCOMPLETE if signals == 1 else Outcome.KILLED
    assert outcome(shop, set_id) is ended
    assert out.splitlines()[-1] == f"{set_id} {ended.value}"
    until(lambda: shop.supervisor_pids() == [])
    assert (tickets.all_tickets(shop.places), active.markers(shop.places)) == ([], [])
    assert not is_held(shop.places.claim(set_id))


def test_what_a_stopped_supervisor_did_not_begin_is_told(shop: Shop) -> None:
    busy, waiting = shop.stage_long("busy"), shop.stage(1, "waiting")
    shop.cli("run", "--detach", "--jobs", "1", busy)
    shop.marker(busy)
    client = shop.start("run", "--jobs", "1", waiting)
    until(lambda: len([t for t in tickets.all_tickets(shop.places) if t.supervisor]) == 2)
    (supervisor,) = shop.supervisor_pids()

    os.kill(supervisor, signal.SIGTERM)

    out, told = client.communicate(timeout=30)
    assert (client.returncode, out) == (3, "")
    assert f"{waiting}: it was not begun; `ef_cli run {waiting}` runs it" in told
    shop.cli("kill", busy)


def test_who_asks_for_what_runs_already_is_not_told_that_it_died(shop: Shop) -> None:
    record_id = shop.stage_long()
    shop.cli("run", "--detach", record_id)
    shop.marker(record_id)

    again = shop.cli("run", "--detach", record_id)

    assert "is gone" not in again.stderr
    assert f"{record_id} is run by process {current().host}:" in again.stderr
    shop.cli("kill", record_id)


def test_ctrl_c_right_after_a_line_lets_what_runs_finish_too(shop: Shop) -> None:
    set_id = shop.stage_set(5)
    client = shop.start("run", "--jobs", "1", "forecastset", set_id)
    assert client.stdout
    client.stdout.readline()

    client.send_signal(signal.SIGINT)

    client.communicate(timeout=30)
    assert client.returncode == 130
    assert outcome(shop, set_id) is Outcome.INCOMPLETE


def drawn_by(shop: Shop, *words: str) -> str:
    """What a command draws on standard error, if that is a terminal."""
    leader, follower = pty.openpty()
    client = subprocess.Popen(shop.command(*words), stdout=subprocess.DEVNULL, stderr=follower)
    os.close(follower)
    drawn = b""
    try:
        while data := os.read(leader, 4096):
            drawn += data
    except OSError:  # the last one to have the other side open is gone
        pass
    os.close(leader)
    client.wait(timeout=30)
    return drawn.decode()


def test_a_bar_says_how_many_forecasts_of_a_set_are_done(shop: Shop) -> None:
    set_id = shop.stage_set(3, years=4)

    drawn = drawn_by(shop, "run", "--jobs", "1", "forecastset", set_id)

    assert re.search(r"\[#+\.+\] [1-9]\d* of 8 forecasts", drawn)


def test_a_bar_says_how_far_a_phase_is_and_how_long_it_still_takes(shop: Shop) -> None:
    record_id = shop.stage_long()

    drawn = drawn_by(shop, "run", "--timeout", "3", "--jobs", "1", record_id)

    assert re.search(r"\[\.+\] dozing 0%, 1h\w+ left", drawn)

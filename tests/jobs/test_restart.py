"""New attempts at what went wrong."""

from __future__ import annotations

import os
import signal
from dataclasses import replace

from ef_engine.store import active, requests, tickets
from ef_engine.store.process import current
from ef_engine.store.states import Finished, Outcome
from tests.jobs.conftest import Naps, Shop, until


def outcome(shop: Shop, record_id: str) -> Outcome | None:
    state = shop.record(record_id).state
    return state.outcome if isinstance(state, Finished) else None


def lose(shop: Shop) -> None:
    """Kills the supervisor, and waits until its workers are gone."""
    [supervisor] = shop.supervisor_pids()
    os.kill(supervisor, signal.SIGKILL)
    until(lambda: '"lost"' in shop.cli("ps", "--format", "json").stdout)
    until(lambda: '"flags": ""' not in shop.cli("ps", "--format", "json").stdout)


def test_what_was_killed_runs_again_as_a_new_attempt_and_its_old_log_stays(shop: Shop, naps: Naps) -> None:
    naps(60)
    record_id = shop.stage(1)
    shop.cli("run", "--detach", record_id)
    shop.marker(record_id)
    assert shop.cli("kill", record_id).stdout == f"{record_id} killed\n"

    ran = shop.cli("restart", record_id)

    assert (ran.returncode, ran.stdout) == (0, f"{record_id} evaluated\n")
    assert shop.record(record_id).attempt == 2
    assert "killed" in shop.cli("log", record_id, "--attempt", "1").stdout


def test_what_is_lost_is_closed_as_crashed_and_runs_again(shop: Shop, naps: Naps) -> None:
    naps(60)
    record_id, waiting = shop.stage(1, "big"), shop.stage(2, "waiting")
    shop.cli("run", "--detach", "--jobs", "1", record_id)
    shop.marker(record_id)
    shop.cli("run", "--detach", "--jobs", "1", waiting)
    until(lambda: all(ticket.supervisor for ticket in tickets.all_tickets(shop.places)))
    lose(shop)
    naps(0)

    ran = shop.cli("restart", "--lost", "--detach")

    assert (ran.returncode, sorted(ran.stdout.split())) == (0, sorted([record_id, "queued", waiting, "queued"]))
    assert shop.cli("wait", record_id, waiting).returncode == 0
    assert (shop.record(record_id).attempt, shop.record(waiting).attempt) == (2, 1)
    until(lambda: tickets.all_tickets(shop.places) == [])
    ran = shop.cli("restart", "--lost")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "Nothing is lost.\n")


def test_of_a_lost_set_only_what_has_no_result_runs_again(shop: Shop, naps: Naps) -> None:
    naps(0.5)
    set_id = shop.stage_set(2)
    members = [member.id for member in shop.record(set_id).members]
    shop.cli("run", "--detach", "--jobs", "1", set_id)
    until(lambda: outcome(shop, members[0]) is Outcome.EVALUATED)
    lose(shop)
    done = [each for each in members if outcome(shop, each) is Outcome.EVALUATED]
    lost = [each for each in members if outcome(shop, each) is None and shop.record(each).attempt == 1]
    assert 1 <= len(done) < len(members)

    ran = shop.cli("restart", set_id)

    assert ran.returncode == 0
    assert ran.stdout.splitlines()[-1] == f"{set_id} evaluated"
    assert {each: shop.record(each).attempt for each in members} == {
        each: 2 if each in lost else 1 for each in members
    }  # fmt: skip
    assert shop.record(set_id).attempt == 2


def test_everything_that_failed_runs_again_at_once(shop: Shop) -> None:
    record_id = shop.stage_long()
    assert shop.cli("run", "--timeout", "0.3", record_id).stdout == f"{record_id} timed_out\n"
    done = shop.stage(1, "done")
    shop.cli("run", "--in_process", done)

    ran = shop.cli("restart", "--all_failed", "--timeout", "0.3")

    assert (ran.returncode, ran.stdout) == (1, f"{record_id} timed_out\n")
    assert (shop.record(record_id).attempt, shop.record(done).attempt) == (2, 1)


def test_a_failed_set_stands_for_its_failed_forecasts(shop: Shop) -> None:
    set_id = shop.stage_set(1)
    shop.cli("run", "forecastset", "--timeout", "0.000001", "--jobs", "1", set_id)
    assert outcome(shop, set_id) is Outcome.FAILED
    ran = shop.cli("restart", "--all_failed", "--detach")
    assert ran.stdout == f"{set_id} queued\n"
    assert shop.cli("wait", set_id).stdout == f"{set_id} evaluated\n"


def test_what_needs_no_restart_is_refused_with_what_to_do(shop: Shop) -> None:
    long, done, staged = shop.stage_long(), shop.stage(1, "done"), shop.stage(2, "staged")
    shop.cli("run", "--in_process", done)
    shop.cli("run", "--detach", "--jobs", "1", long)
    process = shop.marker(long).process
    shop.cli("run", "--detach", "--jobs", "1", staged)
    expected = {
        done: (2, f"{done} is evaluated; `ef_cli run forecast {done} --force` runs it again.\n"),
        long: (3, f"{long} is run by process {process}; wait for it, or stop it.\n"),
        staged: (3, f"{staged} is queued already; `ef_cli wait {staged}` waits for it.\n"),
    }
    for record_id, (code, problem) in expected.items():
        ran = shop.cli("restart", record_id)
        assert (ran.returncode, ran.stdout, ran.stderr) == (code, "", problem)
    assert active.marker_of(shop.places, long) is not None


def test_a_lost_run_runs_again_with_run_as_well(shop: Shop, naps: Naps) -> None:
    naps(60)
    record_id = shop.stage(1)
    shop.cli("run", "--detach", record_id)
    shop.marker(record_id)
    lose(shop)
    ran = shop.cli("run", record_id)
    assert (ran.returncode, ran.stdout) == (0, f"{record_id} evaluated\n")
    assert "is gone since attempt 1; starting anew." in ran.stderr
    assert shop.cli("ps", "--quiet").stdout == ""


def test_what_waits_in_the_queue_of_a_dead_supervisor_can_be_taken_out_of_it(shop: Shop) -> None:
    record_id = shop.stage(1)
    tickets.write(shop.places, replace(tickets.new(record_id), supervisor=replace(current(), start_time="1")))
    assert '"flags": "lost"' in shop.cli("ps", "--format", "json").stdout

    assert shop.cli("kill", record_id).stdout == f"{record_id} killed\n"

    assert tickets.all_tickets(shop.places) == []
    assert shop.cli("ps", "--quiet").stdout == ""
    assert shop.cli("restart", record_id).stdout == f"{record_id} evaluated\n"


def test_a_request_to_what_died_does_not_stop_what_is_run_next(shop: Shop) -> None:
    """A marker nobody cleared, of a run that was closed, is no sign that somebody will obey."""
    record_id = shop.stage(1)
    with active.marked(shop.places, record_id, 1):
        text = active.path_of(shop.places, record_id).read_text()
    dead = text.replace(f'"start_time":"{current().start_time}"', '"start_time":"1"')
    active.path_of(shop.places, record_id).write_text(dead)
    requests.ask(shop.places, record_id, "killed", "ann")
    assert shop.cli("run", "--jobs", "1", record_id).stdout == f"{record_id} evaluated\n"

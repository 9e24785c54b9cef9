"""Real runs in real processes that are really killed."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
from pathlib import Path

import pytest

from ef_engine.store import active, tickets
from ef_engine.store.locks import is_held
from ef_engine.store.process import Liveness, liveness
from ef_engine.store.states import Finished, Outcome, Running
from tests.jobs.conftest import Naps, Shop, until


def outcome(shop: Shop, record_id: str) -> Outcome | None:
    state = shop.record(record_id).state
    return state.outcome if isinstance(state, Finished) else None


def test_a_queued_forecast_gives_the_same_files_as_one_run_here(shop: Shop) -> None:
    record_id = shop.stage(1)
    names = ("result.json", "daily.csv", "postings.csv", "decisions.csv")
    assert shop.cli("run", "--in_process", record_id).stdout == f"{record_id} evaluated\n"
    here = [(shop.places.run(record_id) / name).read_bytes() for name in names]

    ran = shop.cli("run", "--jobs", "2", "--force", record_id)

    assert (ran.returncode, ran.stdout) == (0, f"{record_id} evaluated\n")
    assert [(shop.places.run(record_id) / name).read_bytes() for name in names] == here
    assert shop.record(record_id).attempt == 2
    assert (shop.places.run(record_id) / "attempt-1.log").exists()


def test_a_set_is_run_by_several_workers_and_ends_as_evaluated(shop: Shop) -> None:
    set_id = shop.stage_set(3)

    ran = shop.cli("run", "forecastset", "--jobs", "2", set_id)

    lines = ran.stdout.splitlines()
    assert ran.returncode == 0
    assert lines[-1] == f"{set_id} evaluated"
    members = {member.id for member in shop.record(set_id).members}
    assert {line.split()[0] for line in lines[:-1]} == members
    assert len(lines) == 8 + 1
    assert active.markers(shop.places) == []
    assert tickets.all_tickets(shop.places) == []


def test_a_detached_run_returns_at_once_and_the_supervisor_leaves_when_all_is_done(shop: Shop) -> None:
    record_id = shop.stage(1)

    ran = shop.cli("run", "--detach", record_id)

    assert (ran.returncode, ran.stdout) == (0, f"{record_id} queued\n")
    until(lambda: outcome(shop, record_id) is Outcome.EVALUATED)
    until(lambda: not is_held(shop.places.supervisor_lock))
    until(lambda: shop.supervisor_pids() == [])


def test_killing_one_job_leaves_the_others_running_and_frees_its_slot(shop: Shop) -> None:
    first, second = shop.stage_long("first"), shop.stage_long("second", items=40)
    third = shop.stage(1, "third")
    shop.cli("run", "--detach", "--jobs", "2", first)
    shop.cli("run", "--detach", "--jobs", "2", second)
    markers = [shop.marker(first), shop.marker(second)]
    shop.cli("run", "--detach", "--jobs", "2", third)

    killed = shop.cli("kill", "forecast", first)

    assert (killed.returncode, killed.stdout) == (0, f"{first} killed\n")
    assert shop.record(first).state.message == "stopped by ann"  # type: ignore[union-attr]  # it is finished
    until(lambda: outcome(shop, third) is Outcome.EVALUATED)
    assert isinstance(shop.record(second).state, Running)
    assert liveness(markers[1].process) is Liveness.ALIVE
    assert shop.cli("kill", "forecast", second).returncode == 0
    assert shop.cli("kill", "forecast", second).returncode == 4


def test_a_worker_that_does_not_listen_is_killed_all_the_same(shop: Shop) -> None:
    record_id = shop.stage_long()
    shop.cli("run", "--detach", record_id)
    marker = shop.marker(record_id)
    os.kill(marker.process.pid, signal.SIGSTOP)

    killed = shop.cli("kill", "forecast", record_id)

    assert (killed.returncode, killed.stdout) == (0, f"{record_id} killed\n")
    until(lambda: liveness(marker.process) is Liveness.DEAD)


def test_what_waits_is_taken_out_of_the_queue(shop: Shop) -> None:
    long, waiting = shop.stage_long(), shop.stage(1, "waiting")
    shop.cli("run", "--detach", "--jobs", "1", long)
    shop.marker(long)
    shop.cli("run", "--detach", "--jobs", "1", waiting)

    killed = shop.cli("kill", waiting)

    assert (killed.returncode, killed.stdout) == (0, f"{waiting} killed\n")
    assert shop.record(waiting).attempt == 0
    shop.cli("kill", long)


def test_killing_a_set_ends_its_members_and_itself(shop: Shop) -> None:
    set_id = shop.stage_set(6)
    shop.cli("run", "forecastset", "--detach", "--jobs", "2", set_id)
    until(lambda: any(not marker.id.startswith("S") for marker in active.markers(shop.places)))

    killed = shop.cli("kill", "forecastset", set_id)

    assert (killed.returncode, killed.stdout) == (0, f"{set_id} killed\n")
    until(lambda: active.markers(shop.places) == [])


def test_a_killed_supervisor_leaves_no_worker_and_nothing_runs_again_unasked(shop: Shop) -> None:
    long, waiting = shop.stage_long(), shop.stage_long("waiting", items=40)
    shop.cli("run", "--detach", "--jobs", "1", long)
    marker = shop.marker(long)
    shop.cli("run", "--detach", "--jobs", "1", waiting)
    until(lambda: all(ticket.supervisor for ticket in tickets.all_tickets(shop.places)))
    (supervisor,) = shop.supervisor_pids()

    os.kill(supervisor, signal.SIGKILL)

    until(lambda: liveness(marker.process) is Liveness.DEAD, 2.0)
    assert isinstance(shop.record(long).state, Running)
    another = shop.stage(1, "another")
    assert shop.cli("run", "--jobs", "1", another).returncode == 0
    assert shop.record(long).attempt == 1
    assert shop.record(waiting).attempt == 0


def test_a_dead_worker_is_told_as_crashed_and_its_slot_goes_on(shop: Shop) -> None:
    long, other = shop.stage_long(), shop.stage(1, "other")
    shop.cli("run", "--detach", "--jobs", "1", long)
    marker = shop.marker(long)
    shop.cli("run", "--detach", "--jobs", "1", other)

    os.kill(marker.process.pid, signal.SIGKILL)

    until(lambda: outcome(shop, long) is Outcome.CRASHED)
    until(lambda: outcome(shop, other) is Outcome.EVALUATED)
    assert shop.record(long).attempt == 1


def test_what_runs_too_long_is_stopped(shop: Shop) -> None:
    record_id = shop.stage_long()

    ran = shop.cli("run", "--jobs", "1", "--timeout", "0.5", record_id)

    assert (ran.returncode, ran.stdout) == (1, f"{record_id} timed_out\n")


def test_the_same_forecast_never_runs_twice_at_once(shop: Shop, naps: Naps) -> None:
    naps(1.5)
    record_id = shop.stage(1)

    clients = [shop.start("run", "--jobs", "2", record_id) for _ in range(4)]

    ended = [client.communicate(timeout=60)[0] for client in clients]
    assert ended == [f"{record_id} evaluated\n"] * 4
    assert shop.record(record_id).attempt == 1


def test_the_queue_can_be_paused(shop: Shop) -> None:
    record_id = shop.stage(1)
    shop.cli("pause")
    shop.cli("run", "--detach", record_id)
    until(lambda: any(ticket.supervisor for ticket in tickets.all_tickets(shop.places)))
    assert shop.record(record_id).attempt == 0

    shop.cli("resume")

    until(lambda: outcome(shop, record_id) is Outcome.EVALUATED)


def test_a_paused_job_stands_still_and_goes_on(shop: Shop) -> None:
    record_id = shop.stage_long()
    shop.cli("run", "--detach", record_id)
    shop.marker(record_id)
    progress = shop.places.run(record_id) / "progress.json"

    assert shop.cli("pause", record_id).stdout == f"{record_id} paused\n"
    assert shop.state(record_id)["status"] == "paused"
    before = progress.read_bytes()
    assert shop.cli("ps").returncode == 0
    assert progress.read_bytes() == before
    assert shop.cli("resume", record_id).stdout == f"{record_id} running\n"

    until(lambda: progress.read_bytes() != before)
    shop.cli("kill", record_id)


@pytest.mark.parametrize("is_stopped", [False, True])
def test_a_stack_says_where_a_job_is(shop: Shop, is_stopped: bool, busy: None) -> None:
    record_id = shop.stage_long()
    shop.cli("run", "--detach", record_id)
    marker = shop.marker(record_id)
    if is_stopped:
        os.kill(marker.process.pid, signal.SIGSTOP)

    ran = shop.cli("stack", record_id)

    assert ran.returncode == 0, ran.stderr
    first, *others = ran.stdout.split("\n\n")
    assert "ef_engine/simulation/" in first
    assert others
    assert not any("ef_engine/simulation/" in other for other in others)
    shop.cli("kill", record_id)


def test_a_closing_terminal_takes_only_the_client_along(shop: Shop, naps: Naps) -> None:
    naps(2)
    record_id = shop.stage(1)
    leader, follower = pty.openpty()
    client = subprocess.Popen(
        shop.command("run", "--jobs", "1", record_id), stdin=follower, stdout=follower, stderr=follower,
        preexec_fn=_with_terminal,
    )  # fmt: skip
    os.close(follower)
    marker = shop.marker(record_id)

    os.close(leader)

    client.wait(timeout=20)
    assert client.returncode != 0
    assert liveness(marker.process) is Liveness.ALIVE
    until(lambda: outcome(shop, record_id) is Outcome.EVALUATED)
    assert shop.record(record_id).attempt == 1


def _with_terminal() -> None:
    import fcntl
    import termios

    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def test_ctrl_c_lets_what_runs_finish_and_begins_nothing_more(shop: Shop) -> None:
    set_id = shop.stage_set(5)
    client = shop.start("run", "forecastset", "--jobs", "1", set_id)
    until(lambda: any(not marker.id.startswith("S") for marker in active.markers(shop.places)))

    client.send_signal(signal.SIGINT)

    out, _ = client.communicate(timeout=30)
    assert client.returncode == 130
    assert out.splitlines()[-1] == f"{set_id} incomplete"
    members = {member.id for member in shop.record(set_id).members}
    outcomes = {outcome(shop, member) for member in members}
    assert outcomes == {Outcome.EVALUATED, None}


def test_a_command_is_given_the_outcome_as_json(shop: Shop, tmp_path: Path) -> None:
    record_id, told = shop.stage(1), tmp_path / "told with spaces; and more"

    shop.cli("run", "--on_finish", f"tee '{told}'", record_id)

    until(told.exists)
    until(lambda: told.read_text() == f'{{"id": "{record_id}", "outcome": "evaluated"}}')


def test_a_command_is_looked_for_where_it_was_typed(shop: Shop, tmp_path: Path) -> None:
    record_id, script = shop.stage(1), tmp_path / "tell me.sh"
    script.write_text("#!/bin/sh\ncat > told\n", encoding="utf-8")
    script.chmod(0o755)

    words = shop.command("run", "--on_finish", "'./tell me.sh'", record_id)
    subprocess.run(words, cwd=tmp_path, check=True, capture_output=True)

    until((tmp_path / "told").exists)
    until(lambda: record_id in (tmp_path / "told").read_text())


def test_a_command_that_cannot_be_run_is_refused_before_anything_is(shop: Shop) -> None:
    record_id = shop.stage(1)
    ran = shop.cli("run", "--on_finish", "nosuchcommand --now", record_id)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "'nosuchcommand' is no command that can be run" in ran.stderr
    assert outcome(shop, record_id) is None


def test_a_full_log_of_supervisors_moves_aside(shop: Shop) -> None:
    record_id = shop.stage(1)
    shop.places.log.mkdir(exist_ok=True)
    path = shop.places.log / "supervisor.log"
    path.write_bytes(b"x" * 1_000_001)

    assert shop.cli("run", "--jobs", "1", record_id).returncode == 0

    assert path.stat().st_size < 1000
    assert path.with_name("supervisor.log.1").stat().st_size == 1_000_001


def test_what_waits_is_listed_as_queued(shop: Shop) -> None:
    record_id = shop.stage(1)
    shop.cli("pause")
    shop.cli("run", "--detach", record_id)

    listed = shop.cli("list", "--format", "csv", "--filter", "state=queued", "--no_header").stdout

    assert listed.startswith(record_id)


def test_a_member_deleted_since_is_run_again_with_its_set(shop: Shop) -> None:
    set_id = shop.stage_set(2)
    shop.cli("run", "forecastset", set_id)
    member = shop.record(set_id).members[0].id
    shop.cli("rm", member, "--yes")
    shop.cli("stage", "forecastset", str(shop.home / "set.json"))

    ran = shop.cli("run", "forecastset", set_id)

    assert (ran.returncode, ran.stdout.splitlines()[-1]) == (0, f"{set_id} evaluated")
    assert outcome(shop, member) is Outcome.EVALUATED

"""The logs of attempts, whole and as they grow."""

from __future__ import annotations

import os
import signal

from tests.jobs.conftest import Shop, until


def test_the_latest_attempt_is_shown_and_any_other_on_demand(shop: Shop) -> None:
    record_id = shop.stage(1)
    shop.cli("run", "--in_process", record_id)
    shop.cli("run", "--in_process", "--force", record_id)
    assert f"attempt 2 of {record_id}" in shop.cli("log", record_id).stdout
    assert f"attempt 1 of {record_id}" in shop.cli("log", record_id, "--attempt", "1").stdout
    ran = shop.cli("log", record_id, "--attempt", "3")
    assert (ran.returncode, ran.stderr) == (4, f"{record_id} has no log of attempt 3; its latest is 2.\n")


def test_following_waits_for_the_start_and_ends_with_the_attempt(shop: Shop) -> None:
    record_id = shop.stage(2)
    shop.cli("run", "--in_process", record_id)
    shop.cli("pause")
    shop.cli("run", "--detach", "--force", record_id)
    following = shop.start("log", record_id, "--follow")
    shop.cli("resume")
    out, err = following.communicate(timeout=20)
    assert (following.returncode, err) == (0, "")
    first, *_, last = out.splitlines()
    assert f"attempt 2 of {record_id} by " in first
    assert last.endswith(" evaluated")


def test_following_shows_lines_as_they_come_and_ends_when_the_process_is_lost(shop: Shop) -> None:
    record_id = shop.stage_long()
    shop.cli("run", "--detach", record_id)
    shop.marker(record_id)
    following = shop.start("log", record_id, "--follow")
    assert following.stdout is not None
    assert f"attempt 1 of {record_id}" in following.stdout.readline()
    [supervisor] = shop.supervisor_pids()
    os.kill(supervisor, signal.SIGKILL)
    following.communicate(timeout=20)
    assert following.returncode == 0


def test_following_what_is_done_prints_it_and_ends(shop: Shop) -> None:
    record_id = shop.stage(1)
    shop.cli("run", "--in_process", record_id)
    assert shop.cli("log", "--follow", record_id).stdout == shop.cli("log", record_id).stdout != ""


def test_following_what_never_begins_ends_with_four(shop: Shop) -> None:
    record_id = shop.stage(1)
    shop.cli("pause")
    shop.cli("run", "--detach", record_id)
    following = shop.start("log", record_id, "--follow")
    until(lambda: len(shop.supervisor_pids()) == 1)
    shop.cli("kill", record_id)
    _, err = following.communicate(timeout=20)
    assert (following.returncode, err) == (4, f"{record_id} has no log; only a forecast that ran has one.\n")


def test_a_set_and_what_never_ran_have_no_log(shop: Shop) -> None:
    set_id = shop.stage_set(1)
    member = shop.record(set_id).members[0].id
    for words in (("log", member), ("log", member, "--follow")):
        ran = shop.cli(*words)
        assert (ran.returncode, ran.stderr) == (4, f"{member} has no log; only a forecast that ran has one.\n")
    problem = f"{set_id} is a forecast set and has no log; its forecasts have; see `ef_cli show`.\n"
    for words in (("log", set_id), ("log", set_id, "--follow")):
        assert (shop.cli(*words).returncode, shop.cli(*words).stderr) == (4, problem)

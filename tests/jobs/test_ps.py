"""What `ps` shows of real runs, and what it says of those that stand still."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from ef_engine.jobs.attempt import begun
from ef_engine.jobs.watch import Thresholds
from ef_engine.service.in_progress import Lookout, in_progress
from ef_engine.store import active, documents, forecasts, tickets
from ef_engine.store.clock import now
from ef_engine.store.process import current
from ef_engine.store.records import Record
from ef_engine.store.states import Outcome, Running
from ef_engine.store.transitions import Finish, Pause, after
from tests.cli.processes import python
from tests.cli.test_startup import HEAVY, SCRIPT
from tests.jobs.conftest import Shop, until

AN_HOUR = 3600.0


def rows(shop: Shop, *options: str) -> dict[str, dict[str, object]]:
    """By id what `ps` tells."""
    ran = shop.cli("ps", "--format", "json", *options)
    assert ran.returncode == 0, ran.stderr
    return {row["id"]: row for row in json.loads(ran.stdout)}


def age(path: Path, seconds: float = AN_HOUR) -> None:
    """Makes a file as old as that."""
    os.utime(path, (time.time() - seconds,) * 2)


def running_here(shop: Shop, stack: ExitStack) -> Record:
    """A forecast that stands as running in this very process, whose heart beats."""
    record = shop.record(shop.stage(1))
    stack.enter_context(active.marked(shop.places, record.id, 1))
    return begun(shop.places, record, "0")


def write_progress(shop: Shop, record: Record, done: int) -> Path:
    path = shop.places.run(record.id) / "progress.json"
    known = {"schema": "ef/progress/1", "attempt": record.attempt, "phase": "priority 2", "done": done, "total": 8}
    path.write_bytes(documents.dump(known | {"rate": 2.0, "longest_step": 0.01, "at": now()}))
    return path


def test_what_runs_and_what_waits_is_shown(shop: Shop) -> None:
    long, set_id = shop.stage_long(), shop.stage_set(1)
    shop.cli("run", "--detach", "--jobs", "1", long)
    marker = shop.marker(long)
    queued = shop.stage(1, "later")
    shop.cli("run", "--detach", "--jobs", "1", queued)
    shop.cli("run", "--detach", "--jobs", "1", set_id)
    until(lambda: all(ticket.supervisor for ticket in tickets.all_tickets(shop.places)))

    found = rows(shop)

    assert list(found) == [long, queued, set_id]
    assert [row["state"] for row in found.values()] == ["running", "queued", "queued"]
    assert (found[long]["label"], found[long]["attempt"]) == ("long", 1)
    assert found[long]["process"] == str(marker.process)
    assert str(found[long]["progress"]).endswith("%")
    assert found[set_id]["phase"] == "0 of 2 forecasts"
    assert {row["flags"] for row in found.values()} == {""}
    assert shop.cli("ps", "--quiet").stdout.split() == [long, queued, set_id]


def test_a_stopped_worker_is_frozen_and_a_paused_one_is_not(shop: Shop) -> None:
    record_id = shop.stage_long()
    shop.cli("run", "--detach", record_id)
    worker = shop.marker(record_id).process.pid
    os.kill(worker, signal.SIGSTOP)
    until(lambda: str(rows(shop, "--frozen_after", "1")[record_id]["flags"]).startswith("frozen "))
    os.kill(worker, signal.SIGCONT)

    assert shop.cli("pause", record_id).returncode == 0
    age(active.path_of(shop.places, record_id))

    assert (rows(shop)[record_id]["state"], rows(shop)[record_id]["flags"]) == ("paused", "")


def test_what_gets_no_further_is_stuck_for_as_long_as_its_progress_is_old(shop: Shop) -> None:
    with ExitStack() as stack:
        record = running_here(shop, stack)
        path = write_progress(shop, record, 3)
        assert in_progress(shop.places)[0].flags == ()
        age(path, 65)
        assert in_progress(shop.places)[0].flags == ("stuck 1m05s",)
        assert in_progress(shop.places, Thresholds(stuck=100))[0].flags == ()


def test_who_keeps_looking_goes_by_its_own_clock(shop: Shop) -> None:
    """Another machine's file times are nothing to go by, but that they do not change is."""
    with ExitStack() as stack:
        record = running_here(shop, stack)
        assert isinstance(record.state, Running)
        elsewhere = replace(current(), host="elsewhere")
        stack.enter_context(claim_of_another(shop, record.id))
        forecasts.write_record(shop.places, replace(record, state=replace(record.state, process=elsewhere)))
        path = active.path_of(shop.places, record.id)
        path.write_text(json.dumps(json.loads(path.read_text()) | {"process": elsewhere.to_json()}))
        age(path)
        progress = write_progress(shop, record, 3)
        age(progress)
        lookout = Lookout(shop.places, Thresholds(frozen=60, stuck=0.2))
        assert lookout.look()[0].flags == ()
        until(lambda: lookout.look()[0].flags == ("stuck 0s",))
        write_progress(shop, record, 4)
        assert lookout.look()[0].flags == ()


def claim_of_another(shop: Shop, record_id: str) -> ExitStack:
    from ef_engine.store.claims import claimed

    stack = ExitStack()
    stack.enter_context(claimed(shop.places, record_id))
    return stack


def test_what_is_just_ending_and_what_has_ended_is_not_shown(shop: Shop) -> None:
    with ExitStack() as stack:
        record = running_here(shop, stack)
        forecasts.write_record(shop.places, after(record, Finish(Outcome.FAILED, now(), "broken")))
        assert in_progress(shop.places) == []
    assert in_progress(shop.places) == []


def test_a_pause_is_no_reason_to_flag_what_goes_on_afterwards(shop: Shop) -> None:
    with ExitStack() as stack:
        record = running_here(shop, stack)
        lookout = Lookout(shop.places, Thresholds(frozen=60, stuck=0.1))
        lookout.look()
        forecasts.write_record(shop.places, after(record, Pause(now())))
        begin = time.monotonic()
        until(lambda: lookout.look()[0].word == "paused" and time.monotonic() - begin > 0.3)
        forecasts.write_record(shop.places, record)
        assert (lookout.look()[0].word, lookout.look()[0].flags) == ("running", ())


def test_a_dead_supervisor_leaves_everything_it_had_lost(shop: Shop) -> None:
    record_id = shop.stage_long()
    waiting = shop.stage(1, "waiting")
    shop.cli("run", "--detach", "--jobs", "1", record_id)
    shop.marker(record_id)
    shop.cli("run", "--detach", "--jobs", "1", waiting)
    until(lambda: all(path.read_text().find('"supervisor":null') < 0 for path in shop.places.queue.glob("*.json")))
    [supervisor] = shop.supervisor_pids()

    os.kill(supervisor, signal.SIGKILL)

    until(lambda: {row["flags"] for row in rows(shop).values()} == {"lost"})
    assert {key: row["state"] for key, row in rows(shop).items()} == {record_id: "running", waiting: "queued"}
    assert json.loads(shop.cli("list", "--format", "json", "--state", "lost").stdout)[0]["id"] == record_id


def test_looking_at_what_runs_imports_nothing_heavy(shop: Shop) -> None:
    with ExitStack() as stack:
        record = running_here(shop, stack)
        done = python(SCRIPT, "--workspace", str(shop.home), "ps")
    *shown, modules = done.stdout.splitlines()
    assert any(line.startswith(record.id) for line in shown)
    assert [name for name in HEAVY if name in modules.split()] == []


@pytest.mark.parametrize("word", ["0", "soon", "-1", "1w"])
def test_a_threshold_that_is_no_duration_is_refused(shop: Shop, word: str) -> None:
    ran = shop.cli("ps", f"--stuck_after={word}")
    problem = f"stuck_after: {word!r} is no duration such as 40s, 5m, 12h or 30d; correct it, or leave it out."
    assert (ran.returncode, ran.stderr) == (2, problem + "\n")


def test_thresholds_come_from_the_environment_too(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    with ExitStack() as stack:
        record = running_here(shop, stack)
        age(write_progress(shop, record, 3), 65)
        monkeypatch.setenv("EF_STUCK_AFTER", "10m")
        assert rows(shop)[record.id]["flags"] == ""
        assert re.fullmatch(r"stuck 1m(0[5-9]|[1-5]\d)s", str(rows(shop, "--stuck_after", "50s")[record.id]["flags"]))


def test_watching_a_pipe_prints_list_after_list_until_interrupted(shop: Shop) -> None:
    watching = shop.start("ps", "--watch", "--interval", "0.05s")
    assert watching.stdout is not None
    assert [watching.stdout.readline().split()[0] for _ in range(3)] == ["ID"] * 3
    watching.send_signal(signal.SIGINT)
    _, said = watching.communicate(timeout=10)
    assert (watching.returncode, said) == (130, "")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_watching_on_a_terminal_leaves_it_as_it_was(shop: Shop, number: int, code: int) -> None:
    main, terminal = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "80"}
    watching = subprocess.Popen(
        shop.command("ps", "--watch", "--interval", "0.05"),
        stdout=terminal, stderr=terminal, stdin=terminal, env=environment, start_new_session=True,
    )  # fmt: skip
    os.close(terminal)
    seen = b""
    while b"Flags" not in seen:
        seen += os.read(main, 4096)
    time.sleep(0.2)  # nothing changes meanwhile, so nothing more is drawn
    watching.send_signal(number)
    assert watching.wait(10) == code
    seen += read_all(main)
    os.close(main)
    assert seen.startswith(b"\x1b[?1049h\x1b[?25l\x1b[H")
    assert seen.endswith(b"\x1b[?25h\x1b[?1049l")
    assert seen.count(b"Flags") == 1


def read_all(descriptor: int) -> bytes:
    found = b""
    try:
        while added := os.read(descriptor, 4096):
            found += added
    except OSError:  # the other side is closed
        pass
    return found

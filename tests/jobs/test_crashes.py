"""Whoever dies at whatever step of a queued run, the workspace stays readable and the work can be done again."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from ef_engine.cli import main
from ef_engine.store import active, journal, tickets
from ef_engine.store.atomic import is_temporary
from ef_engine.store.events import Kind
from ef_engine.store.locks import is_held
from ef_engine.store.places import places_under
from ef_engine.store.states import Finished, Outcome
from tests.jobs.conftest import Shop, end, until

FAULTS = Path(__file__).parent / "faults"
MOST_STEPS = 400


@dataclass(frozen=True)
class Crash:
    """`who` of the processes of a run dies before its `at`-th change of a file, the first one or every one."""

    who: str
    at: int
    is_always: bool = False

    def run(self, shop: Shop, record_id: str) -> str:
        """Runs it queued and lets everything die or finish; what the dead was about to do, empty if none died."""
        told = shop.home.with_name(f"{shop.home.name}.told")
        environment = os.environ | {
            "PYTHONPATH": str(FAULTS), "EF_CRASH_WHO": self.who, "EF_CRASH_AT": str(self.at),
            "EF_CRASH_IN": str(shop.home), "EF_CRASH_TOLD": str(told),
        }  # fmt: skip
        if self.is_always:
            environment["EF_CRASH_ALWAYS"] = "1"
        words = shop.command("run", "--jobs", "1", record_id)
        subprocess.run(words, env=environment, capture_output=True, timeout=60, check=False, start_new_session=True)
        settle(shop, is_hurried=self.who != "supervisor")
        return told.read_text() if told.exists() else ""


def family(shop: Shop) -> list[int]:
    """Every process that works on this workspace: a client, a supervisor, or one of the latter's."""
    found = set(shop.supervisor_pids())
    for name in filter(str.isdigit, os.listdir("/proc")):
        with suppress(OSError):
            if f"EF_CRASH_IN={shop.home}".encode() in Path(f"/proc/{name}/environ").read_bytes().split(b"\0"):
                found.add(int(name))
    return sorted(found)


def settle(shop: Shop, *, is_hurried: bool) -> None:
    """Until nothing of a run is left alive; a supervisor with nothing to do is sent off rather than waited for."""

    sent: set[int] = set()

    def is_over() -> bool:
        if is_hurried and not tickets.all_tickets(shop.places) and is_held(shop.places.supervisor_lock):
            for pid in set(shop.supervisor_pids()) - sent:
                sent.add(pid)
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGTERM)
        return not family(shop)

    until(is_over, 60.0)


def is_readable(shop: Shop, record_id: str, capture: pytest.CaptureFixture[str]) -> None:
    """Every file is whole, and every command that looks works."""
    for path in shop.home.rglob("*.json"):
        if not is_temporary(path.name):
            json.loads(path.read_bytes())
    for path in shop.home.rglob("*.jsonl"):
        lines = path.read_bytes().split(b"\n")
        for line in lines[:-1]:
            json.loads(line)
    for words in (["list"], ["ps"], ["show", record_id]):
        code = main(["--workspace", str(shop.home), "--username", "ann", *words])
        out, err = capture.readouterr()
        assert (code, "Traceback" in out + err) == (0, False), f"{words}: {err}"


def can_be_done(shop: Shop, record_id: str, capture: pytest.CaptureFixture[str]) -> None:
    """Run again it ends with a result, and nothing of the dead is left.

    What a client queued right before it died still waits; the next one to use the queue sees that somebody works on it.
    """
    is_queued = any(ticket.supervisor is None for ticket in tickets.all_tickets(shop.places))
    ran = shop.cli("run", *(("--jobs", "1") if is_queued else ()), record_id)
    assert (ran.returncode, ran.stdout.splitlines()[-1:]) == (0, [f"{record_id} evaluated"]), ran.stderr
    settle(shop, is_hurried=True)
    is_readable(shop, record_id, capture)
    ids = {member.id for member in shop.record(record_id).members} or {record_id}
    assert {path.parent.name for path in shop.home.rglob("result.json")} == {f"Forecast_{each}" for each in ids}
    for each in (record_id, *ids):
        state = shop.record(each).state
        assert isinstance(state, Finished)
        assert state.outcome is Outcome.EVALUATED
        assert not shop.places.staged(each).exists()
    assert shop.cli("ps", "--quiet").stdout == ""
    assert shop.cli("clean", "--yes").returncode == 0
    assert active.markers(shop.places) == []
    assert tickets.all_tickets(shop.places) == []
    assert not list(shop.places.requests.glob("*")) if shop.places.requests.exists() else True


def copied(shop: Shop, name: str) -> Shop:
    home = shop.home.with_name(name)
    shutil.copytree(shop.home, home)
    return Shop(home, places_under(home))


def check(shop: Shop, crash: Crash, record_id: str, capture: pytest.CaptureFixture[str]) -> str:
    """Lets it crash in a copy of the workspace; what the dead was about to do."""
    copy = copied(shop, f"{crash.who}-{crash.at}")
    try:
        what = crash.run(copy, record_id)
        is_readable(copy, record_id, capture)
        can_be_done(copy, record_id, capture)
        return what
    except BaseException:
        told = copy.home.with_name(f"{copy.home.name}.told")
        print(f"{crash} died before {told.read_text() if told.exists() else 'nothing'}")
        raise
    finally:
        end(copy)


@pytest.mark.parametrize(("who", "at"), [("client", 5), ("supervisor", 9), ("worker", 4), ("worker", 30)])
def test_a_crash_leaves_a_workspace_to_go_on_with(
    shop: Shop, who: str, at: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(shop, Crash(who, at), shop.stage(1), capsys) != ""


@pytest.mark.slow
@pytest.mark.parametrize("who", ["client", "supervisor", "worker"])
@pytest.mark.parametrize("kind", ["forecast", "set"])
def test_a_crash_at_any_step_leaves_a_workspace_to_go_on_with(
    shop: Shop, who: str, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    record_id = shop.stage(1) if kind == "forecast" else shop.stage_set(1)
    told = []
    for at in range(1, MOST_STEPS):
        what = check(shop, Crash(who, at), record_id, capsys)
        if not what:
            break
        told.append(what)
    assert 8 < len(told) < MOST_STEPS - 1


def test_a_forecast_whose_workers_all_die_is_given_up(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    record_id = shop.stage(1)
    assert Crash("worker", 1, is_always=True).run(shop, record_id) != ""
    assert tickets.all_tickets(shop.places) == []
    assert shop.record(record_id).attempt == 0
    is_readable(shop, record_id, capsys)
    can_be_done(shop, record_id, capsys)


def workers(shop: Shop) -> list[int]:
    """The workers of the workspace: forked by a process that a supervisor started."""
    servers = {child for pid in shop.supervisor_pids() for child in children(pid)}
    return [worker for server in servers for worker in children(server)]


def children(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def kill_at_random(shop: Shop, client: subprocess.Popen[str], choice: random.Random) -> str:
    """Kills one of those who work on the run, as soon as there is one after a random time; who it was."""
    who = choice.choice(["client", "supervisor", "worker"])
    with suppress(subprocess.TimeoutExpired):
        client.wait(choice.uniform(0.0, 2.5))

    def victims() -> list[int]:
        return {"client": [client.pid], "supervisor": shop.supervisor_pids(), "worker": workers(shop)}[who]

    until(lambda: client.poll() is not None or bool(victims()))
    for pid in choice.sample(found := victims(), min(1, len(found))):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            return who
    return ""


def has_crashed(shop: Shop, record_id: str) -> bool:
    """Whether the first attempt came to no end of its own."""
    ends = [each for each in journal.read(shop.places) if each.id == record_id and each.kind is Kind.POSTRUN]
    told = any(each.fields["attempt"] == 1 and each.fields["outcome"] == "crashed" for each in ends)
    return told or "evaluated" not in (shop.places.run(record_id) / "attempt-1.log").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_a_kill_at_a_random_moment_leaves_a_workspace_to_go_on_with(
    shop: Shop, seed: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EF_CRASH_IN", str(shop.home))
    set_id = shop.stage_set(4, years=8)
    members = {member.id for member in shop.record(set_id).members}
    client = shop.start("run", "--jobs", "2", set_id)

    who = kill_at_random(shop, client, random.Random(seed))

    client.communicate(timeout=60)
    settle(shop, is_hurried=True)
    print(f"killed: {who or 'nobody'}; {sum(shop.record(each).attempt for each in members)} attempts before")
    is_readable(shop, set_id, capsys)
    can_be_done(shop, set_id, capsys)
    attempts = {each: shop.record(each).attempt for each in members}
    assert len(members) == 16
    assert all(count == 1 or (count == 2 and has_crashed(shop, each)) for each, count in attempts.items()), attempts

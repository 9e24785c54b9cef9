"""Flows in real processes: what fails, dies, is killed or comes twice ends as what it is, and never hangs."""

from __future__ import annotations

import json
import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from ef_engine.service import flows
from ef_engine.store import active, flow_runs, journal
from ef_engine.store.clock import now, seconds_between
from ef_engine.store.events import Kind
from ef_engine.store.process import Liveness, Process, liveness
from ef_engine.store.states import Finished, Outcome, Running
from tests.flows.conftest import Mill, until
from tests.flows.test_examples import says
from tests.jobs.conftest import Shop
from tests.jobs.conftest import end as end_shop

GATE: dict[str, Any] = {"name": "a", "run": "steps:gate", "kwargs": {"name": "A"}}
"""A step that goes on when the test lets it."""


def last(text: str) -> str:
    return text.splitlines()[-1]


def test_a_changed_amount_repeats_its_forecast_and_what_depends_on_it_and_says_why(mill: Mill) -> None:
    for name in ("house", "other"):
        mill.cli("init", str(mill.home / name))
    other = mill.home / "other" / "household.json"
    other.write_text(other.read_text().replace('"amount": 1940', '"amount": 1950'))
    file = mill.flow(
        {"name": "house", "run": ["stage", "house/household.json"]},
        {"name": "other", "run": ["stage", "other/household.json"]},
        {"name": "run_house", "run": ["run", "forecast", "{house}"]},
        {"name": "run_other", "run": ["run", "forecast", "{other}"]},
        {"name": "report", "run": ["report", "forecast", "{house}", "--format", "json"], "requires": ["run_house"]},
    )
    first = mill.cli("run", "flow", file)
    assert last(first.stdout) == "Processing finished with: success"
    house = mill.home / "house" / "household.json"
    house.write_text(house.read_text().replace('"amount": 1940', '"amount": 1941'))

    told = json.loads(mill.cli("run", "flow", "nightly", "--recover", "--dry_run", "--format", "json").stdout)
    second = mill.cli("run", "flow", "nightly", "--recover")

    assert {(each["step"], each["action"], each["reason"]) for each in told} == {
        ("house@1", "run", "its input changed: house/household.json"),
        ("run_house@1", "run", "house runs again"),
        ("report@1", "run", "run_house and house run again"),
        ("other@1", "skip", "succeeded with the same inputs"),
        ("run_other@1", "skip", "succeeded with the same inputs"),
    }
    assert "house@1 runs: its input changed: house/household.json." in second.stderr
    assert last(second.stdout) == "Processing finished with: success"
    assert mill.ends() == {
        "house@1": "evaluated", "run_house@1": "evaluated", "report@1": "evaluated", "other@1": "skipped",
        "run_other@1": "skipped",
    }  # fmt: skip


def test_a_step_that_leaves_by_itself_has_crashed(mill: Mill) -> None:
    file = mill.flow({"name": "a", "run": "steps:leave"}, says("b", "B", "a"))
    ran = mill.cli("run", "flow", file)
    assert ran.returncode == 1
    assert last(ran.stdout) == "Processing finished with: failure"
    assert mill.ends() == {"a@1": "crashed", "b@1": "upstream_failed"}
    assert mill.ran() == []


def test_whatever_a_step_raises_or_closes_is_its_own_end_alone(mill: Mill) -> None:
    names = ("interrupt", "odd", "silence")
    steps = [{"name": name, "run": f"steps:{name}"} for name in names]
    ran = mill.cli("run", "flow", mill.flow(*steps, says("after", "C"), keep_going=True))
    assert last(ran.stdout) == "Processing finished with: failure"
    assert mill.ends() == {"interrupt@1": "failed", "odd@1": "failed", "silence@1": "evaluated", "after@1": "evaluated"}
    assert [line.partition(": ")[2] for line in ran.stderr.splitlines()[1:3]] == ["KeyboardInterrupt", "Odd: at all"]


def test_a_step_whose_process_is_killed_has_crashed_within_two_seconds_and_the_flow_goes_on_to_its_end(
    mill: Mill,
) -> None:
    file = mill.flow({"name": "a", "run": "steps:hang"}, says("b", "B", "a"))
    for _ in range(3):  # a machine that is busy with other things gets another chance
        started = mill.start("run", "flow", file)
        until(lambda: "hang@1" in mill.ran())
        marker = next(each for each in active.markers(mill.places) if "." in each.id)
        died = now()
        os.kill(marker.process.pid, signal.SIGKILL)
        out, _ = started.communicate(timeout=30)
        assert last(out) == "Processing finished with: failure"
        state = flow_runs.steps(mill.places, mill.latest().id)[0].state
        assert isinstance(state, Finished)
        assert state.outcome is Outcome.CRASHED
        if seconds_between(died, state.finished) < 2.0:
            break
    else:
        pytest.fail("it took longer than two seconds, three times")


def test_two_that_start_one_flow_run_each_step_once(mill: Mill) -> None:
    file = mill.flow(GATE, says("b", "B", "a"))
    both = [mill.start("run", "flow", file) for _ in range(2)]
    until(lambda: any(each.poll() is not None for each in both))
    assert mill.cli("run", "flow", file, "--dry_run").stderr.startswith("Flow nightly is run by ann as F")
    mill.open()
    errors = [each.communicate(timeout=60)[1] for each in both]
    assert sorted(each.returncode for each in both) == [0, 3]
    assert "flow nightly is run by ann as F" in errors[0 if both[0].returncode == 3 else 1]
    assert mill.ran() == ["A@1", "B@1"]


def test_a_dead_owner_s_run_is_taken_over_and_said(mill: Mill) -> None:
    file = mill.flow(says("a", "A"), GATE | {"name": "b", "kwargs": {"name": "B"}, "requires": ["a"]})
    started = mill.start("run", "flow", file)
    until(lambda: _is_begun(mill, "b"))
    kill_everything(mill)
    out, _ = started.communicate(timeout=30)
    assert last(out) == "Processing finished with: incomplete"
    assert mill.cli("ps", "--format", "json").stdout.count('"flags": "lost"') == 2
    assert mill.ran() == ["A@1"]
    mill.open()

    ran = mill.cli("run", "flow", "nightly", "--recover")

    assert "its owner" in ran.stderr
    assert "is closed as crashed" in ran.stderr
    assert "b@1 runs: was interrupted." in ran.stderr
    assert last(ran.stdout) == "Processing finished with: success"
    assert mill.ran() == ["B@1"]


def _is_begun(mill: Mill, name: str) -> bool:
    found = flow_runs.runs(mill.places)
    records = flow_runs.steps(mill.places, found[0].id) if found else []
    return any(each.label == name and isinstance(each.state, Running) for each in records)


def kill_everything(mill: Mill) -> None:
    """Everybody who works on the flow."""
    for marker in sorted(active.markers(mill.places), key=lambda each: each.id):
        with suppress(ProcessLookupError):
            os.kill(marker.process.pid, signal.SIGKILL)


def test_what_a_step_started_goes_with_the_owner_of_its_flow(mill: Mill) -> None:
    run_id = mill.cli("run", "flow", mill.flow({"name": "a", "run": "steps:spawn"}), "--detach").stdout.split()[0]
    until(lambda: mill.home.joinpath("ran.txt").exists())
    (line,) = mill.ran()
    child = Path("/proc") / line.removeprefix("child ").removesuffix("@1")
    marker = active.marker_of(mill.places, run_id)
    assert marker
    os.kill(marker.process.pid, signal.SIGKILL)
    until(lambda: _is_gone(child))


def _is_gone(process: Path) -> bool:
    with suppress(OSError):  # it may go while it is being read
        return " Z " in (process / "stat").read_text()
    return True


def test_a_step_that_is_held_ends_when_the_run_of_its_dead_owner_is_taken_over(mill: Mill) -> None:
    file = mill.flow(GATE)
    run_id = mill.cli("run", "flow", file, "--detach").stdout.split()[0]
    until(lambda: _is_begun(mill, "a"))
    assert mill.cli("pause", f"{run_id}.1").returncode == 0
    owner, worker = (marker_process(mill, each) for each in (run_id, f"{run_id}.1"))
    os.kill(owner.pid, signal.SIGKILL)
    until(lambda: liveness(owner) is Liveness.DEAD)
    assert liveness(worker) is Liveness.ALIVE
    mill.open()

    assert mill.cli("run", "flow", file, "--recover").returncode == 0

    assert liveness(worker) is Liveness.DEAD
    assert mill.ran() == ["A@1"]


def marker_process(mill: Mill, record_id: str) -> Process:
    marker = active.marker_of(mill.places, record_id)
    assert marker
    return marker.process


def test_a_flow_outlives_the_terminal_it_was_started_in(mill: Mill) -> None:
    file = mill.flow(GATE, says("b", "B", "a"))
    started = mill.start("run", "flow", file)
    until(lambda: _is_begun(mill, "a"))
    os.killpg(started.pid, signal.SIGKILL)
    started.communicate(timeout=10)
    mill.open()
    assert mill.cli("wait", mill.latest().id).stdout == f"{mill.latest().id} evaluated\n"
    assert mill.ran() == ["A@1", "B@1"]


def test_ps_shows_a_flow_with_its_steps_and_kill_ends_it(mill: Mill) -> None:
    file = mill.flow({"name": "a", "run": "steps:hang"}, teardown={"call": "steps:say", "kwargs": {"text": "end"}})
    run_id = mill.cli("run", "flow", file, "--detach").stdout.split()[0]
    until(lambda: "hang@1" in mill.ran())
    rows = json.loads(mill.cli("ps", "--format", "json").stdout)
    assert {(each["id"], each["phase"]) for each in rows} == {(run_id, "0 steps done"), (f"{run_id}.1", "step a@1")}

    killed = mill.cli("kill", "flow", "nightly")

    assert killed.stdout == f"{run_id} killed\n"
    assert mill.ends() == {"a@1": "killed", "nightly.teardown@1": "evaluated"}
    assert mill.ran() == ["end@1"]
    assert mill.cli("kill", run_id).returncode == 4


def test_a_step_that_runs_a_set_is_seen_with_it_and_takes_it_along_when_it_is_killed(mill: Mill) -> None:
    shop = Shop(mill.home / "work", mill.places)
    shop.home.mkdir()
    set_id = shop.stage_set(5, years=8)
    file = mill.flow({"name": "set", "run": ["run", "forecastset", set_id]}, GATE, keep_going=True)
    run_id = mill.cli("run", "flow", file, "--detach").stdout.split()[0]

    def phases() -> dict[str, str]:
        return {each["id"]: each["phase"] for each in json.loads(mill.cli("ps", "--format", "json").stdout)}

    until(lambda: set_id in phases())
    assert phases().items() >= {f"{run_id}.1": "step set@1", f"{run_id}.2": "step a@1"}.items()
    assert mill.cli("kill", f"{run_id}.1").stdout == f"{run_id}.1 killed\n"
    until(lambda: set_id not in phases())
    assert shop.state(set_id)["outcome"] == "killed"
    mill.open()
    assert mill.cli("wait", run_id).returncode == 1
    assert mill.ends() == {"set@1": "killed", "a@1": "evaluated"}
    end_shop(shop)


def test_killing_one_step_leaves_the_others_running(mill: Mill) -> None:
    started = mill.start("run", "flow", mill.flow({"name": "h", "run": "steps:hang"}, GATE, keep_going=True))
    until(lambda: _is_begun(mill, "h") and _is_begun(mill, "a"))
    assert mill.cli("kill", f"{mill.latest().id}.1").stdout.endswith(" killed\n")
    mill.open()
    out, _ = started.communicate(timeout=30)
    assert mill.ends() == {"h@1": "killed", "a@1": "evaluated"}
    assert last(out) == "Processing finished with: failure"


def test_a_paused_step_stands_still_until_it_is_resumed(mill: Mill) -> None:
    run_id = mill.cli("run", "flow", mill.flow(GATE), "--detach").stdout.split()[0]
    until(lambda: _is_begun(mill, "a"))
    assert mill.cli("pause", f"{run_id}.1").returncode == 0
    mill.open()
    time.sleep(0.5)
    assert mill.ran() == []
    assert mill.cli("resume", f"{run_id}.1").returncode == 0
    assert mill.cli("wait", run_id).stdout == f"{run_id} evaluated\n"
    assert mill.ran() == ["A@1"]


def test_a_paused_flow_stands_still_with_its_steps_and_can_still_be_killed(mill: Mill) -> None:
    gates = [GATE | {"name": name, "kwargs": {"name": name}, "timeout": 600} for name in ("a", "b")]
    run_id = mill.cli("run", "flow", mill.flow(*gates), "--detach").stdout.split()[0]
    until(lambda: _is_begun(mill, "a") and _is_begun(mill, "b"))

    def states() -> set[tuple[str, str]]:
        return {(each["id"], each["state"]) for each in json.loads(mill.cli("ps", "--format", "json").stdout)}

    assert mill.cli("pause", run_id).stdout == f"{run_id} paused\n"
    assert states() == {(run_id, "paused"), (f"{run_id}.1", "paused"), (f"{run_id}.2", "paused")}
    assert mill.cli("resume", run_id).stdout == f"{run_id} running\n"
    assert states() == {(run_id, "running"), (f"{run_id}.1", "running"), (f"{run_id}.2", "running")}
    assert mill.cli("pause", run_id).returncode == 0
    assert mill.cli("kill", run_id).stdout == f"{run_id} killed\n"
    assert mill.ends() == {"a@1": "killed", "b@1": "killed"}
    assert mill.ran() == []


@pytest.mark.slow
def test_the_time_a_step_is_paused_does_not_count(mill: Mill) -> None:
    run_id = mill.cli("run", "flow", mill.flow(GATE | {"timeout": 15}), "--detach").stdout.split()[0]
    until(lambda: _is_begun(mill, "a"))
    assert mill.cli("pause", f"{run_id}.1").returncode == 0
    time.sleep(16.0)
    mill.open()
    assert mill.cli("resume", f"{run_id}.1").returncode == 0
    assert mill.cli("wait", run_id).stdout == f"{run_id} evaluated\n"


def test_ctrl_c_lets_what_runs_finish_and_begins_nothing_more(mill: Mill) -> None:
    file = mill.flow(GATE, says("b", "B", "a"))
    started = mill.start("run", "flow", file)
    until(lambda: _is_begun(mill, "a"))
    started.send_signal(signal.SIGINT)
    until(lambda: "nothing more begins" in (started.stderr.readline() if started.stderr else ""))
    mill.open()
    out, _ = started.communicate(timeout=30)
    assert started.returncode == 130
    assert last(out) == "Processing finished with: incomplete"
    assert mill.ran() == ["A@1"]


def test_what_fails_is_tried_again_and_what_takes_too_long_is_stopped(mill: Mill) -> None:
    flaky = {"name": "a", "run": "steps:flaky", "kwargs": {"name": "A", "times": 2}, "retries": 2, "retry_delay": 0.1}
    file = mill.flow(flaky, {"name": "b", "run": "steps:hang", "timeout": 0.5, "requires": ["a"]})
    assert last(mill.cli("run", "flow", file).stdout) == "Processing finished with: failure"
    assert mill.ends() == {"a@1": "evaluated", "b@1": "timed_out"}
    record = flow_runs.steps(mill.places, mill.latest().id)[0]
    assert record.attempt == 3
    assert isinstance(record.state, Finished)


def test_loops_that_cannot_tell_their_passes_fail_instead_of_hanging(mill: Mill) -> None:
    broken = ("steps:endless", "steps:hang", "steps:say", "steps:missing", "nowhere:at_all")
    loops = [
        {"name": f"loop{number}", "repeats": repeats, "timeout": 1, "steps": [says(f"a{number}", "A")]}
        for number, repeats in enumerate(broken)
    ]
    after = [says(f"b{number}", "B", f"loop{number}") for number in range(len(broken))]
    ran = mill.cli("run", "flow", mill.flow(*loops, *after, keep_going=True))
    assert last(ran.stdout) == "Processing finished with: failure"
    assert [line for line in mill.ran() if not line.startswith("hang")] == []
    ends = mill.ends()
    assert [ends[f"loop{number}.repeats@1"] in ("failed", "timed_out") for number in range(5)] == [True] * 5
    assert {ends[f"b{number}@1"] for number in range(5)} == {"upstream_failed"}


def test_results_are_handed_on_and_loops_give_their_values(mill: Mill) -> None:
    file = mill.flow(
        {"name": "sum", "run": "steps:add", "args": [1], "kwargs": {"two": 2}},
        {
            "name": "each",
            "repeats": "steps:values",
            "requires": ["sum"],
            "steps": [
                {"name": "bare", "run": "steps:give"},
                {"name": "named", "run": "steps:give", "kwargs": {"value": "{each}+{sum}"}, "requires": ["bare"]},
            ],
        },
        {"name": "typed", "run": "steps:add", "args": ["{sum}", 4], "requires": ["each"]},
    )
    assert last(mill.cli("run", "flow", file).stdout) == "Processing finished with: success"
    assert mill.ran() == ["add@1", "give10@1.1", "give10+3@1.1", "give20@1.2", "give20+3@1.2", "add@1"]
    records = flow_runs.steps(mill.places, mill.latest().id)
    assert flow_runs.read_result(mill.places, records[-1].id) == 7


def test_a_step_is_told_who_it_is_and_how_many_recoveries_there_were(mill: Mill) -> None:
    told = {"name": "who", "run": "steps:told", "repeats": ["x"], "on_recover": {"success": "rerun"}}
    file = mill.flow({"name": "all", "repeats": [1], "steps": [told]})
    for words, recovery in (((), "0"), (("--recover",), "1")):
        assert mill.cli("run", "flow", file, *words).returncode == 0
        step = f"{mill.latest().id}.1"
        assert flow_runs.read_result(mill.places, step) == [step, "who", "1.1.1", recovery]


def test_a_step_begins_after_its_delay_and_no_more_run_than_jobs(mill: Mill) -> None:
    file = mill.flow(
        {"name": "a", "run": "steps:slow", "kwargs": {"name": "A"}},
        {"name": "b", "run": "steps:slow", "kwargs": {"name": "B"}},
        {"name": "c", "run": "steps:note", "args": ["C"], "requires": ["a", "b"], "delay": 0.5},
    )
    assert mill.cli("run", "flow", file, "--jobs", "1").returncode == 0
    states = (each.state for each in flow_runs.steps(mill.places, mill.latest().id))
    a, b, c = (state for state in states if isinstance(state, Finished))
    assert a.finished <= (b.started or "")
    assert seconds_between(b.finished, c.started or "") >= 0.5


def test_a_changed_file_among_the_inputs_repeats_its_step_and_any_earlier_run_can_be_recovered(mill: Mill) -> None:
    data = mill.write("data.txt", "old")
    file = mill.flow(says("a", "A") | {"inputs": ["data.txt"]}, says("b", "B", "a"))
    assert mill.cli("run", "flow", file, bad="B@1").returncode == 1
    failed = mill.latest().id
    assert mill.cli("run", "flow", file).returncode == 0

    def planned(run: str = "") -> list[tuple[str, str]]:
        request = flows.with_recovery(mill.places, flows.request_of_name(mill.places, "nightly"), run)
        return [(action, reason) for action, _, reason in flows.dry_run(mill.places, request).rows]

    same = ("skip", "succeeded with the same inputs")
    assert planned() == [same, same]
    assert planned(failed) == [same, ("run", "failed")]
    data.write_text("new")
    assert planned() == [("run", "its input changed: data.txt"), ("run", "a runs again")]


def test_nothing_on_disk_is_a_pickle_and_every_file_is_its_owner_s(mill: Mill) -> None:
    assert mill.cli("run", "flow", mill.flow(says("a", "A"), says("b", "B", "a")), bad="B@1").returncode == 1
    files = [path for path in mill.places.data.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".json", ".log", ".txt"}
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    for path in files:
        path.read_text(encoding="utf-8")
    assert "ValueError: B@1 is bad" in next(mill.places.data.rglob("traceback-1.txt")).read_text()


def test_the_journal_tells_of_every_step_and_of_the_flow(mill: Mill) -> None:
    mill.cli("run", "flow", mill.flow(says("a", "A")))
    run_id = mill.latest().id
    events = [(each.kind, each.id) for each in journal.read(mill.places)]
    assert events == [
        (Kind.RECEIVED, run_id), (Kind.PRERUN, run_id),
        (Kind.RECEIVED, f"{run_id}.1"), (Kind.PRERUN, f"{run_id}.1"), (Kind.POSTRUN, f"{run_id}.1"),
        (Kind.POSTRUN, run_id),
    ]  # fmt: skip


def test_every_try_of_a_step_is_received_begun_and_ended_in_that_order(mill: Mill) -> None:
    flaky = {"name": "a", "run": "steps:flaky", "kwargs": {"name": "A", "times": 1}, "retries": 1}
    assert mill.cli("run", "flow", mill.flow(flaky)).returncode == 0
    told = [each for each in journal.read(mill.places) if each.id == f"{mill.latest().id}.1"]
    assert [each.kind for each in told] == [Kind.RECEIVED, Kind.PRERUN, Kind.POSTRUN] * 2
    assert [each.at for each in told] == sorted(each.at for each in told)


def test_a_pause_of_the_queue_holds_the_steps_too(mill: Mill) -> None:
    mill.cli("pause")
    run_id = mill.cli("run", "flow", mill.flow(says("a", "A")), "--detach").stdout.split()[0]
    until(lambda: active.marker_of(mill.places, run_id) is not None)
    time.sleep(0.5)
    assert mill.ran() == []
    mill.cli("resume")
    assert mill.cli("wait", run_id).returncode == 0
    assert mill.ran() == ["A@1"]


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        (["run", "flow"], 2, "`ef_cli run flow` needs a file or a name; see `ef_cli run --help`."),
        (["run", "flow", "weekly"], 4, "'weekly' is no file, and no flow of that name ran here; name its file."),
        (
            ["run", "flow", "steps.py"],
            2,
            "steps.py is a script; run it with Python; its flow is then known by its name.",
        ),
        (["run", "flow", "weekly.json"], 4, "there is no file weekly.json; check the path."),
        (["run", "forecast", "x", "--recover"], 2, "--recover belongs to a flow; say `ef_cli run flow FILE|NAME`."),
    ],
)
def test_a_mistake_is_told_in_a_sentence(mill: Mill, words: list[str], code: int, text: str) -> None:
    ran = mill.cli(*words)
    assert (ran.returncode, ran.stdout, ran.stderr) == (code, "", f"{text}\n")


def test_a_flow_and_its_steps_are_found_by_name_and_are_no_forecasts(mill: Mill) -> None:
    mill.cli("run", "flow", mill.flow(says("a", "A"), says("b", "B", "a")), bad="B@1")
    run_id = mill.latest().id
    assert f"{run_id}.1 evaluated a@1" in mill.cli("show", "nightly").stdout
    assert json.loads(mill.cli("show", "nightly.1", "--format", "json").stdout)["result"] == "A@1"
    log = mill.cli("log", "nightly.2").stdout
    assert "ValueError: B@1 is bad" in log
    assert "ef_engine" not in log
    for words in (["report", "nightly"], ["restart", run_id], ["run", "forecast", "nightly"]):
        assert mill.cli(*words).returncode in (2, 4)
    assert mill.cli("log", "nightly").stderr.startswith(f"{run_id} is a flow and has no log; its steps have")
    assert mill.cli("rm", "--yes", f"{run_id}.1").returncode == 2
    assert mill.cli("rm", "--yes", "nightly").stdout == f"{run_id}\n"
    assert mill.cli("show", "nightly").returncode == 4


def test_a_flow_that_never_ran_cannot_be_recovered(mill: Mill) -> None:
    ran = mill.cli("run", "flow", mill.flow(says("a", "A")), "--recover")
    assert ran.returncode == 4
    assert ran.stderr == "flow nightly has no run to recover; `ef_cli run flow nightly` starts it anew.\n"

"""Runs of flows and their steps are records like all others."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ef_engine.store.places import in_order
from tests.jobs.conftest import Shop, until

FLOW = """
schema = "ef/flow/1"
name = "nightly"

[[steps]]
name = "look"
run = ["list"]

[[steps]]
name = "fail"
run = ["show", "nobody"]
requires = ["look"]
"""

SLOW = """
schema = "ef/flow/1"
name = "slow"

[[steps]]
name = "one"
run = "time:sleep"
args = [60]
keep_going = true

[[steps]]
name = "two"
run = "time:sleep"
args = [60]
"""


@pytest.fixture
def run(shop: Shop) -> str:
    """A run of a flow of two steps, of which the second fails."""
    file = shop.home / "nightly.toml"
    file.write_text(FLOW)
    ran = shop.cli("run", "flow", str(file))
    assert ran.returncode == 1, ran.stderr
    return next(line.split()[0] for line in ran.stdout.splitlines() if "." not in line.split()[0])


def loaded(shop: Shop, *words: str) -> Any:
    ran = shop.cli(*words, "--format", "json")
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def test_a_run_and_its_steps_are_calls_with_one_tracking(shop: Shop, run: str) -> None:
    rows = loaded(shop, "ls", "calls", "-t", run)
    assert {(row["name"], row["outcome"]) for row in rows} == {
        ("nightly", "failed"), ("look@1", "evaluated"), ("fail@1", "failed"),
    }  # fmt: skip
    assert {row["forecast"] for row in rows} == {None}


def test_a_step_comes_from_its_run(shop: Shop, run: str) -> None:
    found = loaded(shop, "ls", "call", f"{run}.1", "-g", "-r")
    assert found["provenance"] == {"record": f"{run}.1", "parent": run, "root": run, "tracking": run}
    assert [each["id"] for each in found["graph"]] == [run, f"{run}.1", f"{run}.2"]
    assert [event["event"] for event in found["events"]][-2:] == ["prerun", "postrun"]
    assert "result" in found["result"]


def test_a_failed_step_shows_why(shop: Shop, run: str) -> None:
    text = shop.cli("ls", "call", f"{run}.2", "-r").stdout
    assert "nobody" in text.split("Result\n")[1]


def test_listening_tells_events_and_logs_of_steps(shop: Shop, run: str) -> None:
    told = [json.loads(line) for line in shop.cli("listen", "--format", "json", "-n", f"{run}*").stdout.splitlines()]
    assert {each["name"] for each in told} == {"nightly", "look@1", "fail@1"}
    assert {each["id"] for each in told if each["channel"] == "log"} >= {f"{run}.1"}


def test_a_locked_flow_is_neither_deleted_nor_are_its_steps_killed(shop: Shop, run: str) -> None:
    assert shop.cli("lock", run).returncode == 0
    assert shop.cli("note", f"{run}.1", "a note").returncode == 0
    for words in (("rm", run, "--yes"), ("kill", f"{run}.1")):
        ran = shop.cli(*words)
        assert (ran.returncode, "locked" in ran.stderr) == (3, True)
    assert shop.cli("unlock", run).returncode == 0
    assert "a note" in shop.cli("show", f"{run}.1").stdout
    assert shop.cli("rm", run, "--yes").returncode == 0


def test_the_process_of_a_step_is_ended_alone(shop: Shop) -> None:
    file = shop.home / "slow.toml"
    file.write_text(SLOW)
    started = shop.cli("run", "flow", str(file), "--detach")
    run = started.stdout.split()[0]

    def working() -> dict[str, Any]:
        return {
            row["runs"]: row["pid"] for row in loaded(shop, "ls", "workers") if row["role"] == "worker" and row["runs"]
        }

    until(lambda: len(working()) == 2)
    found = working()
    assert {row["label"] for row in loaded(shop, "ls", "workers") if row["runs"]} >= {"slow", "one", "two"}
    ran = shop.cli("kill", "worker", str(found[f"{run}.1"]))
    assert ran.stdout == f"{run}.1 killed\n", ran.stderr
    assert working() == {f"{run}.2": found[f"{run}.2"]}
    assert shop.cli("kill", run).stdout == f"{run} killed\n"


def test_steps_are_told_in_the_order_they_began_the_tenth_behind_the_ninth() -> None:
    assert sorted(["F1.10", "F1.9", "F1", "F0.11"], key=in_order) == ["F0.11", "F1", "F1.9", "F1.10"]


def test_what_a_step_runs_has_the_tracking_of_its_flow_until_somebody_else_runs_it(shop: Shop) -> None:
    set_id, alone = shop.stage_set(1), shop.stage(1)
    steps = [{"name": "set", "run": ["run", "forecastset", set_id]}, {"name": "one", "run": ["run", alone]}]
    (shop.home / "runs.json").write_text(json.dumps({"schema": "ef/flow/1", "name": "runs", "steps": steps}))
    ran = shop.cli("run", "flow", str(shop.home / "runs.json"))
    run = ran.stdout.splitlines()[-2].split()[0]
    members = {row["id"] for row in loaded(shop, "ls", "calls", "-t", set_id)} - {set_id}

    started = {row["id"] for row in loaded(shop, "ls", "calls", "-t", run)}
    assert len(members) == 2
    assert started == {run, f"{run}.1", f"{run}.2", set_id, alone, *members}
    found = loaded(shop, "ls", "call", "--id", alone, "-f", "-g")
    assert found["provenance"] == {"record": alone, "parent": f"{run}.2", "root": run, "tracking": run}
    assert {each["id"] for each in found["flow"]} == {each["id"] for each in found["graph"]} == started
    member = loaded(shop, "ls", "call", "--id", min(members))
    assert (member["tracking"], member["parent"], member["provenance"]["root"]) == (run, set_id, run)

    assert shop.cli("run", alone, "--force").returncode == 0
    assert {row["id"] for row in loaded(shop, "ls", "calls", "-t", run)} == started - {alone}

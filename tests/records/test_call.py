"""`ls call`: one record, its provenance, what happened to it, and its family."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ef_engine.report.tree import tree_lines
from ef_engine.service.family import Family, parent_of
from ef_engine.store import journal, requests, tickets
from ef_engine.store.events import Kind
from ef_engine.store.places import places_under
from ef_engine.store.rows import Row
from tests.cli.conftest import Terminal
from tests.jobs.conftest import Shop
from tests.service.documents import SMALL, plans, write


@pytest.fixture
def restaged(terminal: Terminal, tmp_path: Path) -> tuple[str, str, str]:
    """A forecast, what was restaged from it, and what from that."""
    first = terminal.ok("run", str(write(tmp_path / "small.json", SMALL))).split()[0]
    second = terminal.ok("restage", "forecast", first, "--end_date", "2026-04-30").strip()
    return first, second, terminal.ok("restage", "forecast", second, "--end_date", "2026-05-31").strip()


def call(terminal: Terminal, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(terminal.ok("ls", "call", *words, "--format", "json"))
    return found


def test_provenance_names_parent_and_root(terminal: Terminal, restaged: tuple[str, str, str]) -> None:
    first, second, third = restaged
    assert call(terminal, "--id", third)["provenance"] == {
        "record": third, "parent": second, "root": first, "tracking": None,
    }  # fmt: skip
    assert call(terminal, "--id", first)["provenance"]["root"] == first


def test_the_record_of_a_deleted_parent_still_names_it(terminal: Terminal, restaged: tuple[str, str, str]) -> None:
    _, second, third = restaged
    terminal.ok("rm", second, "--yes")
    assert call(terminal, third)["provenance"]["root"] == second
    assert f"{second}  (deleted)" in terminal.ok("ls", "call", third, "--graph")


def test_events_are_told_in_their_order_with_time_process_and_note(terminal: Terminal, tmp_path: Path) -> None:
    record_id = terminal.ok("run", str(write(tmp_path / "small.json", SMALL))).split()[0]
    events = call(terminal, record_id)["events"]
    assert [event["event"] for event in events] == ["staged", "received", "prerun", "postrun"]
    text = terminal.ok("ls", "call", record_id)
    assert "\nProvenance\n" in text
    assert "  Name      Time                 Process" in text
    assert text.rstrip().endswith("attempt 1 evaluated")


def test_a_name_finds_the_record_of_that_name_last_changed(terminal: Terminal, restaged: tuple[str, str, str]) -> None:
    assert call(terminal, "-n", "small")["id"] == restaged[2]
    assert terminal.run("ls", "call", "-n", "nobody") == 4


@pytest.mark.parametrize("words", [(), ("a", "b"), ("--id", "a", "-n", "b")])
def test_exactly_one_record_is_asked_for(terminal: Terminal, words: tuple[str, ...]) -> None:
    assert terminal.run("ls", "call", *words) == 2


def test_the_tree_goes_down_from_the_record_and_the_graph_marks_it(
    terminal: Terminal, restaged: tuple[str, str, str]
) -> None:
    first, second, third = restaged
    tree = terminal.ok("ls", "call", second, "-t").split("Tree\n")[1].splitlines()
    assert [line.split()[0] for line in tree[:1]] == [second]
    assert tree[1].startswith(f"└─ {third}")
    graph = terminal.ok("ls", "call", second, "-g").split("Graph\n")[1].splitlines()
    assert [line.endswith("<- this one") for line in graph] == [False, True, False]
    assert graph[0].startswith(first)


def test_the_scenarios_of_a_set_come_from_it(terminal: Terminal, tmp_path: Path) -> None:
    terminal.run("run", str(write(tmp_path / "plans.json", plans())))
    ids = [line.split()[0] for line in terminal.out.splitlines()]
    found = call(terminal, ids[-1], "--tree", "--flow")
    assert [each["depth"] for each in found["tree"]] == [0, 1, 1, 1, 1]
    assert {each["id"] for each in found["flow"]} == set(ids)
    assert call(terminal, ids[0])["provenance"]["root"] == ids[-1]


def test_the_result_is_that_of_the_report(terminal: Terminal, tmp_path: Path) -> None:
    record_id = terminal.ok("run", str(write(tmp_path / "small.json", SMALL))).split()[0]
    assert call(terminal, record_id, "-r")["result"] == json.loads(terminal.ok("report", record_id, "--format", "json"))
    assert terminal.ok("report", record_id).strip() in terminal.ok("ls", "call", record_id, "--result")


def test_what_failed_shows_its_message_and_traceback(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def burn(*_: object) -> None:
        raise ZeroDivisionError("no more money")

    monkeypatch.setattr("ef_engine.jobs.attempt.work", burn)
    assert terminal.run("run", str(write(tmp_path / "small.json", SMALL))) == 1
    text = terminal.ok("ls", "call", "-n", "small", "-r").split("Result\n")[1]
    assert text.startswith("ZeroDivisionError: no more money\nTraceback (most recent call last)")


FIELDS = (
    "id", "kind", "name", "owner", "queue", "sequence", "attempt", "tracking", "parent", "recovers", "fingerprint",
    "status", "requested_status", "outcome", "message", "received", "started", "heartbeat", "finished", "process",
    "result_path",
)  # fmt: skip


def test_json_has_every_field_of_a_record(terminal: Terminal, tmp_path: Path, home: Path) -> None:
    record_id = terminal.ok("run", str(write(tmp_path / "small.json", SMALL))).split()[0]
    found = call(terminal, record_id)
    assert [field for field in FIELDS if field not in found] == []
    assert (found["kind"], found["name"], found["status"], found["outcome"]) == (
        "forecast", "small", "finished", "evaluated",
    )  # fmt: skip
    assert (found["attempt"], found["queue"], found["requested_status"]) == (1, None, None)
    assert found["received"] <= found["started"] <= found["finished"]
    assert Path(found["result_path"]).parent == places_under(home).run(record_id)
    assert set(found["process"]) >= {"host", "boot_id", "pid", "start_time"}


def test_what_waits_names_its_ticket_and_what_runs_its_heartbeat(shop: Shop) -> None:
    long, waiting = shop.stage_long(), shop.stage(1, "waiting")
    shop.cli("run", "--detach", long)
    shop.marker(long)
    shop.cli("pause")
    shop.cli("run", "--detach", waiting)
    found = {each: json.loads(shop.cli("ls", "call", each, "--format", "json").stdout) for each in (long, waiting)}
    assert (found[long]["status"], found[waiting]["status"]) == ("running", "queued")
    assert [found[long]["queue"], found[waiting]["queue"]] == tickets.listing(shop.places).names
    assert (found[long]["heartbeat"] is None, found[waiting]["heartbeat"]) == (False, None)


def test_of_a_set_the_column_forecast_is_its_name(terminal: Terminal, tmp_path: Path) -> None:
    terminal.run("run", str(write(tmp_path / "plans.json", plans())))
    assert call(terminal, "-n", "plans")["forecast"] == "plans"


def test_what_is_asked_of_it_is_shown(terminal: Terminal, restaged: tuple[str, str, str], home: Path) -> None:
    requests.ask(places_under(home), restaged[0], "killed", "bob")
    assert call(terminal, restaged[0])["requested_status"] == "killed"
    assert "Requested: killed, by bob" in terminal.ok("ls", "call", restaged[0])
    assert "killed by bob" in terminal.ok("show", restaged[0])


def test_lines_of_the_journal_that_make_no_sense_are_said(
    terminal: Terminal, restaged: tuple[str, str, str], home: Path
) -> None:
    with (home / "log" / "journal.jsonl").open("a") as file:
        file.write('{"torn')
    terminal.ok("ls", "call", restaged[0])
    assert terminal.err == "Skipped a line of the journal that made no sense: torn, or of a newer version.\n"
    journal.append(places_under(home), Kind.NOTED, restaged[0])
    assert call(terminal, restaged[0])["events"][-1]["event"] == "noted"


parents = st.lists(st.integers(0, 30), max_size=20)


@given(parents)
def test_every_record_is_in_the_tree_of_its_root_once_whoever_its_parents_are(found: list[int]) -> None:
    """Even where deleting and staging again made a record its own ancestor."""
    rows = [Row(f"r{number}", "forecast", "staged", parent=f"r{parent}") for number, parent in enumerate(found)]
    family = Family(rows)
    for row in rows:
        ids = [kin.id for kin in family.tree(family.root(row.id))]
        assert ids.count(row.id) == 1
        assert len(ids) == len(set(ids))


def test_a_line_of_thousands_has_a_root_and_a_tree() -> None:
    rows = [Row(f"r{number}", "forecast", "staged", parent=f"r{number - 1}") for number in range(5000)]
    family = Family(rows)
    assert family.root("r4999") == "r-1"
    assert [kin.depth for kin in family.tree("r-1")] == list(range(5001))


def test_a_record_is_called_by_its_set_unless_it_was_restaged() -> None:
    assert parent_of(Row("a", "forecast", "staged", tracking="S1")) == "S1"
    assert parent_of(Row("a", "forecast", "staged", tracking="S1", parent="b")) == "b"
    assert parent_of(Row("S1", "forecastset", "staged", tracking="S1")) is None


def test_branches_of_a_tree_reach_down_to_their_last() -> None:
    assert tree_lines([(0, "a"), (1, "b"), (2, "c"), (1, "d"), (2, "e"), (2, "f")]) == [
        "a", "├─ b", "│  └─ c", "└─ d", "   ├─ e", "   └─ f",
    ]  # fmt: skip

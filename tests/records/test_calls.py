"""`ls calls`: every record in one list, in pages that say where they stand."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from ef_engine.store import forecasts
from ef_engine.store.places import Places, places_under
from ef_engine.store.records import Record
from ef_engine.store.states import Finished, Outcome, Queued, Staged, State
from tests.cli.conftest import Terminal
from tests.service.documents import SMALL, plans, write

HEADER = "Page  Row  Name  ID  Owner  Last Updated  Forecast  Started  Finished  State  Outcome"


@pytest.fixture
def places(home: Path) -> Places:
    return places_under(home)


def put(places: Places, count: int, state: State | None = None, **fields: object) -> list[str]:
    """Records of which each was finished a minute after the one before."""
    ids = []
    for number in range(count):
        at = f"2026-03-01T10:{number:02}:00.000Z"
        record_id = f"{number:012x}"
        found = state or Finished(Outcome.EVALUATED, at, at)
        record = Record(id=record_id, kind="forecast", label=f"plan {number}", state=found, received=at, **fields)  # type: ignore[arg-type]
        forecasts.write_record(places, record)
        ids.append(record_id)
    return ids


def test_the_columns_are_those_of_the_specification_in_their_order(terminal: Terminal, places: Places) -> None:
    put(places, 1)
    assert terminal.ok("ls", "calls").splitlines()[0].split() == HEADER.split()


def test_twelve_by_ten_are_two_pages_of_which_the_second_has_two_rows(terminal: Terminal, places: Places) -> None:
    put(places, 12)
    first, second = terminal.ok("ls", "calls").splitlines(), terminal.ok("ls", "calls", "--page", "2").splitlines()
    assert (len(first), first[-1]) == (12, "Page 1 of 2 of 12 total records")
    assert (len(second), second[-1]) == (4, "Page 2 of 2 of 12 total records")
    assert [line.split()[:2] for line in second[1:3]] == [["2", "1"], ["2", "2"]]


def test_a_page_that_does_not_exist_ends_with_four(terminal: Terminal, places: Places) -> None:
    put(places, 12)
    assert terminal.run("ls", "calls", "-p", "9") == 4
    assert (terminal.out, terminal.err) == ("", "Only 2 pages exist.\n")


def test_an_empty_workspace_has_no_records(terminal: Terminal) -> None:
    assert terminal.ok("ls", "calls") == "No records.\n"
    assert terminal.ok("ls", "calls", "--format", "json") == "[]\n"


@pytest.mark.parametrize(("rows", "pages"), [("1", 12), ("5", 3), ("6", 2), ("12", 1), ("all", 1)])
def test_there_are_as_many_pages_as_the_rows_need(terminal: Terminal, places: Places, rows: str, pages: int) -> None:
    put(places, 12)
    assert terminal.ok("ls", "calls", "-r", rows).endswith(f"Page 1 of {pages} of 12 total records\n")


@pytest.mark.parametrize("words", [("-p", "0"), ("-r", "0"), ("-r", "few"), ("--since", "soon"), ("forecasts",)])
def test_what_makes_no_sense_is_refused(terminal: Terminal, words: tuple[str, ...]) -> None:
    assert terminal.run("ls", "calls", *words) == 2
    assert terminal.out == ""


def test_list_all_is_the_same_list(terminal: Terminal, places: Places) -> None:
    put(places, 3)
    assert terminal.ok("list", "--all", "-r", "2") == terminal.ok("ls", "calls", "-r", "2")


def shown(terminal: Terminal, *words: str) -> list[str]:
    return [row["name"] for row in json.loads(terminal.ok("ls", "calls", "--format", "json", *words))]


def test_the_newest_come_first_unless_the_oldest_shall(terminal: Terminal, places: Places) -> None:
    put(places, 3)
    assert shown(terminal) == ["plan 2", "plan 1", "plan 0"]
    assert shown(terminal, "-a") == ["plan 0", "plan 1", "plan 2"]


def test_rows_are_chosen_by_id_owner_state_and_time(terminal: Terminal, places: Places) -> None:
    put(places, 3, owner="ann")
    forecasts.write_record(
        places, Record(id="b0", kind="forecast", owner="bob", state=Queued("2026-03-02T00:00:00.000Z"))
    )
    assert shown(terminal, "--owner", "bob") == ["b0"]
    assert shown(terminal, "-i", "b") == ["b0"]
    assert shown(terminal, "-u") == ["b0"]
    assert shown(terminal, "--state", "evaluated") == ["plan 2", "plan 1", "plan 0"]
    assert shown(terminal, "--state", "queued,failed") == ["b0"]
    assert shown(terminal, "--since", "2026-03-01T10:02") == ["b0", "plan 2"]
    assert shown(terminal, "--since", "2026-03-01T11:02+01:00") == ["b0", "plan 2"]


def test_unfinished_is_what_is_staged_waits_or_runs(terminal: Terminal, places: Places) -> None:
    put(places, 1, Staged())
    assert shown(terminal, "--unfinished") == ["plan 0"]
    put(places, 1)
    assert shown(terminal, "--unfinished") == []


def test_what_a_set_started_shares_its_tracking(terminal: Terminal, tmp_path: Path) -> None:
    write(tmp_path / "small.json", SMALL)
    terminal.ok("run", "small.json")
    terminal.run("run", str(write(tmp_path / "plans.json", plans())))
    set_id = terminal.out.splitlines()[-1].split()[0]
    assert sorted(shown(terminal, "-t", set_id)) == [
        "plans",
        *sorted(f"plans: Core | {car} | {home}" for car in ("cheap", "dear") for home in ("rent", "buy")),
    ]


def test_csv_has_every_column_and_json_the_same_keys(terminal: Terminal, places: Places) -> None:
    put(places, 1)
    [of_csv] = csv.DictReader(io.StringIO(terminal.ok("ls", "calls", "--format", "csv")))
    [of_json] = json.loads(terminal.ok("ls", "calls", "--format", "json"))
    assert list(of_csv) == list(of_json) == [
        "page", "row", "name", "id", "owner", "last_updated", "forecast", "started", "finished", "state", "outcome",
    ]  # fmt: skip
    assert (of_json["state"], of_json["outcome"], of_csv["outcome"]) == ("finished", "evaluated", "evaluated")


def test_files_that_are_only_loaded_are_no_records(terminal: Terminal, home: Path) -> None:
    (home / "stage").mkdir(parents=True)
    write(home / "stage" / "loaded.json", SMALL)
    assert terminal.ok("ls", "calls") == "No records.\n"

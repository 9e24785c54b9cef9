"""`list` and `ps`: what they show, in which form, and how rows are chosen."""

from __future__ import annotations

import csv
import io
import json
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from ef_engine.store import active, forecasts
from ef_engine.store.places import places_under
from ef_engine.store.process import current
from ef_engine.store.records import Record
from ef_engine.store.states import Running
from ef_engine.version import VERSION
from tests.cli.conftest import Terminal
from tests.service.documents import SMALL, plans, small, write

SMALL_ID = "dcd22ba91c01"


@pytest.fixture
def filled(terminal: Terminal, tmp_path: Path, home: Path) -> Terminal:
    """A staged forecast, an evaluated one, a loaded file and a broken one."""
    terminal.ok("run", str(write(tmp_path / "small.json", SMALL)))
    terminal.ok("stage", str(write(tmp_path / "later.json", small(end_date="2026-04-30", label="later on"))))
    write(home / "stage" / "loaded.json", small(end_date="2026-05-31", label="loaded"))
    write(home / "stage" / "broken.json", "{")
    return terminal


def test_a_list_shows_all_four_kinds(filled: Terminal) -> None:
    rows = json.loads(filled.ok("list", "--format", "json"))
    assert [(row["state"], row["label"]) for row in rows] == [
        ("invalid", ""),
        ("loaded", "loaded"),
        ("staged", "later on"),
        ("evaluated", "small"),
    ]


def test_a_loaded_file_that_is_staged_belongs_to_its_forecast(filled: Terminal, home: Path) -> None:
    filled.ok("stage", str(home / "stage" / "loaded.json"))
    rows = json.loads(filled.ok("list", "--format", "json"))
    assert [row["state"] for row in rows] == ["invalid", "staged", "staged", "evaluated"]


def test_the_json_of_a_list_is_stable(filled: Terminal) -> None:
    [row] = json.loads(filled.ok("list", "--format", "json", "--state", "evaluated"))
    assert list(row) == ["id", "kind", "state", "label", "start", "end", "net_worth", "updated", "owner"]
    assert (row["id"], row["kind"], row["net_worth"], row["owner"]) == (SMALL_ID, "forecast", 1300.0, "ann")


def test_the_csv_of_a_list_has_the_same_columns(filled: Terminal) -> None:
    text = filled.ok("list", "--format", "csv", "--state", "evaluated")
    [row] = csv.DictReader(io.StringIO(text))
    assert (row["id"], row["net_worth"]) == (SMALL_ID, "1300.00")
    assert len(filled.ok("list", "--format", "csv", "--no_header").splitlines()) == 4


def test_quiet_lists_ids_alone(filled: Terminal) -> None:
    assert filled.ok("list", "--quiet", "--state", "finished") == f"{SMALL_ID}\n"


@pytest.mark.parametrize(
    ("query", "labels"),
    [
        ("label~LATER", ["later on"]),
        ("state=staged label~on", ["later on"]),
        ("state=staged label~small", []),
        ("start=2026-01-01 kind=forecast", ["loaded", "later on", "small"]),
        ("state=staged,evaluated order by end desc", ["later on", "small"]),
        ("end>2026-03 order by end limit 1", ["later on"]),
        ("outcome=evaluated elapsed<1h attempt=1 net_worth=1300", ["small"]),
        ("state=finished,loaded", ["loaded", "small"]),
    ],
)
def test_a_filter_keeps_what_every_term_holds_for(filled: Terminal, query: str, labels: list[str]) -> None:
    rows = json.loads(filled.ok("list", "--format", "json", "--filter", query))
    assert [row["label"] for row in rows] == labels


def test_rows_are_sorted_either_way_and_without_value_last(filled: Terminal) -> None:
    for sort, expected in (("end", ["03", "04", "05", None]), ("-end", ["05", "04", "03", None])):
        rows = json.loads(filled.ok("list", "--format", "json", f"--sort={sort}"))
        assert [row["end"] and row["end"][5:7] for row in rows] == expected


def test_pages_tell_what_they_leave_out(filled: Terminal) -> None:
    assert len(filled.ok("list", "--limit", "3").splitlines()) == 4
    assert filled.err == "1 more; --page 2 shows the next.\n"
    assert len(filled.ok("list", "--limit", "3", "--page", "2").splitlines()) == 2
    assert filled.err == ""


def test_forecasts_and_sets_are_listed_apart(terminal: Terminal, tmp_path: Path) -> None:
    terminal.ok("stage", str(write(tmp_path / "plans.json", plans())))
    assert len(terminal.ok("list", "forecast", "--quiet").split()) == 4
    assert len(terminal.ok("list", "forecastset", "--quiet").split()) == 1


def test_an_empty_workspace_says_so(terminal: Terminal, home: Path) -> None:
    assert len(terminal.ok("list").splitlines()) == 1
    assert terminal.err == f"The workspace {home} is empty; `ef_cli run forecast FILE` fills it.\n"
    terminal.ok("list", "--quiet")
    assert terminal.err == ""


def test_ps_prints_its_header_when_nothing_runs(terminal: Terminal) -> None:
    columns = "ID Label State Phase Progress Rate ETA Elapsed Heartbeat Attempt Process Flags"
    assert terminal.ok("ps").split() == columns.split()
    assert terminal.ok("ps", "--format", "json") == "[]\n"
    assert terminal.ok("ps", "--no_header") == ""


def test_a_damaged_state_is_listed(filled: Terminal, home: Path) -> None:
    (home / "data" / f"Forecast_{SMALL_ID}" / "state.json").write_text('{"schema": "ef/st')
    assert filled.ok("list", "--state", "unreadable", "--quiet") == f"{SMALL_ID}\n"
    assert filled.run("show", SMALL_ID) == 1
    assert "the file is damaged" in filled.err


def test_the_version_is_that_of_the_package() -> None:
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text()
    assert f'\nversion = "{VERSION}"\n' in text


def test_a_page_is_a_page_of_what_fits(filled: Terminal) -> None:
    assert len(filled.ok("list", "--filter", "label~l", "--limit", "2", "--quiet", "--page", "2").split()) == 1
    assert len(filled.ok("list", "--filter", "label~l limit 2", "--limit", "5", "--quiet").split()) == 2


def test_sort_and_state_join_the_filter(filled: Terminal) -> None:
    options = ("list", "--format", "json", "--filter", "label~l order by label desc")
    assert [row["label"] for row in json.loads(filled.ok(*options))] == ["small", "loaded", "later on"]
    assert [row["label"] for row in json.loads(filled.ok(*options, "--sort", "end"))] == ["small", "later on", "loaded"]
    assert [row["label"] for row in json.loads(filled.ok(*options, "--state", "staged"))] == ["later on"]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", ["aa", "bb"]),
        ("label~RENT", ["aa"]),
        ("attempt>1", ["bb"]),
        ("started>2026-01-31 order by attempt desc", ["bb", "aa"]),
        ("elapsed>1d state=running owner=ann limit 1", ["aa"]),
        ("flags=lost", []),
        ("state=in_progress kind=forecast parent=cd", ["bb"]),
    ],
)
def test_ps_takes_the_same_filter(terminal: Terminal, home: Path, query: str, ids: list[str]) -> None:
    places = places_under(home)
    first, second = (Running(current(), f"2026-02-01T00:00:0{second}.000Z") for second in (1, 2))
    rent = Record(id="aa", kind="forecast", label="rent", owner="ann", attempt=1, state=first)
    with ExitStack() as stack:
        for record in (rent, replace(rent, id="bb", label="buy", attempt=2, parent="cd", state=second)):
            forecasts.write_record(places, record)
            stack.enter_context(active.marked(places, record.id, record.attempt))
        assert sorted(terminal.ok("ps", "--quiet").split()) == ["aa", "bb"]
        assert terminal.ok("ps", "--quiet", "--filter", query).split() == ids
        assert len(terminal.ok("ps", "--quiet", "--limit", "1").split()) == 1


def test_ps_has_no_field_of_results(terminal: Terminal) -> None:
    assert terminal.run("ps", "--filter", "net_worth>1") == 2
    assert terminal.err.startswith("a list has no field 'net_worth'; it has id, label, state, ")

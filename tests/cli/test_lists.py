"""`list` and `ps`: what they show, in which form, and how rows are chosen."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

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

"""Workbooks on the command line, from the template to a restaged forecast."""

from __future__ import annotations

import json
import subprocess
from importlib.resources import files
from pathlib import Path
from zipfile import ZipFile

import pytest

from ef_engine.sources import excel
from ef_engine.sources.json_file import read_bytes
from tests.cli.conftest import Terminal
from tests.cli.processes import EF_CLI
from tests.cli.test_contract import on_terminal

HOUSEHOLD = "8444b033da58"


@pytest.fixture
def workbook(terminal: Terminal) -> str:
    terminal.ok("template", "excel", "--output", "f.xlsx")
    assert terminal.err == "Written to f.xlsx.\n"
    return "f.xlsx"


def test_a_template_is_staged_run_and_restaged(terminal: Terminal, workbook: str) -> None:
    assert terminal.ok("--source", "excel", "stage", workbook) == f"{HOUSEHOLD}\n"
    assert excel.read_file(workbook).carried_id == HOUSEHOLD
    assert terminal.ok("--source", "excel", "run", "forecast", workbook) == f"{HOUSEHOLD} evaluated\n"
    before = Path(workbook).read_bytes()
    dates = ("--start_date", "2026-02-01", "--end_date", "2026-06-30", "--forecast_label", "spring")
    again = terminal.ok("--source", "excel", "restage", "forecast", "--id", HOUSEHOLD, *dates).strip()
    assert again != HOUSEHOLD
    assert json.loads(terminal.ok("show", again, "--format", "json"))["parent"] == HOUSEHOLD
    assert terminal.ok("run", again) == f"{again} evaluated\n"
    assert Path(workbook).read_bytes() == before


def test_the_same_forecast_as_json_has_the_same_id(terminal: Terminal, workbook: str) -> None:
    Path("f.json").write_bytes(files("ef_engine.sample").joinpath("household.json").read_bytes())
    assert terminal.ok("stage", "f.json") == terminal.ok("stage", workbook) == f"{HOUSEHOLD}\n"
    assert read_bytes(Path("f.json").read_bytes(), "f.json").value == excel.read_file(workbook).value


def test_dates_of_the_command_line_stage_a_copy(terminal: Terminal, workbook: str) -> None:
    before = Path(workbook).read_bytes()
    assert terminal.ok("stage", workbook, "--end_date", "2026-12-31") != f"{HOUSEHOLD}\n"
    assert terminal.err.endswith("f.xlsx stays as it is: a copy with the changes of the command line is staged.\n")
    assert Path(workbook).read_bytes() == before


def test_any_suffix_will_do_with_its_source_named(terminal: Terminal, workbook: str) -> None:
    Path(workbook).rename("plan.data")
    assert terminal.ok("--source", "excel", "stage", "plan.data") == f"{HOUSEHOLD}\n"
    assert terminal.run("stage", "plan.data") == 2
    assert terminal.err == "plan.data: is a workbook or another archive, not JSON; add --source excel.\n"


def test_a_spreadsheet_of_libreoffice_is_told_what_to_become(terminal: Terminal, home: Path) -> None:
    with ZipFile("plan.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    assert terminal.run("stage", "plan.ods") == 2
    assert terminal.err.startswith(
        "plan.ods: is an OpenDocument spreadsheet; open it in a spreadsheet program and save"
    )


def test_a_workbook_goes_through_pipes_but_not_onto_a_terminal(home: Path) -> None:
    made = subprocess.run([*EF_CLI, "template", "excel"], capture_output=True, check=True)
    command = [*EF_CLI, "--source", "excel", "stage", "-"]
    staged = subprocess.run(command, input=made.stdout, capture_output=True, check=True)
    assert staged.stdout.decode() == f"{HOUSEHOLD}\n"
    shown = on_terminal([*EF_CLI, "template", "excel"])
    assert shown == "a workbook cannot be shown on a terminal; add --output forecast.xlsx.\r\n"


def test_a_workbook_in_the_stage_directory_is_loaded_data(terminal: Terminal, home: Path, workbook: str) -> None:
    (home / "stage").mkdir(parents=True)
    Path(workbook).rename(home / "stage" / "mine.xlsx")
    (row,) = json.loads(terminal.ok("list", "--format", "json"))
    assert (row["state"], row["label"]) == ("loaded", "an invented household")


def test_show_draws_the_ancestry(terminal: Terminal, workbook: str) -> None:
    terminal.ok("stage", workbook)
    later = terminal.ok(
        "restage", "forecast", HOUSEHOLD, "--end_date", "2026-12-31", "--forecast_label", "a year"
    ).strip()
    lines = terminal.ok("show", HOUSEHOLD).splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("ancestry"))
    assert lines[at : at + 2] == [
        f"ancestry      {HOUSEHOLD}  2026-01-01 to 2027-12-31  an invented household",
        f"              └─ {later}  2026-01-01 to 2026-12-31  a year",
    ]
    found = json.loads(terminal.ok("show", later, "--format", "json"))["ancestry"]
    assert [(each["id"], each["depth"], each["parent"], each["label"]) for each in found] == [
        (HOUSEHOLD, 0, None, "an invented household"),
        (later, 1, HOUSEHOLD, "a year"),
    ]

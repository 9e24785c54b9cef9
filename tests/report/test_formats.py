"""Every format of every report: golden files, and the same numbers everywhere."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from ef_engine.cli import main
from ef_engine.evaluation.csv_text import read_daily_csv
from ef_engine.model.money import to_cents_decimal
from ef_engine.report.balances import balance_grid
from ef_engine.report.cells import cell_text, money
from ef_engine.report.columns import table_lines
from tests.report.pages import data_of, sheet_rows, stable, texts_of, workbook_lines

FORECAST, SET = "8444b033da58", "Sc0edc0460f4d"
COMPARED = ["compare", "a38d", "b7cc"]
REPORTS = {
    "forecast": ["report", "forecast", FORECAST],
    "compare": COMPARED,
    "set": ["report", "forecastset", SET],
}


def made(home: Path, words: list[str], form: str, directory: Path) -> bytes:
    output = directory / f"made.{form}"
    command = ["--workspace", str(home), "--username", "ann", "--quiet", *words]
    assert main([*command, "--format", form, "--output", str(output)]) == 0
    return output.read_bytes()


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
@pytest.mark.parametrize("name", REPORTS)
def test_a_report_is_as_it_was(
    name: str, form: str, home: Path, tmp_path: Path, golden: Callable[[str, str], None]
) -> None:
    text = made(home, REPORTS[name], form, tmp_path).decode()
    suffix = {"text": "txt", "markdown": "md", "html": "html"}[form]
    golden(f"{name}-report.{suffix}", stable(text) if form == "html" else text)


@pytest.mark.parametrize("form", ["csv", "json"])
@pytest.mark.parametrize("name", ["compare", "set"])
def test_a_report_for_programs_is_as_it_was(
    name: str, form: str, home: Path, tmp_path: Path, golden: Callable[[str, str], None]
) -> None:
    golden(f"{name}-report.{form}", made(home, REPORTS[name], form, tmp_path).decode())


@pytest.mark.parametrize("name", REPORTS)
def test_a_workbook_is_as_it_was(name: str, home: Path, tmp_path: Path, golden: Callable[[str, str], None]) -> None:
    """Of long sheets the first rows; the rest is held against the table below."""
    lines = stable("\n".join(workbook_lines(made(home, REPORTS[name], "excel", tmp_path)))).splitlines()
    kept: list[str] = []
    for line in lines:
        kept = [line] if line.startswith("[") and not kept else [*kept, line]
    short = [line for k, line in enumerate(kept) if line.startswith("[") or _rows_since(kept, k) <= 30]
    golden(f"{name}-report.xlsx.txt", "\n".join(short) + "\n")


def _rows_since(lines: list[str], place: int) -> int:
    return next(k for k in range(place + 1) if lines[place - k].startswith("["))


def test_csv_and_json_of_a_forecast_are_the_files_of_its_result(home: Path, tmp_path: Path) -> None:
    files = home / "data" / f"Forecast_{FORECAST}"
    assert made(home, REPORTS["forecast"], "csv", tmp_path) == (files / "daily.csv").read_bytes()
    assert made(home, REPORTS["forecast"], "json", tmp_path) == (files / "result.json").read_bytes()


def test_every_cell_of_the_daily_table_is_the_same_in_csv_page_workbook_and_terminal(
    home: Path, tmp_path: Path
) -> None:
    text = made(home, REPORTS["forecast"], "csv", tmp_path).decode()
    header, *rows = csv.reader(io.StringIO(text))
    page = data_of(made(home, REPORTS["forecast"], "html", tmp_path).decode())["daily"]["columns"]
    names, *cells = sheet_rows(made(home, REPORTS["forecast"], "excel", tmp_path), "Daily")
    assert [column["name"] for column in page] == list(names) == header
    assert len(page[0]["rows"]) == len(cells) == len(rows)
    for position, name in enumerate(header):
        is_amount = page[position]["kind"] == "steps"
        written = [row[position] for row in rows]
        assert [each.replace(",", "") if is_amount else each for each in texts_of(page[position])] == written, name
        assert [_as_csv(row[position], is_amount) for row in cells] == written, name
    shown = made(home, REPORTS["forecast"], "text", tmp_path).decode()
    daily = read_daily_csv(text)
    grid = balance_grid(daily)
    grid = grid.narrower or grid
    for line in table_lines(grid.columns, grid.rows):
        assert line in shown
    ends = {row[0]: row for row in rows}
    for row in grid.rows:
        assert f"{ends[str(row[0])][header.index('Net Worth')]}" == str(row[1])


def _as_csv(cell: Any, is_amount: bool) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime | date):
        return str(cell)[:10]
    return money(cell).replace(",", "") if is_amount else str(cell)


def test_every_cell_of_the_decisions_is_the_same_in_csv_page_and_workbook(home: Path, tmp_path: Path) -> None:
    text = (home / "data" / f"Forecast_{FORECAST}" / "decisions.csv").read_text(encoding="utf-8")
    header, *rows = csv.reader(io.StringIO(text))
    page = data_of(made(home, REPORTS["forecast"], "html", tmp_path).decode())["decisions"]["columns"]
    names, *cells = sheet_rows(made(home, REPORTS["forecast"], "excel", tmp_path), "Decisions")
    titles = [name.replace("_", " ").capitalize() for name in header]
    assert [column["name"] for column in page] == list(names) == titles
    for position, name in enumerate(header):
        is_amount = name in ("requested", "executed", "shortfall")
        written = [row[position] for row in rows]
        assert [each.replace(",", "") if is_amount else each for each in texts_of(page[position])] == written, name
        assert [_as_csv(row[position], is_amount) for row in cells] == written, name


def test_a_set_has_the_same_values_in_page_workbook_and_csv(home: Path, tmp_path: Path) -> None:
    found = data_of(made(home, REPORTS["set"], "html", tmp_path).decode())["set"]
    names, *cells = sheet_rows(made(home, REPORTS["set"], "excel", tmp_path), "Scenarios")
    rows = list(csv.DictReader(io.StringIO(made(home, REPORTS["set"], "csv", tmp_path).decode())))
    assert [each["id"] for each in found["scenarios"]] == [row[1] for row in cells] == [row["id"] for row in rows]
    for metric in found["metrics"]:
        in_sheet = [row[names.index(metric["name"])] for row in cells]
        if metric["kind"] == "day":
            assert [str(each)[:10] if each else None for each in in_sheet] == metric["values"]
        else:
            assert [round(100 * each) for each in in_sheet] == metric["values"]
    worth = next(metric["values"] for metric in found["metrics"] if metric["name"] == "Net Worth")
    assert [f"{cents / 100:.2f}" for cents in worth] == [row["net_worth"] for row in rows]


def test_lines_of_a_comparison_are_the_columns_of_the_tables(home: Path, tmp_path: Path) -> None:
    sides = data_of(made(home, COMPARED, "html", tmp_path).decode())["chart"]["sides"]
    for side, key in zip(sides, ("a38d5dcb5fb9", "b7ccc467df31"), strict=True):
        daily = read_daily_csv((home / "data" / f"Forecast_{key}" / "daily.csv").read_text(encoding="utf-8"))
        assert texts_of(side["dates"]) == list(map(str, daily.dates))
        lines = {line["column"]["name"]: texts_of(line["column"]) for line in side["lines"]}
        for name in ("Net Worth", "Checking", "Liquid Total"):
            assert lines[name] == [cell_text(to_cents_decimal(amount)) for amount in daily.amounts[name]]


@pytest.mark.parametrize(("form", "suffix"), [("html", "html"), ("excel", "xlsx")])
def test_a_page_or_workbook_goes_into_the_workspace_and_its_path_to_stdout(
    form: str, suffix: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--workspace", str(home), *REPORTS["forecast"], "--format", form]) == 0
    path = Path(capsys.readouterr().out.strip())
    assert path == home / "data" / f"Forecast_{FORECAST}" / "reports" / f"report.{suffix}"
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_script_of_the_charts_lies_beside_every_page_and_once_on_disk(home: Path) -> None:
    for words in REPORTS.values():
        assert main(["--workspace", str(home), *words, "--format", "html"]) == 0
    scripts = list((home / "data").glob("*/reports/plotly-*.min.js"))
    assert len(scripts) == len(REPORTS)
    assert len({path.stat().st_ino for path in scripts}) == 1


def test_the_pages_of_a_sets_scenarios_are_linked_once_they_are_made(home: Path, tmp_path: Path) -> None:
    assert main(["--workspace", str(home), *REPORTS["set"], "--format", "html", "--members"]) == 0
    path = home / "data" / f"ForecastSet_{SET}" / "reports" / "report.html"
    found = data_of(path.read_text(encoding="utf-8"))["set"]["scenarios"]
    assert len(found) == 6
    assert all((path.parent / scenario["page"]).resolve().is_file() for scenario in found)

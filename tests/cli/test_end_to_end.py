"""From nothing to a report, as a new user would, with real processes."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from tests.cli.conftest import Terminal
from tests.cli.processes import ef_cli
from tests.service.documents import SMALL, plans, write

SMALL_ID = "dcd22ba91c01"


def test_init_run_report_explain(tmp_path: Path, home: Path) -> None:
    written = ef_cli("init")
    assert written.stdout.split() == ["household.json", "household-set.json", "START_HERE.md"]
    done = ef_cli("run", "forecast", "household.json")
    record_id, outcome = done.stdout.split()
    assert (done.returncode, outcome) == (0, "evaluated")
    assert json.loads((tmp_path / "household.json").read_text())["forecast_id"] == record_id
    assert f"Forecast {record_id}" in ef_cli("report", "forecast", record_id[:6]).stdout
    assert record_id in ef_cli("explain", record_id).stdout
    done = ef_cli("run", "forecastset", "household-set.json")
    assert done.stdout.splitlines()[-1].split()[1] == "evaluated"
    assert "Scenario" in ef_cli("report", "forecastset", done.stdout.split()[-2]).stdout


def test_init_overwrites_nothing_unless_forced(tmp_path: Path) -> None:
    ef_cli("init", "here")
    (tmp_path / "here" / "household.json").write_text("mine")
    done = ef_cli("init", "here")
    existing = "household.json, household-set.json, START_HERE.md"
    assert done.returncode == 2
    assert done.stderr == f"here holds {existing} already; name another directory, or --force to overwrite.\n"
    assert (tmp_path / "here" / "household.json").read_text() == "mine"
    assert ef_cli("init", "here", "--force").returncode == 0
    assert (tmp_path / "here" / "household.json").read_text() != "mine"


def test_init_says_what_comes_next_as_it_has_to_be_typed() -> None:
    assert ef_cli("init").stderr == "Next: read START_HERE.md, then `ef_cli run forecast household.json`.\n"
    next_step = "`ef_cli --workspace 'my house' run forecast 'my house/household.json'`"
    assert ef_cli("init", "my house").stderr == f"Next: read my house/START_HERE.md, then {next_step}.\n"


@pytest.fixture
def run(terminal: Terminal, tmp_path: Path, home: Path) -> Path:
    """The directory of an evaluated forecast."""
    terminal.ok("run", str(write(tmp_path / "small.json", SMALL)))
    return home / "data" / f"Forecast_{SMALL_ID}"


def test_csv_and_json_are_the_files_byte_for_byte(run: Path, tmp_path: Path) -> None:
    for form, name in (("csv", "daily.csv"), ("json", "result.json")):
        assert ef_cli("report", "forecast", SMALL_ID, "--format", form).stdout.encode() == (run / name).read_bytes()
        done = ef_cli("report", "forecast", SMALL_ID, "--format", form, "--output", "out")
        assert (done.stdout, done.stderr) == ("", "Written to out.\n")
        assert (tmp_path / "out").read_bytes() == (run / name).read_bytes()


def test_a_forced_run_gives_the_same_bytes(run: Path) -> None:
    before = {name: (run / name).read_bytes() for name in ("result.json", "daily.csv", "postings.csv", "decisions.csv")}
    ef_cli("--force", "run", "forecast", SMALL_ID)
    assert {name: (run / name).read_bytes() for name in before} == before


def test_approximate_runs_a_copy(run: Path, terminal: Terminal) -> None:
    other = terminal.ok("--force", "--approximate", "run", "forecast", SMALL_ID).split()[0]
    assert other != SMALL_ID
    shown = json.loads(terminal.ok("show", other, "--format", "json"))
    assert (shown["approximate"], shown["parent"]) == (True, SMALL_ID)


def test_restage_makes_a_new_forecast_and_keeps_the_original(run: Path, terminal: Terminal) -> None:
    other = terminal.ok("restage", "forecast", "--id", SMALL_ID, "--end_date", "2026-02-28").strip()
    shown = json.loads(terminal.ok("inspect", other, "--format", "json"))
    assert (shown["state"], shown["end_date"], shown["parent"]) == ("staged", "2026-02-28", SMALL_ID)
    assert terminal.ok("restage", "forecast", SMALL_ID, "--end_date", "2026-03-31").strip() == SMALL_ID


def test_run_all_runs_sets_with_their_members_and_the_rest(terminal: Terminal, tmp_path: Path) -> None:
    set_id = terminal.ok("stage", str(write(tmp_path / "plans.json", plans()))).strip()
    terminal.ok("stage", str(write(tmp_path / "small.json", SMALL)))
    lines = terminal.ok("run", "--all").splitlines()
    assert [line.split()[0] for line in lines[-2:]] == [set_id, SMALL_ID]
    assert terminal.ok("run", "--all") == ""
    assert terminal.err == "Nothing is staged.\n"


def test_the_report_of_a_set_names_scenarios_and_milestones(terminal: Terminal, tmp_path: Path) -> None:
    set_id = terminal.ok("run", str(write(tmp_path / "plans.json", plans()))).split()[-2]
    rows = json.loads(terminal.ok("report", "forecastset", set_id, "--format", "json"))
    assert [(row["scenario"], row["state"]) for row in rows] == [
        ("Core | cheap | rent", "evaluated"),
        ("Core | dear | rent", "evaluated"),
        ("Core | cheap | buy", "evaluated"),
        ("Core | dear | buy", "infeasible"),
    ]
    assert list(rows[0]) == ["id", "scenario", "state", "net_worth", "rich"]
    assert max(map(len, terminal.ok("report", "forecastset", set_id).splitlines())) <= 80


def test_the_template_fits_the_schema(terminal: Terminal) -> None:
    document = json.loads(terminal.ok("template", "json"))
    jsonschema.validate(document, json.loads(terminal.ok("schema", "forecast")))


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_completions_know_the_commands(terminal: Terminal, shell: str) -> None:
    assert "restage" in terminal.ok("completions", shell)


def test_help_begins_with_the_three_commands_a_new_user_needs(terminal: Terminal) -> None:
    text = terminal.ok("--help")
    assert text.index("ef_cli init") < text.index("ef_cli run forecast") < text.index("ef_cli report forecast")
    assert text.index("ef_cli report forecast") < text.index("Commands:")
    assert terminal.ok("--version").startswith("ef ")


def test_an_output_that_cannot_be_written_is_named_as_it_was_given(run: Path) -> None:
    done = ef_cli("report", SMALL_ID, "--output", "nowhere/report.txt")
    problem = "--output: nowhere/report.txt cannot be written (no such file or directory)"
    assert done.returncode == 2
    assert done.stderr == f"{problem}; name a file in a directory that exists and is yours.\n"


def test_what_is_explained_also_comes_as_json_and_csv(run: Path) -> None:
    decisions = json.loads(ef_cli("explain", SMALL_ID, "--format", "json").stdout)
    assert [(each["memo"], each["status"]) for each in decisions] == [("trip", "skipped")]
    assert len(json.loads(ef_cli("explain", SMALL_ID, ".", "--format", "json").stdout)) == 4
    header = (run / "decisions.csv").read_text().splitlines()[0]
    assert ef_cli("explain", SMALL_ID, "--format", "csv").stdout.splitlines()[0] == header


def test_the_report_of_a_set_compares_its_scenarios_in_eighty_columns(terminal: Terminal, tmp_path: Path) -> None:
    document = plans()
    names = [f"a milestone with a name that is long, {number}" for number in range(3)]
    document["base"]["milestones"]["account"] = [
        {"name": name, "account_name": "Checking", "min_balance": 100 + 700 * number}
        for number, name in enumerate(names)
    ]
    terminal.ok("run", str(write(tmp_path / "plans.json", document)))
    text = terminal.ok("report", terminal.ok("list", "forecastset", "--quiet").strip())
    assert max(map(len, text.splitlines())) <= 80
    assert all(name in text for name in names)
    assert text.count("\nCore | cheap | rent") == 7
    assert "not reached" in text
    assert "Net Worth is best in Core | cheap | rent, at " in text

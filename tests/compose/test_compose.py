"""`compose`: one document makes a whole set-up, twice the same, and stops it."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path

import pytest

from tests.cli.conftest import Terminal
from tests.jobs.conftest import Shop, until
from tests.service.documents import SMALL, plans, write

DOCUMENT = """
    [directories]
    workspace = "books"
    log = "logs"

    [sources.household]
    file = "small.json"

    [forecasts.plan]
    source = "household"

    [forecasts.longer]
    source = "household"
    end_date = 2026-12-31
    label = "longer"

    [sets.choices]
    file = "plans.json"

    [schedules.monthly]
    cron = "0 6 1 * *"
    time_zone = "Europe/Berlin"
    command = "run forecast small.json --force"

    [schedules.tidy]
    interval = "1d"
    missed = "skip"
    command = ["clean", "--older_than", "90d", "--yes"]
"""


@pytest.fixture
def document(tmp_path: Path) -> Path:
    """A set-up in a directory of its own."""
    here = tmp_path / "here"
    here.mkdir()
    write(here / "small.json", SMALL)
    write(here / "plans.json", plans())
    path = here / "ef.toml"
    path.write_text(textwrap.dedent(DOCUMENT))
    return path


def built(terminal: Terminal, document: Path, *words: str) -> list[tuple[str, str, str]]:
    rows = json.loads(terminal.ok("compose", "build", "-f", str(document), "--format", "json", *words))
    return [(row["action"], row["kind"], row["name"]) for row in rows]


def tree(directory: Path) -> dict[str, tuple[int, bytes]]:
    """Every file below a directory, with its inode and content; locks are empty and come and go."""
    files = (path for path in directory.rglob("*") if path.is_file() and path.suffix != ".lock")
    return {str(path): (path.stat().st_ino, path.read_bytes()) for path in files}


def test_what_is_declared_is_there_afterwards(terminal: Terminal, document: Path) -> None:
    assert [step for step in built(terminal, document) if step[1] != "directory"] == [
        ("stage", "forecast", "plan"),
        ("stage", "forecast", "longer"),
        ("stage", "forecastset", "choices"),
        ("add", "schedule", "monthly"),
        ("add", "schedule", "tidy"),
    ]
    here = document.parent
    assert sorted(path.name for path in here.iterdir()) == ["books", "ef.toml", "logs", "plans.json", "small.json"]
    where = ("--workspace", str(here / "books"), "--log_directory", str(here / "logs"))
    rows = json.loads(terminal.ok("list", "--format", "json", *where))
    assert {(row["label"], row["owner"]) for row in rows} >= {("small", "ann"), ("longer", "ann"), ("plans", "ann")}
    found = json.loads(terminal.ok("schedule", "list", "--format", "json", *where))
    assert [(row["name"], row["when"], row["command"], row["missed"]) for row in found] == [
        ("monthly", "0 6 1 * *", "ef_cli run forecast small.json --force", "run_once"),
        ("tidy", "every 1d", "ef_cli clean --older_than 90d --yes", "skip"),
    ]


def test_building_twice_changes_nothing(terminal: Terminal, document: Path) -> None:
    built(terminal, document)
    before = tree(document.parent)
    assert {action for action, _, _ in built(terminal, document)} == {"unchanged"}
    assert terminal.err == "Everything is as declared, nothing changes.\n"
    assert tree(document.parent) == before


def test_a_dry_run_says_what_would_be_done_and_does_nothing(terminal: Terminal, document: Path) -> None:
    before = tree(document.parent)
    would = built(terminal, document, "--dry_run")
    assert terminal.err == "9 of 9 would change; nothing was done.\n"
    assert tree(document.parent) == before
    assert not (document.parent / "books").exists()
    assert built(terminal, document) == would


def test_only_what_changed_is_done_again(terminal: Terminal, document: Path) -> None:
    built(terminal, document)
    changed = document.read_text().replace("2026-12-31", "2027-12-31").replace("0 6 1", "0 7 1")
    document.write_text(changed)
    assert [step for step in built(terminal, document) if step[0] != "unchanged"] == [
        ("stage", "forecast", "longer"),
        ("replace", "schedule", "monthly"),
    ]
    document.write_text(document.read_text().replace('"longer"', '"much longer"'))
    assert [step for step in built(terminal, document) if step[0] != "unchanged"] == [("label", "forecast", "longer")]


def test_a_deleted_scenario_is_staged_again(terminal: Terminal, document: Path) -> None:
    built(terminal, document)
    where = ("--workspace", str(document.parent / "books"))
    rows = json.loads(terminal.ok("list", "--format", "json", "--filter", "label~cheap", *where))
    terminal.ok("rm", rows[0]["id"], "--yes", *where)
    assert ("stage", "forecastset", "choices") in built(terminal, document)
    assert {action for action, _, _ in built(terminal, document)} == {"unchanged"}


def test_down_removes_schedules_once_and_leaves_what_is_staged(terminal: Terminal, document: Path) -> None:
    built(terminal, document)
    rows = json.loads(terminal.ok("compose", "down", "-f", str(document), "--format", "json"))
    assert [(row["action"], row["name"]) for row in rows] == [("remove", "monthly"), ("remove", "tidy")]
    assert terminal.ok("compose", "down", "-f", str(document), "--format", "json") == "[]\n"
    assert [step for step in built(terminal, document) if step[0] != "unchanged"] == [
        ("add", "schedule", "monthly"),
        ("add", "schedule", "tidy"),
    ]


def test_down_stops_what_runs(shop: Shop) -> None:
    record_id = shop.stage_long()
    (shop.home / "ef.toml").write_text('[forecasts.long]\nfile = "long.json"\n')
    shop.cli("run", record_id, "--detach")
    shop.marker(record_id)
    ran = shop.cli("compose", "down", "-f", str(shop.home / "ef.toml"), "--format", "csv", "--no_header")
    assert ran.stdout == f"kill,forecast,long,{record_id}\n"
    until(lambda: shop.state(record_id)["outcome"] == "killed")


def test_a_workspace_of_the_command_line_goes_before_that_of_the_document(
    terminal: Terminal, document: Path, tmp_path: Path
) -> None:
    built(terminal, document, "--workspace", str(tmp_path / "other"))
    assert (tmp_path / "other" / "stage").is_dir()
    assert not (document.parent / "books").exists()


def test_without_directories_it_is_about_the_workspace_one_is_in(
    terminal: Terminal, document: Path, home: Path
) -> None:
    document.write_text('[forecasts.plan]\nfile = "small.json"\n')
    built(terminal, document)
    assert len(json.loads(terminal.ok("list", "--format", "json"))) == 1
    assert (home / "stage").is_dir()


def test_a_source_may_be_a_workbook(terminal: Terminal, document: Path) -> None:
    """Its id is written into one cell the first time, so that the second time nothing changes."""
    terminal.ok("template", "excel", "--output", str(document.parent / "book.xlsx"))
    document.write_text('[sources.book]\nfile = "book.xlsx"\n[forecasts.plan]\nsource = "book"\n')
    assert ("stage", "forecast", "plan") in built(terminal, document)
    before = tree(document.parent)
    assert {action for action, _, _ in built(terminal, document)} == {"unchanged"}
    assert tree(document.parent) == before


WRONG = """
    [directory]
    workspace = "books"

    [directories]
    log = "logs"

    [sources.household]
    fiel = "small.json"

    [forecasts.a]
    source = "houshold"

    [forecasts.b]
    file = "small.json"
    source = "household"
    approximate = "yes"

    [forecasts.c]
    label = 5
    file = "small.json"

    [schedules.x]
    cron = "soon"
    command = "ps"

    [schedules.y]
    interval = "never"
    missed = "weep"
    command = 5
"""


def test_every_mistake_is_told_at_once_with_its_place(terminal: Terminal, document: Path) -> None:
    document.write_text(textwrap.dedent(WRONG))
    assert terminal.run("compose", "build", "-f", str(document)) == 2
    told = [line.removeprefix(str(document)).split(";")[0] for line in terminal.err.splitlines()]
    assert told == [
        ": there is nothing called 'directory' here",
        ", directories: the other directories have no place",
        ", sources.household: there is nothing called 'fiel' here",
        ", sources.household: it has no file",
        ", forecasts.a.source: there is no source 'houshold'",
        ", forecasts.b: it needs one file or source, and not both",
        ", forecasts.b.approximate: 'yes' is neither true nor false",
        ", forecasts.c.label: 5 is no text",
        ", schedules.x: --cron 'soon' is no cron expression (it has 1 of 5 fields)",
        ", schedules.y.missed: 'weep' is no policy",
        ", schedules.y.command: this is neither a text nor a list of texts",
        ", schedules.y.interval: 'never' is no duration such as 40s, 5m, 12h or 30d",
    ]
    assert not (document.parent / "books").exists()


def test_a_mistake_in_an_input_stops_all_of_it(terminal: Terminal, document: Path) -> None:
    write(document.parent / "plans.json", "{")
    document.write_text(document.read_text().replace('"small.json"', '"nowhere.json"'))
    assert terminal.run("compose", "build", "-f", str(document)) == 2
    assert "plans.json" in terminal.err
    assert "forecast plan: " in terminal.err
    assert not (document.parent / "books").exists()


def test_one_forecast_cannot_have_two_labels(terminal: Terminal, document: Path) -> None:
    """Each build would give it the other one."""
    document.write_text(document.read_text().replace("end_date = 2026-12-31\n", ""))
    assert terminal.run("compose", "build", "-f", str(document)) == 2
    assert "forecast longer: it is the same as forecast plan, under another label;" in terminal.err


@pytest.mark.parametrize(("text", "code"), [(None, 4), ("[", 2), ("forecasts = 5", 2)])
def test_a_document_that_is_none_is_refused(terminal: Terminal, tmp_path: Path, text: str | None, code: int) -> None:
    path = tmp_path / "ef.toml"
    if text is not None:
        path.write_text(text)
    assert terminal.run("compose", "build", "-f", str(path)) == code


def test_schedules_of_a_document_need_their_right_too(terminal: Terminal, document: Path, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('rights = ["STAGE"]\n')
    words = ("compose", "build", "-f", str(document), "--config", str(tmp_path / "config.toml"))
    assert terminal.run(*words) == 2
    assert "no right to SCHEDULE" in terminal.err
    document.write_text('[forecasts.plan]\nfile = "small.json"\n')
    terminal.ok(*words)


NIGHTLY = """
schema = "ef/flow/1"
name = "nightly"

[[steps]]
name = "wait"
run = "time:sleep"
args = [60]
"""


def test_a_flow_is_declared_run_by_name_and_stopped(shop: Shop) -> None:
    """Before it ever ran, and from any directory."""
    (shop.home / "night.toml").write_text(NIGHTLY)
    (shop.home / "ef.toml").write_text('[flows.nightly]\nfile = "night.toml"\n')
    document = ("-f", str(shop.home / "ef.toml"), "--format", "csv", "--no_header")

    def steps(word: str) -> list[str]:
        ran = shop.cli("compose", word, *document)
        assert ran.returncode == 0, ran.stderr
        return [line for line in ran.stdout.splitlines() if ",flow," in line]

    assert shop.cli("run", "flow", "nightly").returncode == 4
    assert steps("build") == ["declare,flow,nightly,"]
    assert steps("build") == ["unchanged,flow,nightly,"]
    run = shop.cli("run", "flow", "nightly", "--detach").stdout.split()[0]
    assert steps("down") == [f"kill,flow,nightly,{run}", "remove,flow,nightly,"]
    assert steps("down") == []
    assert shop.record(run).state.outcome == "killed"  # type: ignore[union-attr]


def test_a_flow_with_a_mistake_or_another_name_is_refused(terminal: Terminal, document: Path) -> None:
    document.write_text('[flows.nightly]\nfile = "night.toml"\n')
    (document.parent / "night.toml").write_text(NIGHTLY.replace("nightly", "daily"))
    assert terminal.run("compose", "build", "-f", str(document)) == 2
    assert "holds the flow 'daily'; declare it under its own name." in terminal.err
    (document.parent / "night.toml").write_text(NIGHTLY.replace("run", "ruin"))
    assert terminal.run("compose", "build", "-f", str(document)) == 2
    assert "night.toml" in terminal.err

"""Reports, and what comes in or goes out, have records too; whose failure harms nobody."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ef_engine.service.errand import INGEST, REPORT, errand
from ef_engine.service.workspace import Workspace
from ef_engine.store import errands, journal
from ef_engine.store.places import Places, places_under
from ef_engine.store.records import Record
from ef_engine.store.states import Finished, Outcome
from tests.cli.conftest import Terminal
from tests.jobs.conftest import Shop, until
from tests.service.documents import SMALL, small, write


@pytest.fixture
def places(home: Path) -> Places:
    return places_under(home)


@pytest.fixture
def forecast(terminal: Terminal, tmp_path: Path) -> str:
    return terminal.ok("run", str(write(tmp_path / "small.json", SMALL))).split()[0]


def rows(terminal: Terminal, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(terminal.ok("ls", "calls", "--format", "json", "-r", "all", *words))
    return found


def the_call(terminal: Terminal, kind: str) -> dict[str, Any]:
    [row] = rows(terminal, "--kind", kind)
    found: dict[str, Any] = json.loads(terminal.ok("ls", "call", row["id"], "--format", "json"))
    return found


def test_a_report_to_stdout_is_about_its_forecast_and_has_an_owner_times_and_events(
    terminal: Terminal, forecast: str
) -> None:
    terminal.ok("report", forecast, "--username", "ann")
    call = the_call(terminal, "report")
    assert (call["kind"], call["name"], call["owner"], call["outcome"]) == ("report", "report text", "ann", "evaluated")
    assert (call["forecast"], call["provenance"]["parent"], call["result_path"]) == (forecast, forecast, None)
    assert call["received"] <= call["started"] <= call["finished"]
    assert [event["event"] for event in call["events"]] == ["received", "prerun", "postrun"]
    assert call["process"]["pid"] == os.getpid()


def test_a_report_in_a_file_says_where_it_lies(terminal: Terminal, forecast: str, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    terminal.ok("report", forecast, "--format", "html", "--output", str(path))
    call = the_call(terminal, "report")
    assert (call["name"], call["result_path"]) == ("report html", str(path))
    assert str(path) in terminal.ok("ls", "call", call["id"], "--result")


def test_a_comparison_is_a_report_too(terminal: Terminal, forecast: str, tmp_path: Path) -> None:
    other = terminal.ok("run", str(write(tmp_path / "other.json", small(end_date="2026-04-30")))).split()[0]
    terminal.ok("compare", forecast, other)
    assert the_call(terminal, "report")["name"] == "compare text"


def test_staging_is_an_ingest_that_names_what_it_staged(terminal: Terminal, tmp_path: Path) -> None:
    staged = terminal.ok("stage", str(write(tmp_path / "small.json", SMALL))).strip()
    call = the_call(terminal, "ingest")
    assert (call["name"], call["result_path"]) == ("stage small.json", staged)
    assert call["message"] == f"Staged forecast {staged}."


def test_what_could_not_be_staged_is_told_among_all_calls(terminal: Terminal, tmp_path: Path) -> None:
    terminal.ok("stage", str(write(tmp_path / "small.json", SMALL)))
    bad = write(tmp_path / "bad.json", small(start_date="never"))
    assert terminal.run("stage", str(bad)) == 2
    problem = terminal.err.strip()
    row = rows(terminal)[0]
    assert (row["name"], row["outcome"]) == ("stage bad.json", "failed")
    assert json.loads(terminal.ok("ls", "call", row["id"], "--format", "json"))["message"] == problem


def test_what_goes_to_a_database_and_comes_back_is_an_ingest(terminal: Terminal, forecast: str, places: Places) -> None:
    terminal.ok("export", forecast)
    terminal.ok("rm", forecast, "--yes")
    terminal.ok("import", forecast)
    names = [row["name"].split()[0] for row in rows(terminal, "--kind", "ingest", "--ascend")]
    assert names == ["export", "import"]


def test_errands_that_went_well_are_listed_for_who_asks_for_them(terminal: Terminal, forecast: str) -> None:
    terminal.ok("report", forecast)
    [report] = rows(terminal, "--kind", "report")
    assert [row["id"] for row in rows(terminal)] == [forecast]
    assert {row["id"] for row in rows(terminal, "--kind", "all")} == {forecast, report["id"]}
    assert {row["id"] for row in rows(terminal, "--kind", "forecast,report")} == {forecast, report["id"]}
    assert [row["id"] for row in rows(terminal, "--id", report["id"][:6])] == [report["id"]]
    assert terminal.run("ls", "calls", "--kind", "dream") == 2


def test_stats_count_reports_for_themselves(terminal: Terminal, forecast: str) -> None:
    terminal.ok("report", forecast)
    terminal.ok("report", forecast, "--format", "json")
    found = json.loads(terminal.ok("stats", "--format", "json"))
    values = {(row["what"], row["which"]): row["value"] for row in found}
    assert (values["reports", "all"], values["reports", "evaluated"], values["runs", "all"]) == (2, 2, 1)
    assert ("ingests", "all") not in values


def test_listening_tells_of_errands_by_their_names(terminal: Terminal, forecast: str) -> None:
    terminal.ok("report", forecast)
    told = [json.loads(line) for line in terminal.ok("listen", "-n", "report *", "--format", "json").splitlines()]
    assert [each["event"] for each in told] == ["received", "prerun", "postrun"]
    assert {each["kind"] for each in told} == {"report"}


def test_a_record_that_cannot_be_written_keeps_no_report_from_being_made(
    terminal: Terminal, forecast: str, places: Places
) -> None:
    expected = terminal.ok("report", forecast)
    for path in places.errands.iterdir():
        path.unlink()
    places.errands.rmdir()
    places.errands.write_text("no directory")
    assert terminal.ok("report", forecast) == expected
    assert terminal.err == ""
    assert [row["id"] for row in rows(terminal, "--kind", "all")] == [forecast]


def test_errands_can_be_noted_on_and_deleted(terminal: Terminal, forecast: str, places: Places) -> None:
    terminal.ok("report", forecast)
    [report_id] = errands.ids(places)
    terminal.ok("note", report_id[:5], "sent to the bank")
    assert "sent to the bank" in terminal.ok("show", report_id)
    assert terminal.ok("rm", report_id, "--yes") == f"{report_id}\n"
    assert errands.ids(places) == []


def test_old_errands_go_with_all_that_is_old(terminal: Terminal, forecast: str, places: Places) -> None:
    old = "2020-01-01T00:00:00.000Z"
    record = Record(id="R000000000000", kind=REPORT, state=Finished(Outcome.EVALUATED, old, old), received=old)
    errands.write(places, record)
    terminal.ok("report", forecast)
    assert terminal.ok("clean", "--yes") == "R000000000000\n"
    assert len(errands.ids(places)) == 1


def test_only_the_newest_errands_are_kept(places: Places) -> None:
    for number in range(8):
        record = Record(id=f"R{number:012x}", kind=REPORT)
        errands.write(places, record)
        os.utime(places.errands / f"{record.id}.json", (number, number))
    errands.forget_oldest(places, kept=4, spare=4)
    assert len(errands.ids(places)) == 8
    errands.forget_oldest(places, kept=4, spare=3)
    assert sorted(errands.ids(places)) == [f"R{number:012x}" for number in range(4, 8)]


@pytest.mark.parametrize(
    ("error", "outcome", "message"),
    [
        (ZeroDivisionError("oh"), "failed", "ZeroDivisionError: oh"),
        (KeyboardInterrupt(), "killed", "KeyboardInterrupt"),
        (BrokenPipeError(), "killed", "BrokenPipeError"),
    ],
)
def test_how_an_errand_ended_badly_is_kept(places: Places, error: BaseException, outcome: str, message: str) -> None:
    places.data.mkdir(parents=True)
    with pytest.raises(type(error)), errand(Workspace(places, "ann"), INGEST, "stage it"):
        raise error
    [record] = errands.records(places)
    assert isinstance(record, Record)
    assert isinstance(record.state, Finished)
    assert (record.state.outcome, record.state.message) == (outcome, message)
    assert [event.fields.get("outcome") for event in journal.read(places)] == [None, None, outcome]


def test_an_errand_whose_process_died_is_lost_until_it_is_tidied_up(shop: Shop) -> None:
    shop.places.data.mkdir()
    pipe = shop.home / "pipe"
    os.mkfifo(pipe)
    started = subprocess.Popen(shop.command("stage", str(pipe)), stderr=subprocess.PIPE)
    until(lambda: errands.ids(shop.places) != [])
    os.kill(started.pid, signal.SIGKILL)
    started.communicate()
    [row] = json.loads(shop.cli("ls", "calls", "--format", "json").stdout)
    assert row["state"] == "lost"
    shop.cli("clean")
    assert errands.ids(shop.places) == []


def test_what_a_step_of_a_flow_reports_belongs_to_the_flow(
    terminal: Terminal, forecast: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EF_STEP_ID", "F0a1b2c3d4e5f.7")
    terminal.ok("report", forecast)
    call = the_call(terminal, "report")
    assert (call["tracking"], call["parent"]) == ("F0a1b2c3d4e5f", forecast)


def test_nobody_makes_a_workspace_by_a_mistake(terminal: Terminal, home: Path, tmp_path: Path) -> None:
    assert terminal.run("stage", str(write(tmp_path / "bad.json", small(start_date="never")))) == 2
    assert not home.exists()

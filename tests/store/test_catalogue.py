"""The catalogue saves reading, and is never believed: whatever lies there, the rows are those of the records."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ef_engine.store import catalogue, forecasts
from ef_engine.store.documents import dump
from ef_engine.store.places import Places, places_under
from ef_engine.store.process import Process, current
from ef_engine.store.record_rows import row_of
from ef_engine.store.records import Record
from ef_engine.store.rows import Row
from ef_engine.store.states import Finished, Outcome, Queued, Running

DEADLINE = 60.0
COUNT = 120
OLD = time.time_ns() - 3600 * 10**9
DONE = Finished(Outcome.EVALUATED, "2026-01-31T08:15:00.123Z", "2026-01-31T08:14:00.000Z")

READER = """
import sys
from pathlib import Path
from ef_engine.store import catalogue
from ef_engine.store.places import places_under
for _ in range(int(sys.argv[2])):
    assert len(catalogue.read_rows(places_under(Path(sys.argv[1])))) == int(sys.argv[3])
"""


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """More records than need a catalogue: forecasts, and a set."""
    found = places_under(tmp_path)
    for number in range(COUNT):
        write(found, Record(id=f"{number:012x}", kind="forecast", label=f"label {number}", state=DONE))
    write(found, Record(id="Sab", kind="set", label="ä set", state=DONE, summary={"net_worth": "-1.50"}))
    return found


def write(places: Places, record: Record, mtime_ns: int = OLD) -> None:
    """Writes a record as if at another time."""
    path = forecasts.record_path(places, record.id)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".new")
    temporary.write_bytes(dump(record.to_json()))
    os.utime(temporary, ns=(mtime_ns, mtime_ns))
    temporary.replace(path)


def truth(places: Places) -> list[Row]:
    return sorted(row_of(places, record) for record in forecasts.read_records(places))


def rows(places: Places) -> list[Row]:
    return sorted(catalogue.read_rows(places))


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the records that are read, as they are."""
    seen: list[str] = []
    real = forecasts.read_run

    def counted(places: Places, record_id: str) -> Any:
        seen.append(record_id)
        return real(places, record_id)

    monkeypatch.setattr(forecasts, "read_run", counted)
    return seen


def test_nothing_that_is_in_the_catalogue_is_read_again(places: Places, reads: list[str]) -> None:
    assert rows(places) == truth(places)
    assert catalogue.path_of(places).stat().st_mode & 0o777 == 0o600
    reads.clear()
    first = rows(places)
    assert reads == []
    assert first == truth(places)


def test_few_records_make_no_catalogue(tmp_path: Path) -> None:
    places = places_under(tmp_path)
    assert catalogue.read_rows(places) == []
    assert list(tmp_path.iterdir()) == []
    write(places, Record(id="ab", kind="forecast", state=DONE))
    assert [row.id for row in rows(places)] == ["ab"]
    assert [path.name for path in places.data.iterdir()] == ["Forecast_ab"]


def test_only_what_changed_is_read(places: Places, reads: list[str]) -> None:
    rows(places)
    write(places, Record(id=f"{7:012x}", kind="forecast", label="changed", state=DONE), OLD + 1)
    reads.clear()
    assert rows(places) == truth(places)
    assert reads[:1] == [f"{7:012x}"]
    assert "changed" in [row.label for row in rows(places)]


@pytest.mark.parametrize("change", ["size", "inode"])
def test_a_record_changed_in_the_same_instant_is_seen(places: Places, change: str) -> None:
    rows(places)
    label = "label 70" if change == "size" else "LABEL 7"
    before = forecasts.record_path(places, f"{7:012x}").stat()
    write(places, Record(id=f"{7:012x}", kind="forecast", label=label, state=DONE))
    after = forecasts.record_path(places, f"{7:012x}").stat()
    assert after.st_mtime_ns == before.st_mtime_ns
    assert (after.st_size == before.st_size) == (change == "inode")
    assert label in [row.label for row in rows(places)]


def test_what_changed_just_now_is_not_kept(places: Places, reads: list[str]) -> None:
    """The next file in its place could get its time, its size and even its inode."""
    write(places, Record(id="ab", kind="forecast", state=DONE), time.time_ns())
    rows(places)
    assert catalogue.path_of(places).exists()
    reads.clear()
    assert rows(places) == sorted(rows(places))
    assert set(reads) == {"ab"}


def test_what_is_deleted_is_gone(places: Places, reads: list[str]) -> None:
    rows(places)
    for number in range(20):
        forecasts.delete_run(places, f"{number:012x}")
    reads.clear()
    assert len(rows(places)) == COUNT + 1 - 20
    assert reads == []
    assert f"{0:012x}" not in json.loads(catalogue.path_of(places).read_bytes())["id"]


def test_what_runs_is_looked_at_every_time(places: Places) -> None:
    gone = replace(current(), pid=2**22 + 1)
    states = {"aa": Running(current(), "2026-01-31T08:15:00.123Z"), "bb": Running(gone, "2026-01-31T08:15:00.123Z")}
    for key, state in states.items():
        write(places, Record(id=key, kind="forecast", state=state))
    write(places, Record(id="cc", kind="forecast", state=Queued("2026-01-31T08:15:00.123Z")))
    for _ in range(2):
        found = {row.id: row.state for row in rows(places)}
        assert [found[key] for key in ("aa", "bb", "cc")] == ["running", "lost", "queued"]
    kept = json.loads(catalogue.path_of(places).read_bytes())["id"]
    assert [key in kept for key in ("aa", "bb", "cc")] == [False, False, True]


def test_a_damaged_record_is_listed_and_not_kept(places: Places) -> None:
    path = forecasts.record_path(places, f"{7:012x}")
    path.write_text("{")
    os.utime(path, ns=(OLD, OLD))
    for _ in range(2):
        assert [row.id for row in rows(places) if row.state == "unreadable"] == [path.parent.name[9:]]
    assert f"{7:012x}" not in json.loads(catalogue.path_of(places).read_bytes())["id"]


def test_a_record_that_names_another_id_harms_nothing(places: Places) -> None:
    write(places, Record(id=f"{7:012x}", kind="forecast", state=DONE))
    path = forecasts.record_path(places, f"{7:012x}")
    path.write_bytes(path.read_bytes().replace(b"000000000007", b"000000000008"))
    os.utime(path, ns=(OLD, OLD))
    assert rows(places) == truth(places)
    assert rows(places) == truth(places)


def test_directories_without_record_and_those_of_others_are_passed_over(places: Places) -> None:
    before = rows(places)
    for name in ("Forecast_cd", "active", "queue", ".Forecast_ef.1.gone"):
        (places.data / name).mkdir()
    (places.data / "active" / "state.json").write_text("{}")
    (places.data / "Forecast_file").write_text("")
    assert rows(places) == before


DAMAGE: dict[str, Callable[[str], str]] = {
    "empty": lambda text: "",
    "cut": lambda text: text[: len(text) // 2],
    "zeros": lambda text: text[:1000] + "\0" * 1000 + text[2000:],
    "no_object": lambda text: "[]",
    "null": lambda text: "null",
    "nested": lambda text: "[" * 100_000,
    "another_version": lambda text: text.replace("ef/catalogue/1", "ef/catalogue/2"),
    "a_column_less": lambda text: text.replace('"label"', '"lable"'),
    "a_value_less": lambda text: text.replace('"label 7",', ""),
    "a_column_of_another_type": lambda text: text.replace('"size":[', '"size":0,"sizes":['),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_catalogue_that_makes_no_sense_is_made_anew(places: Places, damage: str, reads: list[str]) -> None:
    rows(places)
    path = catalogue.path_of(places)
    whole = path.read_bytes()
    path.write_text(DAMAGE[damage](whole.decode()))
    assert path.read_bytes() != whole
    assert rows(places) == truth(places)
    assert json.loads(path.read_bytes()) == json.loads(whole)
    reads.clear()
    rows(places)
    assert reads == []


def test_where_no_catalogue_can_be_written_there_is_none(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue.path_of(places).mkdir()
    assert rows(places) == truth(places)
    assert rows(places) == truth(places)
    assert [path.name for path in places.data.iterdir() if path.name.startswith(".")] == []


def test_a_few_changes_do_not_make_a_new_catalogue(places: Places) -> None:
    rows(places)
    inode = catalogue.path_of(places).stat().st_ino
    for number, is_kept in ((7, True), (8, False)):
        for changed in range(number):
            write(places, Record(id=f"{changed:012x}", kind="forecast", label="changed", state=DONE), OLD + number)
        assert rows(places) == truth(places)
        assert (catalogue.path_of(places).stat().st_ino == inode) is is_kept


def test_readers_that_make_it_anew_at_once_all_see_everything(places: Places) -> None:
    """While somebody deletes and damages it again and again."""
    command = [sys.executable, "-c", READER, str(places.data.parent), "15", str(COUNT + 1)]
    running = [subprocess.Popen(command) for _ in range(4)]
    deadline = time.monotonic() + DEADLINE
    try:
        while any(process.poll() is None for process in running):
            assert time.monotonic() < deadline
            catalogue.path_of(places).unlink(missing_ok=True)
            time.sleep(0.002)
            catalogue.path_of(places).write_text("{")
            time.sleep(0.002)
        assert [process.wait() for process in running] == [0] * 4
    finally:
        for process in running:
            process.kill()
            process.wait()
    assert rows(places) == truth(places)
    rows(places)
    assert json.loads(catalogue.path_of(places).read_bytes())["schema"] == catalogue.SCHEMA
    assert [path.name for path in places.data.iterdir() if path.name.startswith(".")] == []


def test_a_row_says_what_its_record_says(places: Places) -> None:
    process = Process("elsewhere", "", "", 1, "")
    record = Record(
        id="ab", kind="forecast", label="car", owner="ann", attempt=2, parent="cd", tracking="Sab",
        state=Finished(Outcome.FAILED, "2026-01-31T08:15:00.500Z", "2026-01-31T08:14:00.000Z", "no such account"),
        start_date="2026-01-01", end_date="2026-12-31", summary={"net_worth": "12.30"},
    )  # fmt: skip
    row = row_of(places, record)
    assert row == Row(
        "ab", "forecast", "failed", "car", "2026-01-01", "2026-12-31", "12.30", "2026-01-31T08:15:00.500Z", "ann",
        "2026-01-31T08:14:00.000Z", "2026-01-31T08:15:00.500Z", 2, "Sab", "cd", "no such account",
    )  # fmt: skip
    assert (row.group, row.outcome, row.flags, row.elapsed) == ("evaluated", "failed", "", 60.5)
    waiting = row_of(places, replace(record, state=Running(process, "2026-01-31T08:14:00.000Z")))
    assert (waiting.group, waiting.outcome, waiting.finished) == ("in progress", None, None)
    assert waiting.elapsed is not None
    assert waiting.elapsed > 0

"""Files of the queue as version 1 wrote them: read for ever; fields added since are ignored, newer schemas too."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ef_engine.service.progress import Progress, read_progress
from ef_engine.store import active, catalogue, forecasts, journal, requests, tickets
from ef_engine.store.active import Marker
from ef_engine.store.events import Event, Kind
from ef_engine.store.places import Places, places_under
from ef_engine.store.process import Process
from ef_engine.store.records import Record
from ef_engine.store.requests import Request
from ef_engine.store.tickets import Ticket

OLD = Path(__file__).parent / "version_1"
RUNNING, SET, DONE = "bbbbbbbbbbbb", "S9f76ec762bca", "dcd22ba91c01"
MOMENT = "2026-11-21T07:44:44.198Z"
WORKER = Process("elsewhere", "6f3c", "pid:[4026531836]", 4711, "123456")
SUPERVISOR = Process("elsewhere", "6f3c", "pid:[4026531836]", 4700, "123400")
ACCEPTED = Ticket(
    name="01795247084198000000-a1b2c3", record_id=RUNNING, force=True, timeout=90.5, jobs=2, owner="ann",
    on_finish=("mail", "-s", "done", "ann"), at=MOMENT, supervisor=SUPERVISOR,
)  # fmt: skip
WAITING = Ticket(name="01795247084299000000-d4e5f6", record_id=SET, owner="ann", at=MOMENT)
EVENTS = [
    Event(Kind.RECEIVED, RUNNING, MOMENT, WORKER, {"owner": "ann", "tracking": ACCEPTED.name}),
    Event(Kind.PRERUN, RUNNING, MOMENT, WORKER, {"attempt": 1, "owner": "ann"}),
    Event(Kind.POSTRUN, RUNNING, MOMENT, WORKER, {"attempt": 1, "outcome": "crashed", "message": "its process died"}),
    Event(Kind.PRERUN, RUNNING, MOMENT, WORKER, {"attempt": 2, "owner": "ann"}),
    Event(Kind.KILL_REQUESTED, RUNNING, MOMENT, WORKER, {"attempt": 2, "owner": "bob"}),
]
"""What the journal holds."""


@pytest.fixture
def places(tmp_path: Path) -> Places:
    shutil.copytree(OLD, tmp_path, dirs_exist_ok=True)
    return places_under(tmp_path)


def marker(places: Places) -> Marker | None:
    """The marker, but for its heartbeat, which is the time of the file."""
    found = active.marker_of(places, RUNNING)
    return Marker(found.id, found.process, found.attempt, 0.0) if found else None


def progress(places: Places) -> Progress:
    record = forecasts.read_record(places, RUNNING)
    assert isinstance(record, Record)
    found = read_progress(places, record)
    return Progress(found.phase, found.done, found.total, found.rate, found.at, found.longest_step)


@dataclass(frozen=True)
class Old:
    """A file below the workspace, how it is read, what it holds, and what stands for one that is not understood."""

    path: str
    read: Callable[[Places], object]
    holds: object
    nothing: object = None


FILES = [
    Old(f"data/queue/{ACCEPTED.name}.json", lambda places: tickets.read(places, ACCEPTED.name), ACCEPTED),
    Old(f"data/queue/{WAITING.name}.json", lambda places: tickets.read(places, WAITING.name), WAITING),
    Old(f"data/active/Forecast_{RUNNING}.json", marker, Marker(RUNNING, WORKER, 2, 0.0)),
    Old(
        f"data/requests/Forecast_{RUNNING}.json",
        lambda places: requests.asked(places, RUNNING),
        Request(RUNNING, "killed", "bob", MOMENT),
    ),
    Old(
        f"data/Forecast_{RUNNING}/progress.json", progress, Progress("simulate", 30, 90, 15.0, MOMENT, 0.0), Progress()
    ),
]
files = pytest.mark.parametrize("old", FILES, ids=lambda old: old.path)


def change(places: Places, old: Old, **changes: object) -> None:
    path = places.data.parent / old.path
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@files
def test_a_file_is_read_as_what_it_meant(places: Places, old: Old) -> None:
    assert old.read(places) == old.holds


@files
def test_fields_of_a_later_version_are_ignored(places: Places, old: Old) -> None:
    change(places, old, invented_later={"a": [1]})
    assert old.read(places) == old.holds


@files
def test_a_file_of_a_newer_schema_is_left_alone(places: Places, old: Old) -> None:
    schema = json.loads((places.data.parent / old.path).read_text())["schema"]
    change(places, old, schema=schema.replace("/1", "/2"))
    before = (places.data.parent / old.path).read_bytes()

    assert old.read(places) == old.nothing

    assert (places.data.parent / old.path).read_bytes() == before


def test_the_queue_is_read_whole(places: Places) -> None:
    assert tickets.all_tickets(places) == [ACCEPTED, WAITING]
    assert tickets.done(places, WAITING.name) == [("b6637edfd425", "evaluated")]
    assert [tickets.is_drained(places, each.name) for each in (ACCEPTED, WAITING)] == [False, True]
    assert list(requests.pending(places)) == [RUNNING]
    assert [each.id for each in active.markers(places)] == [RUNNING]


def test_the_journal_is_read_line_by_line(places: Places) -> None:
    reading = journal.read(places)
    assert list(reading) == EVENTS
    assert reading.skipped == 0


def test_of_the_journal_what_is_newer_is_skipped_and_new_fields_are_kept(places: Places) -> None:
    path = places.log / "journal.jsonl"
    first, *lines = path.read_text().splitlines()
    newer = first.replace("ef/event/1", "ef/event/2")
    unknown = first.replace('"received"', '"teleported"')
    more = first.replace('"owner"', '"invented_later":[1],"owner"')
    path.write_text("\n".join((newer, unknown, more, *lines)) + "\n")

    reading = journal.read(places)
    found = list(reading)

    assert found[1:] == EVENTS[1:]
    assert found[0].fields == {**EVENTS[0].fields, "invented_later": [1]}
    assert reading.skipped == 2


_LATER_COLUMNS = {"goals": [0, 0], "reached": [0, 0], "trend": ["", ""]}


@pytest.mark.parametrize(
    ("changes", "is_believed"),
    [
        ({}, False),
        (_LATER_COLUMNS, True),
        (_LATER_COLUMNS | {"invented_later": [1, 2]}, True),
        (_LATER_COLUMNS | {"schema": "ef/catalogue/2"}, False),
    ],
)
def test_the_catalogue_is_believed_as_far_as_it_is_understood(
    places: Places, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], is_believed: bool
) -> None:
    """Its marks are made those of the copied files; one label tells from where a row comes."""
    monkeypatch.setattr(catalogue, "LEAST", 1)
    path = catalogue.path_of(places)
    document: dict[str, Any] = json.loads(path.read_text())
    found = [forecasts.record_path(places, key).stat() for key in document["id"]]
    marks: dict[str, Any] = {
        "mtime_ns": [each.st_mtime_ns for each in found],
        "size": [each.st_size for each in found],
        "inode": [each.st_ino for each in found],
    }
    labels: dict[str, Any] = {"label": [f"{label} as catalogued" for label in document["label"]]}
    path.write_text(json.dumps(document | marks | labels | changes))

    rows = {row.id: row for row in catalogue.read_rows(places)}

    end = " as catalogued" if is_believed else ""
    assert {key: row.label for key, row in rows.items()} == {
        SET: f"plans{end}", DONE: f"small{end}", RUNNING: "running",
    }  # fmt: skip
    assert (rows[DONE].net_worth, rows[SET].note) == ("1300.00", "1 of 2 forecasts have no result")


def test_a_catalogue_of_other_files_is_not_believed(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "LEAST", 1)
    path = catalogue.path_of(places)
    path.write_text(path.read_text().replace('"small"', '"wrong"'))
    assert {row.label for row in catalogue.read_rows(places)} == {"plans", "small", "running"}

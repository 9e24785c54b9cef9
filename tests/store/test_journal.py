"""The journal: no line is lost or mixed, whoever writes, dies or moves it to a new file meanwhile."""

from __future__ import annotations

import json
import logging
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ef_engine.store import journal
from ef_engine.store.events import Event, Kind, event_of, line_of
from ef_engine.store.places import Places, places_under
from ef_engine.store.process import Process, current

DEADLINE = 60.0
WRITERS, LINES = 6, 150

WRITER = """
import sys
from pathlib import Path
from ef_engine.store import journal
from ef_engine.store.places import places_under
places, name, count = places_under(Path(sys.argv[1])), sys.argv[2], int(sys.argv[3])
journal.LARGEST, journal.KEPT = int(sys.argv[4]), int(sys.argv[5])
print("begins", flush=True)
for number in range(count):
    journal.append(places, journal.Kind.PROGRESS, name, number=number, filler="x" * (number % 700))
"""

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
names = st.text().filter(lambda name: name not in ("schema", "at", "event", "id", "process"))
processes = st.builds(Process, st.text(), st.text(), st.text(), st.integers(1, 10**6), st.text())
events = st.builds(
    Event, st.sampled_from(Kind), st.text(), st.text(), st.none() | processes, st.dictionaries(names, json_values)
)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return places_under(tmp_path)


def writer(places: Places, name: str, count: int, largest: int = 10**9, kept: int = 10**6) -> subprocess.Popen[str]:
    arguments = [str(places.log.parent), name, str(count), str(largest), str(kept)]
    return subprocess.Popen([sys.executable, "-c", WRITER, *arguments], stdout=subprocess.PIPE, text=True)


@contextmanager
def writers(places: Places, largest: int = 10**9) -> Iterator[list[subprocess.Popen[str]]]:
    """Several processes that write at once; they have succeeded at the end."""
    running = [writer(places, f"w{number}", LINES, largest) for number in range(WRITERS)]
    try:
        yield running
        assert [process.wait(DEADLINE) for process in running] == [0] * WRITERS
    finally:
        for process in running:
            process.kill()
            process.communicate()


def numbers(found: list[Event]) -> dict[str, list[Any]]:
    """What each writer wrote, in the order it is read."""
    return {name: [event.fields["number"] for event in found if event.id == name] for name in {e.id for e in found}}


EVERYTHING = {f"w{number}": list(range(LINES)) for number in range(WRITERS)}


@settings(max_examples=30, deadline=None)
@given(st.lists(events, max_size=5))
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, written: list[Event]) -> None:
    places = places_under(tmp_path_factory.mktemp("workspace"))
    journal.append_many(places, written)
    reading = journal.read(places)
    assert list(reading) == written
    assert reading.skipped == 0


@given(st.binary() | st.text().map(str.encode) | events.map(lambda event: line_of(event)[:-7]))
def test_a_line_that_is_no_event_is_none(line: bytes) -> None:
    assert event_of(line) is None


def test_a_deeply_nested_line_is_none() -> None:
    assert event_of(b"[" * 100_000) is None


def test_an_event_is_of_now_and_of_this_process(places: Places) -> None:
    journal.append(places, Kind.POSTRUN, "ab", outcome="evaluated")
    [event] = journal.read(places)
    assert (event.kind, event.id, event.fields) == ("postrun", "ab", {"outcome": "evaluated"})
    assert event.process == current()
    assert event.at.endswith("Z")


def test_a_line_says_its_schema_and_when(places: Places) -> None:
    journal.append(places, Kind.STAGED, "ab", at="2026-01-31T08:15:00.123Z", label="ä")
    [line] = (places.log / "journal.jsonl").read_text().splitlines()
    assert line.startswith(
        '{"schema":"ef/event/1","at":"2026-01-31T08:15:00.123Z","event":"staged","id":"ab","process"'
    )
    assert json.loads(line)["label"] == "ä"


def test_a_field_cannot_hide_what_an_event_has() -> None:
    with pytest.raises(ValueError, match="an event has id already"):
        Event(Kind.STAGED, "ab", fields={"id": "cd"})


def test_nothing_is_read_where_nothing_was_written_and_no_trace_is_left(places: Places, tmp_path: Path) -> None:
    assert list(journal.read(places)) == []
    assert list(journal.follow(places, seconds=0)) == []
    journal.append_many(places, [])
    assert list(tmp_path.iterdir()) == []


def test_files_belong_to_their_owner(places: Places) -> None:
    journal.append(places, Kind.STAGED, "ab")
    for path in (places.log / "journal.jsonl", places.lock / "journal.jsonl.lock"):
        assert path.stat().st_mode & 0o777 == 0o600


def test_reading_may_begin_at_a_moment(places: Places) -> None:
    for hour in range(5):
        journal.append(places, Kind.PROGRESS, str(hour), at=f"2026-01-31T0{hour}:00:00.000Z")
    assert [event.id for event in journal.read(places, since="2026-01-31T03:00:00.000Z")] == ["3", "4"]


def test_many_processes_at_once_lose_and_mix_nothing(places: Places) -> None:
    with writers(places):
        pass
    reading = journal.read(places)
    assert numbers(list(reading)) == EVERYTHING
    assert reading.skipped == 0


def test_moving_on_to_new_files_under_load_loses_nothing(places: Places) -> None:
    with writers(places, largest=20_000):
        pass
    files = sorted(places.log.glob("journal.*.jsonl"))
    assert len(files) > 5
    assert all(path.stat().st_size <= 20_000 for path in files)
    assert numbers(list(journal.read(places))) == EVERYTHING


def test_a_reader_meanwhile_sees_whole_lines_in_order_and_ever_more(places: Places) -> None:
    seen = 0
    with writers(places, largest=20_000) as running:
        while any(process.poll() is None for process in running):
            found = numbers(list(journal.read(places)))
            assert all(each == list(range(len(each))) for each in found.values())
            count = sum(map(len, found.values()))
            assert count >= seen
            seen = count


def test_a_follower_misses_nothing_while_files_move_on(places: Places) -> None:
    reading = journal.follow(places, seconds=DEADLINE, poll_seconds=0.01)
    with writers(places, largest=20_000):
        found = list(islice(reading, WRITERS * LINES))
    assert numbers(found) == EVERYTHING
    assert reading.skipped == 0


def test_a_follower_tells_the_past_and_then_what_comes(places: Places) -> None:
    journal.append(places, Kind.STAGED, "old")
    following = journal.follow(places, seconds=DEADLINE, poll_seconds=0.01)
    assert next(following).id == "old"
    timer = threading.Timer(0.1, journal.append, (places, Kind.STAGED, "new"))
    timer.start()
    assert next(following).id == "new"
    timer.join()


def test_a_follower_ends_when_told_to_and_not_before_it_told_everything(places: Places) -> None:
    journal.append_many(places, [Event(Kind.PROGRESS, str(number)) for number in range(3)])
    assert len(list(journal.follow(places, stop=lambda: True))) == 3
    begin = time.monotonic()
    assert len(list(journal.follow(places, seconds=0.2, poll_seconds=0.01))) == 3
    assert 0.2 <= time.monotonic() - begin < DEADLINE


def test_a_follower_whose_file_is_deleted_goes_on_with_the_oldest(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "LARGEST", 1)
    monkeypatch.setattr(journal, "KEPT", 2)
    journal.append(places, Kind.STAGED, "0")
    following = journal.follow(places, seconds=DEADLINE, poll_seconds=0.01)
    assert next(following).id == "0"
    for number in range(1, 7):
        journal.append(places, Kind.STAGED, str(number))
    assert [event.id for event in islice(following, 3)] == ["4", "5", "6"]


def test_a_half_written_line_is_told_when_it_is_whole(places: Places) -> None:
    journal.append(places, Kind.STAGED, "ab")
    line = line_of(Event(Kind.STAGED, "cd"))
    following = journal.follow(places, seconds=DEADLINE, poll_seconds=0.01)
    assert next(following).id == "ab"
    with (places.log / "journal.jsonl").open("ab", buffering=0) as file:
        file.write(line[:20])
        rest = threading.Timer(0.1, file.write, (line[20:],))
        rest.start()
        assert next(following).id == "cd"
        rest.join()
    assert following.skipped == 0


def test_the_oldest_full_files_are_deleted(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "LARGEST", 1)
    for number in range(journal.KEPT + 4):
        journal.append(places, Kind.STAGED, str(number))
    assert [event.id for event in journal.read(places)] == [str(number) for number in range(3, journal.KEPT + 4)]
    names = sorted(path.name for path in places.log.iterdir())
    assert names == [f"journal.{number:06}.jsonl" for number in range(4, 8)] + ["journal.jsonl"]


def test_killing_writers_tears_at_most_one_line_each_which_is_skipped_and_said(places: Places) -> None:
    for round_number in range(5):
        process = writer(places, f"w{round_number}", 10**6, largest=50_000)
        assert process.stdout is not None
        assert process.stdout.readline() == "begins\n"
        time.sleep(0.05 + 0.013 * round_number)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    journal.append(places, Kind.STAGED, "last")
    reading = journal.read(places)
    found = list(reading)
    assert reading.skipped <= 5
    assert found.pop().id == "last"
    assert all(each == list(range(len(each))) for each in numbers(found).values())
    assert len(numbers(found)) == 5


def test_a_torn_last_line_is_skipped_and_harms_no_later_one(places: Places) -> None:
    journal.append(places, Kind.STAGED, "ab")
    with (places.log / "journal.jsonl").open("ab") as file:
        file.write(line_of(Event(Kind.STAGED, "torn"))[:30])
    reading = journal.read(places)
    assert [event.id for event in reading] == ["ab"]
    assert reading.skipped == 1
    journal.append(places, Kind.STAGED, "cd")
    reading = journal.read(places)
    assert [event.id for event in reading] == ["ab", "cd"]
    assert reading.skipped == 1


def test_a_kind_of_a_later_version_is_skipped_and_said(places: Places) -> None:
    journal.append(places, Kind.STAGED, "ab")
    path = places.log / "journal.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"staged"', b'"dreamt"'))
    reading = journal.read(places)
    assert list(reading) == []
    assert reading.skipped == 1


def test_a_write_that_is_cut_short_is_undone(places: Places) -> None:
    """As on a full disk; the limit is set in a child, since it cannot be raised again."""
    journal.append(places, Kind.STAGED, "ab")
    before = (places.log / "journal.jsonl").read_bytes()
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 20, len(before) + 20))
        with suppress(OSError):
            journal.append(places, Kind.STAGED, "cd")
            os._exit(1)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert (places.log / "journal.jsonl").read_bytes() == before


def test_what_cannot_be_noted_is_logged_and_harms_nobody(places: Places, caplog: pytest.LogCaptureFixture) -> None:
    places.log.write_text("a file where a directory should be")
    with pytest.raises(OSError, match="exists"):
        journal.append(places, Kind.STAGED, "ab")
    with caplog.at_level(logging.WARNING):
        journal.note(places, Kind.STAGED, "ab")
        journal.note_many(places, [Event(Kind.PRERUN, "ab"), Event(Kind.POSTRUN, "cd")])
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == [
        "the journal misses staged of ab",
        "the journal misses prerun of ab, postrun of cd",
    ]


def test_a_stopped_writer_holds_others_up_no_longer_than_they_wait(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "LOCK_SECONDS", 0.05)
    with journal._locked(places), pytest.raises(TimeoutError, match="another process holds the journal"):
        journal.append(places, Kind.STAGED, "ab")
    journal.append(places, Kind.STAGED, "cd")
    assert [event.id for event in journal.read(places)] == ["cd"]


def test_a_child_forked_in_between_does_not_keep_the_lock(places: Places) -> None:
    with journal._locked(places):
        child = os.fork()
        if child == 0:
            time.sleep(DEADLINE)
            os._exit(0)
    try:
        journal.append(places, Kind.STAGED, "ab")
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def test_a_group_is_never_split(places: Places) -> None:
    def write(name: str) -> None:
        for _ in range(50):
            journal.append_many(places, [Event(Kind.PROGRESS, name) for _ in range(4)])

    threads = [threading.Thread(target=write, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = [event.id for event in journal.read(places)]
    assert Counter(found) == {"a": 200, "b": 200, "c": 200}
    assert all(len(set(found[i : i + 4])) == 1 for i in range(0, len(found), 4))

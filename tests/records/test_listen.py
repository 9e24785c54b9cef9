"""`listen`: the past whole and in order, what comes as it comes, and adaptors that may fail."""

from __future__ import annotations

import csv
import io
import json
import signal
import textwrap
import threading
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from ef_engine.jobs import progress
from ef_engine.service.listen import CHANNELS, Listener, Message, Wanted
from ef_engine.store import active, journal
from ef_engine.store.events import Kind
from ef_engine.store.places import Places, places_under
from tests.cli.conftest import Terminal
from tests.jobs.conftest import Shop, until
from tests.service.documents import SMALL, plans, small, write


@pytest.fixture
def record_id(terminal: Terminal, tmp_path: Path) -> str:
    return terminal.ok("run", str(write(tmp_path / "small.json", SMALL))).split()[0]


def heard(terminal: Terminal, *words: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in terminal.ok("listen", "--format", "json", *words).splitlines()]


def test_after_the_fact_every_event_of_a_run_is_told(terminal: Terminal, record_id: str) -> None:
    events = [each["event"] for each in heard(terminal, "--since", "1h", "-c", "task", "-c", "data")]
    assert events == ["staged", "received", "prerun", "postrun"]
    assert heard(terminal, "--since", "2090-01-01") == []


def test_what_workers_log_is_told_between_the_events_of_its_run(terminal: Terminal, record_id: str) -> None:
    told = heard(terminal)
    assert [each.get("event", "log") for each in told] == ["staged", "received", "prerun", "log", "log", "postrun"]
    assert {each["id"] for each in told} == {record_id}
    assert {each["name"] for each in told} == {"small"}
    assert [each["text"] for each in told if each["channel"] == "log"][-1] == "evaluated"


def test_a_traceback_is_told_line_by_line_with_its_record(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def burn(*_: object) -> None:
        raise ZeroDivisionError("no more money")

    monkeypatch.setattr("ef_engine.jobs.attempt.work", burn)
    terminal.run("run", str(write(tmp_path / "small.json", SMALL)))
    told = heard(terminal, "-c", "log")
    assert "ZeroDivisionError: no more money" in [each["text"] for each in told]
    assert all(each["at"] and each["id"] and each["attempt"] == 1 for each in told)


def test_channels_divide_what_is_told(terminal: Terminal, record_id: str) -> None:
    by_channel = {channel: heard(terminal, "-c", channel) for channel in CHANNELS}
    assert [each["event"] for each in by_channel["data"]] == ["staged"]
    assert sum(map(len, by_channel.values())) == len(heard(terminal))
    assert terminal.run("listen", "-c", "gossip") == 2


@pytest.mark.parametrize(("pattern", "names"), [("small*", {"small"}), ("dcd2*", {"small"}), ("nobody", set())])
def test_a_pattern_fits_ids_and_names(
    terminal: Terminal, record_id: str, tmp_path: Path, pattern: str, names: set[str]
) -> None:
    terminal.ok("run", str(write(tmp_path / "other.json", small(end_date="2026-04-30", label="other"))))
    assert {each["name"] for each in heard(terminal, "-n", pattern)} == names


def test_text_and_csv_say_the_same(terminal: Terminal, record_id: str) -> None:
    rows = list(csv.DictReader(io.StringIO(terminal.ok("listen", "--format", "csv"))))
    assert list(rows[0]) == ["at", "channel", "event", "id", "name", "process", "note"]
    lines = terminal.ok("listen").splitlines()
    assert len(lines) == len(rows)
    assert all(row["at"] in line and row["id"] in line for row, line in zip(rows, lines, strict=True))


def test_a_note_that_looks_like_a_formula_is_none_in_csv(terminal: Terminal, record_id: str) -> None:
    terminal.ok("note", record_id, "=1+1")
    [note] = [
        row["note"]
        for row in csv.DictReader(io.StringIO(terminal.ok("listen", "--format", "csv")))
        if row["event"] == "noted"
    ]
    assert note.startswith("'=1+1")


def test_the_whole_journal_is_told_however_often_it_moved_on(
    terminal: Terminal, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = places_under(home)
    monkeypatch.setattr(journal, "LARGEST", 2000)
    monkeypatch.setattr(journal, "KEPT", 100)
    for number in range(60):
        journal.append(places, Kind.PROGRESS, "a", number=number)
    assert len(list(places.log.iterdir())) > 5
    assert [each["number"] for each in heard(terminal)] == list(range(60))


def test_a_torn_last_line_is_skipped_and_said(terminal: Terminal, record_id: str, home: Path) -> None:
    with (home / "log" / "journal.jsonl").open("a") as file:
        file.write('{"schema": "ef/event/1", "at"')
    assert len(heard(terminal, "-c", "task")) == 3
    assert terminal.err == "Skipped a line of the journal that made no sense: torn, or of a newer version.\n"


ADAPTORS = """
    class Sink:
        heard = []

        def put(self, message):
            if message.get("event") == "prerun":
                raise ValueError("not that one")
            self.heard.append(message)
            print("sink", message["id"], message.get("event", message["channel"]))


    def tell(message):
        assert isinstance(message, dict)
        print("function", message["channel"])


    class Bare:
        pass


    number = 5
"""


@pytest.fixture
def adaptors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """The name of an adaptor in a module only this test has."""
    module = f"adaptors_{abs(hash(str(tmp_path)))}"
    (tmp_path / f"{module}.py").write_text(textwrap.dedent(ADAPTORS))
    monkeypatch.syspath_prepend(str(tmp_path))
    return lambda name: f"{module}:{name}"


def test_an_adaptor_that_raises_is_reported_and_listening_goes_on(
    terminal: Terminal, record_id: str, adaptors: Callable[[str], str]
) -> None:
    lines = terminal.ok("listen", "-c", "task", "-a", adaptors("Sink")).splitlines()
    assert lines == [f"sink {record_id} received", f"sink {record_id} postrun"]
    assert "failed with ValueError: not that one on prerun of" in terminal.err


def test_an_adaptor_may_be_a_function(terminal: Terminal, record_id: str, adaptors: Callable[[str], str]) -> None:
    told = terminal.ok("listen", "-c", "data", "-a", adaptors("tell"))
    assert told == "function data\n"


@pytest.mark.parametrize(("name", "code"), [("Bare", 2), ("number", 2), ("missing", 4)])
def test_what_is_no_adaptor_is_refused(
    terminal: Terminal, record_id: str, adaptors: Callable[[str], str], name: str, code: int
) -> None:
    assert terminal.run("listen", "-a", adaptors(name)) == code


@pytest.mark.parametrize(("name", "code"), [("no_such_module:put", 4), ("json", 2), (":put", 2)])
def test_an_adaptor_needs_a_module_and_a_name(terminal: Terminal, name: str, code: int) -> None:
    assert terminal.run("listen", "-a", name) == code


class Ear:
    """A listener in a thread of its own, and what it has heard."""

    def __init__(self, places: Places, wanted: Wanted) -> None:
        self.told: list[Message] = []
        self.said: list[str] = []
        self._stopped = threading.Event()
        listener = Listener(places, wanted, self.told.append, self.said.append)
        self._thread = threading.Thread(
            target=listener.follow, kwargs={"stop": self._stopped.is_set, "poll_seconds": 0.01}
        )
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join(30)
        assert not self._thread.is_alive()


def test_what_comes_is_told_once_with_the_log_of_what_runs(terminal: Terminal, record_id: str, home: Path) -> None:
    """Past and present meet without a gap and without anything told twice."""
    places = places_under(home)
    log = places.run(record_id) / "attempt-2.log"
    with active.marked(places, record_id, 2):
        journal.append(places, Kind.PRERUN, record_id, attempt=2)
        log.write_text("2090-01-01T00:00:00.000Z begins\n2090-01-01T00:00:00.000Z ha")
        ear = Ear(places, Wanted(pattern=record_id))
        until(lambda: any(each.get("text") == "begins" for each in ear.told))
        with log.open("a") as file:
            file.write("lf a line\nof two\nthe very end")
        until(lambda: any(each.get("text") == "of two" for each in ear.told))
    journal.append(places, Kind.POSTRUN, record_id, attempt=2, outcome="evaluated")
    until(lambda: any(each.get("text") == "the very end" for each in ear.told))
    journal.append(places, Kind.NOTED, record_id)
    until(lambda: ear.told[-1].get("event") == "noted")
    ear.stop()
    texts = [each["text"] for each in ear.told if each["channel"] == "log" and each["attempt"] == 2]
    assert texts == ["begins", "half a line", "of two", "the very end"]
    assert [each["event"] for each in ear.told if "event" in each] == [
        "staged", "received", "prerun", "postrun", "prerun", "postrun", "noted",
    ]  # fmt: skip


def test_a_line_torn_while_listening_is_said_once(terminal: Terminal, record_id: str, home: Path) -> None:
    places = places_under(home)
    ear = Ear(places, Wanted(channels=("task",)))
    until(lambda: len(ear.told) == 3)
    with (places.log / "journal.jsonl").open("a") as file:
        file.write('{"torn')
    journal.append(places, Kind.NOTED, record_id)
    until(lambda: len(ear.said) == 1)
    ear.stop()
    assert (ear.told[-1]["event"], len(ear.said)) == ("noted", 1)


def test_following_goes_on_over_runs_in_other_processes_until_interrupted(shop: Shop) -> None:
    record_id = shop.stage(1)
    listening = shop.start("listen", "--follow", "--format", "json", "-c", "task", "-n", record_id)
    assert shop.cli("run", record_id).returncode == 0
    assert listening.stdout is not None
    events = []
    while "postrun" not in events:
        told = json.loads(listening.stdout.readline())
        assert told["id"] == record_id
        events.append(told["event"])
    assert events == ["received", "prerun", "postrun"]
    listening.send_signal(signal.SIGINT)
    listening.communicate(timeout=30)
    assert listening.returncode == 130


def test_members_of_a_set_that_are_done_are_not_asked_for_again(terminal: Terminal, tmp_path: Path, home: Path) -> None:
    """So that the events of each attempt are in the order received, prerun, postrun, and none is left open."""
    terminal.run("run", str(write(tmp_path / "plans.json", plans())))
    set_id = terminal.out.splitlines()[-1].split()[0]
    before = len(heard(terminal, "-c", "task"))
    terminal.run("run", set_id)
    assert len(heard(terminal, "-c", "task")) == before


def test_progress_is_told_every_ten_seconds_of_a_run_at_most(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [time.monotonic()]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    told: list[tuple[str, int, int]] = []
    writer = progress.ProgressWriter(tmp_path / "progress.json", 1, tell=lambda *words: told.append(words))
    writer.phase_begun("simulate", 300)
    for done in range(1, 301):
        clock[0] += 0.1
        writer.advanced(done)
    assert [(phase, total) for phase, _, total in told] == [("simulate", 300)] * len(told)
    assert 2 <= len(told) <= 3
    assert all(later[1] - earlier[1] >= 100 for earlier, later in pairwise(told))


def test_a_long_run_tells_the_journal_how_far_it_is(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "TELL_SECONDS", 0.0)
    monkeypatch.setattr(progress, "SECONDS", 0.0)
    terminal.ok("run", str(write(tmp_path / "small.json", SMALL)))
    found = [each for each in heard(terminal, "-c", "task") if each["event"] == "progress"]
    assert {"attempt", "phase", "done", "total"} <= found[0].keys()

"""`stats` counts what the journal tells, no more and no less."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ef_engine.service.stats import runs_of, stats
from ef_engine.store import journal
from ef_engine.store.clock import from_timestamp
from ef_engine.store.events import Event, Kind
from ef_engine.store.places import places_under
from tests.cli.conftest import Terminal
from tests.service.documents import SMALL, plans, small, write

OUTCOMES = ("evaluated", "failed", "killed")


@st.composite
def lives(draw: st.DrawFn) -> list[Event]:
    """Attempts of a few records one after the other, some without an end, some without a beginning."""
    events, moment, attempts = [], 0.0, Counter[str]()
    for record_id in draw(st.lists(st.sampled_from("abc"), max_size=20)):
        attempts[record_id] += 1
        moment += draw(st.floats(0, 100))
        is_begun, is_ended, seconds = draw(st.booleans()), draw(st.booleans()), draw(st.integers(0, 50))
        fields = {"attempt": attempts[record_id]}
        if is_begun:
            events.append(Event(Kind.PRERUN, record_id, from_timestamp(moment), None, fields))
        events.append(Event(Kind.PROGRESS, record_id, from_timestamp(moment), None, fields))
        moment += seconds
        if is_ended:
            outcome = {"outcome": draw(st.sampled_from(OUTCOMES))}
            events.append(Event(Kind.POSTRUN, record_id, from_timestamp(moment), None, fields | outcome))
    return events


def recount(lines: list[dict[str, object]]) -> tuple[dict[object, int], float | None]:
    """Outcomes and median duration, counted from the lines of the journal in the plainest way there is."""
    from datetime import datetime

    ends = [line for line in lines if line["event"] == "postrun"]
    durations = []
    for end in ends:
        for line in lines:
            if line["event"] == "prerun" and (line["id"], line["attempt"]) == (end["id"], end["attempt"]):
                begin, finish = (datetime.fromisoformat(str(each["at"])) for each in (line, end))
                durations.append((finish - begin).total_seconds())
    return dict(Counter(end["outcome"] for end in ends)), median(durations) if durations else None


@settings(max_examples=60, deadline=None)
@given(lives())
def test_what_is_counted_equals_a_recount_of_the_journal(events: list[Event]) -> None:
    with TemporaryDirectory() as directory:
        places = places_under(Path(directory))
        journal.append_many(places, events)
        runs = stats(places).runs
        path = places.log / "journal.jsonl"
        lines = [json.loads(line) for line in path.read_text().splitlines()] if events else []
    outcomes, middle = recount(lines)
    assert runs.outcomes == outcomes
    assert runs.count == sum(outcomes.values())
    assert runs.median_seconds == (None if middle is None else pytest.approx(middle))


def event(kind: Kind, at: str, attempt: int, **fields: object) -> Event:
    return Event(kind, "a", f"2026-01-01T{at}.000Z", None, {"attempt": attempt, **fields})


def test_throughput_is_from_the_first_beginning_to_the_last_end() -> None:
    runs = runs_of(
        [
            event(Kind.PRERUN, "10:00:00", 1),
            event(Kind.POSTRUN, "10:10:00", 1, outcome="failed"),
            event(Kind.PRERUN, "10:20:00", 2),
            event(Kind.POSTRUN, "10:30:00", 2, outcome="evaluated"),
        ]
    )
    assert (runs.per_hour, runs.median_seconds, runs.outcomes) == (4.0, 600.0, {"failed": 1, "evaluated": 1})


def test_only_runs_that_ended_since_count_with_their_whole_duration() -> None:
    events = [
        event(Kind.PRERUN, "10:00:00", 1),
        event(Kind.POSTRUN, "10:10:00", 1, outcome="failed"),
        event(Kind.PRERUN, "10:20:00", 2),
        event(Kind.POSTRUN, "10:40:00", 2, outcome="evaluated"),
    ]
    runs = runs_of(events, since="2026-01-01T10:30:00.000Z")
    assert (runs.count, runs.median_seconds) == (1, 1200.0)


def test_no_runs_have_no_throughput() -> None:
    runs = runs_of([])
    assert (runs.count, runs.per_hour, runs.median_seconds) == (0, None, None)


def test_the_command_counts_records_as_the_list_does(terminal: Terminal, tmp_path: Path) -> None:
    terminal.run("run", str(write(tmp_path / "plans.json", plans())))
    terminal.ok("run", str(write(tmp_path / "small.json", SMALL)))
    terminal.ok("stage", str(write(tmp_path / "later.json", small(end_date="2026-04-30"))))
    rows = json.loads(terminal.ok("ls", "calls", "--format", "json", "-r", "all"))
    found = json.loads(terminal.ok("ls", "stats", "--format", "json"))
    values = {(row["what"], row["which"]): row["value"] for row in found}
    states, outcomes = Counter(row["state"] for row in rows), Counter(row["outcome"] for row in rows if row["outcome"])
    assert {key[1]: value for key, value in values.items() if key[0] == "records"} == {**states, "all": len(rows)}
    assert {word: values["runs", word] for word in outcomes} == outcomes
    assert terminal.ok("stats") == terminal.ok("ls", "stats")

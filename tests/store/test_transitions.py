"""What may follow what in the life of a forecast."""

from __future__ import annotations

import pytest

from ef_engine.store.process import current
from ef_engine.store.records import Record
from ef_engine.store.states import (
    Finished,
    Outcome,
    Paused,
    Queued,
    Running,
    Staged,
    State,
    from_json,
    to_json,
    word_of,
)
from ef_engine.store.transitions import (
    Enqueue,
    Event,
    Finish,
    Pause,
    Resume,
    Start,
    TransitionError,
    Withdraw,
    advance,
    after,
    seconds_held,
)

AT, LATER = "2026-01-01T00:00:00.000Z", "2026-01-01T00:00:09.000Z"
HERE = current()
RUNNING, PAUSED = Running(HERE, AT), Paused(HERE, AT, AT)
STATES: tuple[State, ...] = (Staged(), Queued(AT), RUNNING, PAUSED, Finished(Outcome.EVALUATED, AT, AT))
EVENTS: tuple[Event, ...] = (
    Enqueue(LATER), Withdraw(), Start(HERE, LATER), Pause(LATER), Resume(LATER), Finish(Outcome.KILLED, LATER),
    Finish(Outcome.EVALUATED, LATER),
)  # fmt: skip
ALLOWED = {
    ("staged", Enqueue): "queued",
    ("staged", Start): "running",
    ("staged", Finish): "killed",
    ("queued", Withdraw): "staged",
    ("queued", Start): "running",
    ("queued", Finish): "killed",
    ("running", Pause): "paused",
    ("running", Finish): "killed",
    ("paused", Resume): "running",
    ("paused", Finish): "killed",
    ("evaluated", Enqueue): "queued",
    ("evaluated", Start): "running",
}


@pytest.mark.parametrize("state", STATES, ids=word_of)
@pytest.mark.parametrize("event", EVENTS[:-1], ids=lambda event: type(event).__name__)
def test_every_event_in_every_state_has_its_answer(state: State, event: Event) -> None:
    expected = ALLOWED.get((word_of(state), type(event)))
    if expected is None:
        with pytest.raises(TransitionError):
            advance(state, event)
    else:
        assert word_of(advance(state, event)) == expected


@pytest.mark.parametrize("state", STATES[:2], ids=word_of)
def test_nothing_is_evaluated_without_having_run(state: State) -> None:
    with pytest.raises(TransitionError):
        advance(state, EVENTS[-1])


def test_the_end_keeps_when_it_began_and_says_why() -> None:
    end = advance(RUNNING, Finish(Outcome.FAILED, LATER, "no money"))
    assert end == Finished(Outcome.FAILED, LATER, AT, "no money")


def test_every_start_is_a_new_attempt() -> None:
    record = after(Record(id="ab", kind="forecast"), Start(HERE, AT))
    record = after(after(record, Finish(Outcome.CRASHED, LATER)), Start(HERE, LATER))
    assert (record.attempt, word_of(record.state)) == (2, "running")


def test_pauses_add_up() -> None:
    state: State = RUNNING
    for event in (Pause(LATER), Resume("2026-01-01T00:00:11.500Z"), Pause("2026-01-01T00:00:12.000Z")):
        state = advance(state, event)
    assert seconds_held(state, "2026-01-01T00:00:15.000Z") == 5.5
    assert from_json(to_json(state)) == state
    assert seconds_held(advance(state, Resume("2026-01-01T00:00:13.000Z")), "2026-01-02T00:00:00.000Z") == 3.5
    assert seconds_held(Queued(AT), LATER) == 0.0

"""What may happen to a forecast or a set, and the one pure function that says what follows.

Apart from the states because only writers need it, and every start of the program pays for what it imports.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

from ef_engine.store.clock import seconds_between
from ef_engine.store.process import Process
from ef_engine.store.records import Record
from ef_engine.store.states import Finished, Outcome, Paused, Queued, Running, Staged, State, status_of


@dataclass(frozen=True, slots=True)
class Enqueue:
    """Somebody asked for it to run."""

    at: str


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Nobody asks any more."""


@dataclass(frozen=True, slots=True)
class Start:
    """A process holds the claim and begins."""

    process: Process
    at: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Its process holds on."""

    at: str


@dataclass(frozen=True, slots=True)
class Resume:
    """Its process goes on."""

    at: str


@dataclass(frozen=True, slots=True)
class Finish:
    """It ended, or is known to have: a lost run is finished as `crashed` by whoever claims it next."""

    outcome: Outcome
    at: str
    message: str = ""


Event: TypeAlias = Enqueue | Withdraw | Start | Pause | Resume | Finish


class TransitionError(ValueError):
    """An event that cannot happen in that state: a programmer's mistake."""


def advance(state: State, event: Event) -> State:
    """The state after the event."""
    match state, event:
        case Staged() | Finished(), Enqueue(at):
            return Queued(at)
        case Queued(), Withdraw():
            return Staged()
        case Staged() | Queued() | Finished(), Start(process, at):
            return Running(process, at)
        case Running(process, started, held), Pause(at):
            return Paused(process, started, at, held)
        case Paused(process, started, since, held), Resume(at):
            return Running(process, started, held + max(0.0, seconds_between(since, at)))
        case ((Running(_, started) | Paused(_, started)), Finish(outcome, at, message)):
            return Finished(outcome, at, started, message)
        case Staged() | Queued(), Finish(outcome, at, message) if not outcome.has_result:
            return Finished(outcome, at, None, message)
    raise TransitionError(f"{type(event).__name__} cannot happen to what is {status_of(state)}")


def seconds_held(state: State, at: str) -> float:
    """For how long what runs was paused until `at`, in seconds; that time is nobody's fault and counts for nothing."""
    match state:
        case Running(held=held):
            return held
        case Paused(since=since, held=held):
            return held + max(0.0, seconds_between(since, at))
    return 0.0


def after(record: Record, event: Event) -> Record:
    """The record after the event; a start is a new attempt."""
    attempt = record.attempt + isinstance(event, Start)
    return replace(record, state=advance(record.state, event), attempt=attempt)

"""The state of a forecast or a set: a closed sum. What may follow what stands in `ef_engine.store.transitions`.

`stuck`, `frozen` and `lost` are what a reader observes and are never written (records-and-flows.md 1).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from ef_engine.store import process as processes
from ef_engine.store.process import Process


class Outcome(StrEnum):
    """How a finished one ended."""

    EVALUATED = "evaluated"
    INFEASIBLE = "infeasible"
    FAILED = "failed"
    KILLED = "killed"
    TIMED_OUT = "timed_out"
    CRASHED = "crashed"
    SKIPPED = "skipped"
    UPSTREAM_FAILED = "upstream_failed"
    INCOMPLETE = "incomplete"

    @property
    def has_result(self) -> bool:
        """Whether there is an answer: that a forecast is infeasible is one too."""
        return self in (Outcome.EVALUATED, Outcome.INFEASIBLE)


@dataclass(frozen=True, slots=True)
class Staged:
    """Validated and stored; nobody asked for it to run."""


@dataclass(frozen=True, slots=True)
class Queued:
    """Waits for a free slot."""

    since: str


@dataclass(frozen=True, slots=True)
class Running:
    """`process` simulates it since `started`, and holds its claim; `held` are the seconds it was paused since then."""

    process: Process
    started: str
    held: float = 0.0


@dataclass(frozen=True, slots=True)
class Paused:
    """Stopped in the middle, to be resumed by the same process; `held` are the seconds of its earlier pauses."""

    process: Process
    started: str
    since: str
    held: float = 0.0


@dataclass(frozen=True, slots=True)
class Finished:
    """Ended; `started` is None where it never ran, `message` says why where the outcome alone does not."""

    outcome: Outcome
    finished: str
    started: str | None = None
    message: str = ""


State: TypeAlias = Staged | Queued | Running | Paused | Finished


def status_of(state: State) -> str:
    """The word for the state: staged, queued, running, paused or finished."""
    return type(state).__name__.lower()


def word_of(state: State) -> str:
    """The status, or the outcome of what is finished."""
    return state.outcome.value if isinstance(state, Finished) else status_of(state)


def to_json(state: State) -> dict[str, Any]:
    """The state as the fields of a state file."""
    document: dict[str, Any] = {"status": status_of(state), "outcome": None, "message": ""}
    match state:
        case Queued(since):
            document |= {"queued": since}
        case Running(process, started, held):
            document |= {"process": process.to_json(), "started": started, "held": held}
        case Paused(process, started, since, held):
            document |= {"process": process.to_json(), "started": started, "paused": since, "held": held}
        case Finished(outcome, finished, started, message):
            document |= {"outcome": outcome.value, "message": message, "started": started, "finished": finished}
    return document


FIELDS = frozenset({"status", "outcome", "message", "queued", "process", "started", "paused", "held", "finished"})
"""The fields of a state file that hold the state."""


def from_json(document: dict[str, Any]) -> State:
    """The state of a state file; raises KeyError or ValueError for fields that make no sense together."""
    match document["status"]:
        case "staged":
            return Staged()
        case "queued":
            return Queued(document["queued"])
        case "running":
            return Running(_process(document), document["started"], float(document.get("held") or 0.0))
        case "paused":
            held = float(document.get("held") or 0.0)
            return Paused(_process(document), document["started"], document["paused"], held)
        case "finished":
            outcome = Outcome(document["outcome"])
            return Finished(outcome, document["finished"], document.get("started"), document.get("message") or "")
    raise ValueError(f"unknown status {document['status']!r}")


def _process(document: dict[str, Any]) -> Process:
    found = processes.from_json(document["process"])
    if found is None:
        raise ValueError("nobody runs what is said to run")
    return found

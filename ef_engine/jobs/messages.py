"""What passes between an engine and the workers of a cluster: who they are, tasks, and answers.

A pickle of these is read by the same version of ef only; others are refused before.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ef_engine.flows.model import Call
from ef_engine.jobs.order import StepOrder
from ef_engine.store.process import Process

FASTEST = 1
"""Level of compression: results shrink to a sixth at a cost of a few milliseconds."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who a worker is, and what it runs: results are the same only where these are."""

    process: Process
    engine: str
    python: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Work for one worker, the `runner`. `token` names this one attempt, `topic` where its pulse goes."""

    token: str
    topic: str
    runner: Process
    work: ForecastWork | CallWork


@dataclass(frozen=True, slots=True)
class ForecastWork:
    """A forecast to compute: its document, compressed."""

    record_id: str
    document: bytes


@dataclass(frozen=True, slots=True)
class CallWork:
    """A step of a flow to call, whose function is in the `files` that come with it, or installed."""

    order: StepOrder
    call: Call
    files: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Answered:
    """The files of a result, compressed, and what a list shows; `printed` is what the pulse has not told yet."""

    outcome: str
    summary: Mapping[str, Any]
    files: Mapping[str, bytes]
    printed: str = ""


@dataclass(frozen=True, slots=True)
class Returned:
    """What a step returned, as a plain value."""

    value: Any
    printed: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """The work raised an error."""

    message: str
    traceback: str
    printed: str = ""


@dataclass(frozen=True, slots=True)
class Died:
    """The process of a call ended without an answer; the worker is there."""

    printed: str = ""


@dataclass(frozen=True, slots=True)
class Stopped:
    """The task was not wanted any more, or was not for this process."""

    printed: str = ""


AnyWork = ForecastWork | CallWork
AnyAnswer = Answered | Returned | Failed | Died | Stopped


def compressed(data: bytes) -> bytes:
    """As it travels."""
    return zlib.compress(data, FASTEST)


def uncompressed(data: bytes) -> bytes:
    """As it was."""
    return zlib.decompress(data)

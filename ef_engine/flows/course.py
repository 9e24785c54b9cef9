"""How far a flow is: what runs, what is settled, and what may begin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ef_engine.flows.outline import Key, Outline


class Status(StrEnum):
    """Where one time of a step stands.

    `skipped` were not needed, because what they waited for cannot come: the failure of something that succeeded.
    `kept` are those a recovery did not have to repeat; people are told `skipped` of both.
    """

    READY = "ready"
    ACTIVE = "active"
    SUCCESS = "success"
    FAILURE = "failure"
    SKIPPED = "skipped"
    UPSTREAM_FAILED = "upstream_failed"
    KEPT = "kept"


WENT_WELL = frozenset({Status.SUCCESS, Status.KEPT})


@dataclass(frozen=True, slots=True)
class Course:
    """A flow under way.

    `statuses` hold what runs and what is settled, of keys, of passes and of whole loops. `values` are those that keys
    of repeats told. `begun` are the passes of containers something ran in. `stops` are the failures because of which
    nothing new begins. `offered` is what may run by its conditions, `candidates` what may begin now.
    """

    outline: Outline
    keep_going: bool = False
    statuses: Mapping[Key, Status] = field(default_factory=dict)
    values: Mapping[Key, tuple[Any, ...]] = field(default_factory=dict)
    begun: frozenset[Key] = frozenset()
    active: frozenset[Key] = frozenset()
    stops: frozenset[Key] = frozenset()
    first_open: Mapping[Key, int] = field(default_factory=dict)
    is_ending: bool = False
    is_killed: bool = False
    offered: tuple[Key, ...] = ()
    candidates: tuple[Key, ...] = ()

    @property
    def is_over(self) -> bool:
        """Whether nothing runs and nothing will."""
        return not self.active and not self.candidates


def is_repeats(key: Key) -> bool:
    """Whether a key stands for telling the values of a loop."""
    return key[0].endswith(".repeats")


def loop_of(key: Key) -> Key:
    """The loop whose values a key tells."""
    return key[0].removesuffix(".repeats"), key[1]

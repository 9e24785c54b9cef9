"""A flow as a value: steps, what each does, and when it may begin.

A step either does some work or holds steps; what holds steps is a container. Either may be repeated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

SCHEMA = "ef/flow/1"

End: TypeAlias = Literal["success", "failure", "complete"]
ENDS: tuple[End, ...] = ("success", "failure", "complete")

ROLES = ("setup", "teardown", "repeats")
"""Works of a container beside its steps; each is told as `CONTAINER.ROLE`, so no step has a dot in its name."""

RERUN, SKIP = "rerun", "skip"


@dataclass(frozen=True, slots=True)
class On:
    """Waits for the end of a step; `complete` is either end."""

    step: str
    end: End = "success"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Holds as soon as one of the conditions does."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """Holds when all of the conditions do; of none, at once."""

    conditions: tuple[Condition, ...] = ()


Condition: TypeAlias = On | AnyOf | AllOf
ALWAYS = AllOf()


def waits(condition: Condition) -> Iterator[On]:
    """Every single end that a condition mentions."""
    if isinstance(condition, On):
        yield condition
    else:
        for each in condition.conditions:
            yield from waits(each)


@dataclass(frozen=True, slots=True)
class Command:
    """Words of a command of ef, without the program's name. `{step}` in a word stands for what that step printed."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A callable, as `package.module:name` or `file.py:name`, and what it is given.

    Arguments are plain values (JSON); `{step}` in a text stands for what that step returned.
    """

    target: str
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)


Work: TypeAlias = Command | Call


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step, or with `steps` a container.

    `repeats` are the values of its passes, or what tells them; None is a single pass. `max_concurrent` is how many of
    its passes may run at a time. `retry_delay`, `timeout` (None: for ever) and `delay` are in seconds. `inputs` are
    files that decide its result. `acquires` says how much of each named limit it takes while it runs. `on_recover`
    says, for a status of the earlier run, `rerun` or `skip`, whatever its inputs.
    """

    name: str
    run: Work | None = None
    steps: tuple[Step, ...] = ()
    repeats: tuple[Any, ...] | Work | None = None
    requires: Condition = ALWAYS
    inputs: tuple[str, ...] = ()
    retries: int = 0
    retry_delay: float = 0.0
    timeout: float | None = None
    delay: float = 0.0
    acquires: Mapping[str, int] = field(default_factory=dict)
    max_concurrent: int = 1
    keep_going: bool = False
    on_recover: Mapping[str, str] = field(default_factory=dict)
    setup: Work | None = None
    teardown: Work | None = None

    @property
    def is_container(self) -> bool:
        """Whether it holds steps instead of doing something."""
        return self.run is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Steps under a name. `jobs` may run at a time (None: one a core); what is in no `limits` exists once."""

    name: str
    steps: tuple[Step, ...]
    jobs: int | None = None
    keep_going: bool = False
    limits: Mapping[str, int] = field(default_factory=dict)
    setup: Work | None = None
    teardown: Work | None = None

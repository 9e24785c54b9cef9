"""Kills a process at a chosen step of its writes, as a power cut or `kill -9` would."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

from ef_engine.store import atomic

STEPS = ("open", "fchmod", "write", "fsync", "close", "replace", "rename")
"""The system calls of a write."""

CRASHED = 77

STRIDE = 5
"""How far apart the steps are at which something is crashed when there is no time for every one.

It has no divisor in common with the calls of a write, so that each of them comes to be crashed in some write.
"""


class CountedCalls:
    """Stands for `os` in `ef_engine.store.atomic`, and does `then` in place of the `step`-th call of a write."""

    def __init__(self, step: int, then: Callable[[], None]) -> None:
        self.left, self.then = step, then

    def __getattr__(self, name: str) -> Any:
        found = getattr(os, name)
        return self._counted(found) if name in STEPS else found

    def _counted(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **details: Any) -> Any:
            self.left -= 1
            if self.left == 0:
                self.then()
            return call(*args, **details)

        return counted


def crash_at(step: int, operation: Callable[[], object]) -> bool:
    """Does the operation in a child that dies before the given step of its writes; whether it got that far."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            vars(atomic)["os"] = CountedCalls(step, lambda: os._exit(CRASHED))
            operation()
            code = 0
        finally:
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, CRASHED), f"the operation failed by itself ({code})"
    return code == CRASHED


def crashes(operation: Callable[[], object]) -> Iterator[int]:
    """Crashes the operation at its first step, its second and so on, until it gets through; yields after each crash."""
    step = 1
    while crash_at(step, operation):
        yield step
        step += 1
    assert step > len(STEPS), "there was nothing to crash"

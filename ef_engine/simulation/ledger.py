"""Headroom of an account you own that bears no interest: what could still be taken out, after every posting.

Money coming in is never refused and the opening balance is within bounds, so a payment is possible exactly if no later
headroom falls below zero: one comparison with a minimum, not a simulation.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ef_engine.model.money import Micros
from ef_engine.simulation.outcome import Outflow

Array = npt.NDArray[Any]


class Shortage(NamedTuple):
    """The first moment at which an account would be short, what it would have to give more, and what it has."""

    key: int
    needed: Micros
    available: Micros


class Ledger:
    """Postings of one account in the order of their keys, and the headroom after each; entry 0 is the opening."""

    def __init__(self, headroom: Micros, postings: Sequence[tuple[int, Micros]], exact: bool) -> None:
        """`postings` are signed and sorted by key; `exact` asks for unbounded integers where 64 bits may not do."""
        self._dtype: Any = object if exact else np.int64
        self._size = len(postings) + 1
        self._keys = np.array([-1, *(key for key, _ in postings)], dtype=np.int64)
        amounts = np.array([headroom, *(amount for _, amount in postings)], dtype=self._dtype)
        self._headroom: Array = np.cumsum(amounts)

    def _after(self, key: int) -> int:
        """The position of the first posting at or after a moment."""
        return int(self._keys[: self._size].searchsorted(key))

    def is_sound(self) -> bool:
        """Whether no posting breaks the minimum."""
        return bool(self._headroom.min() >= 0)

    def lowest(self, key: int) -> Micros:
        """The least headroom from right before a moment until the end."""
        return int(self._headroom[self._after(key) - 1 : self._size].min())

    def room(self, key: int, relief: Sequence[Outflow]) -> Micros:
        """The least headroom from right before a moment on, were the later postings of `relief` not to happen."""
        first = self._after(key) - 1
        headroom = self._headroom[first : self._size]
        return int((headroom + self._sums(first, relief)).min() if relief else headroom.min())

    def shortage_before(self, key: int, taken: Micros, end: int | None) -> Shortage | None:
        """What breaks first before another moment if `taken` more leaves at `key`."""
        first = self._after(key) - 1
        headroom = self._headroom[first : self._size if end is None else self._after(end)]
        if headroom.min() >= taken:
            return None
        short = int((headroom < taken).argmax())
        return Shortage(key if short == 0 else int(self._keys[first + short]), taken, int(headroom[short]))

    def shortage_of(self, key: int, taken: Micros, changes: Sequence[Outflow] = ()) -> Shortage | None:
        """What breaks first if `taken` more leaves at `key`, and existing later postings change by `changes`."""
        if not changes:
            return self.shortage_before(key, taken, None)
        first = self._after(key) - 1
        headroom = self._headroom[first : self._size]
        more = self._sums(first, changes) + taken
        short = int((headroom < more).argmax())
        if headroom[short] >= more[short]:
            return None
        at = key if short == 0 else int(self._keys[first + short])
        return Shortage(at, int(more[short]), int(headroom[short]))

    def change(self, changes: Sequence[Outflow]) -> None:
        """Takes so much more out at postings that exist."""
        if changes:
            first = self._after(changes[0].key)
            self._headroom[first : self._size] -= self._sums(first, changes)

    def _sums(self, first: int, changes: Sequence[Outflow]) -> Array:
        """How much more has left the account after each posting, from one posting on."""
        places = self._keys[: self._size].searchsorted(np.array([change.key for change in changes], dtype=np.int64))
        more = np.zeros(self._size - first, dtype=self._dtype)
        more[places - first] = [change.amount for change in changes]
        return np.cumsum(more)

    def insert(self, key: int, amount: Micros) -> None:
        """Adds a posting; `amount` is signed."""
        place = self._after(key)
        if self._size == len(self._keys):
            self._grow()
        self._keys[place + 1 : self._size + 1] = self._keys[place : self._size]
        self._keys[place] = key
        self._headroom[place + 1 : self._size + 1] = self._headroom[place : self._size]
        self._headroom[place] = self._headroom[place - 1]
        self._size += 1
        self._headroom[place : self._size] += amount

    def _grow(self) -> None:
        room = max(64, self._size)
        self._keys = np.concatenate([self._keys, np.zeros(room, dtype=np.int64)])
        self._headroom = np.concatenate([self._headroom, np.zeros(room, dtype=self._dtype)])

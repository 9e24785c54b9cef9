"""What debts answer when asked what one thing more would change."""

from __future__ import annotations

from typing import NamedTuple

from ef_engine.model.money import Micros
from ef_engine.simulation.reasons import Bound


class Refusal(NamedTuple):
    """A posting a debt refuses: its moment, the bound, what was asked and the most that could have been."""

    key: int
    bound: Bound
    account: str
    needed: Micros
    available: Micros


class Outflow(NamedTuple):
    """At a moment, so much more (negative: less) leaves an account."""

    key: int
    account: int
    amount: Micros


class Outcome(NamedTuple):
    """How payments of a debt change, in order of time, until the end or the first refusal."""

    changes: list[Outflow]
    refusal: Refusal | None

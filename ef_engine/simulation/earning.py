"""An account you own that bears interest, as an automaton that steps from flow to flow.

Money taken out earlier earns less ever after, so an outflow is tested by running the account again from its moment;
money coming in only ever raises later balances (each rounding here is monotone), so an inflow needs no test.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from ef_engine.model.money import Micros
from ef_engine.simulation.interest import EarnedInterest
from ef_engine.simulation.ledger import Shortage
from ef_engine.simulation.outcome import Outflow
from ef_engine.simulation.plan import Plan

_Moment = tuple[Micros, Micros, int]
"""Balance, uncredited interest, and the last day whose interest is in them."""


class EarningAccount:
    """The flows of one interest-bearing account, with its state right before each of them as checkpoints."""

    def __init__(
        self,
        plan: Plan,
        interest: EarnedInterest,
        opening: Micros,
        minimum: Micros,
        flows: Sequence[tuple[int, Micros]],
    ) -> None:
        """`flows` are signed and sorted by key."""
        self._plan, self._interest, self._minimum = plan, interest, minimum
        self._flows = list(flows)
        self._checkpoints: list[_Moment] = [(opening, 0, plan.grid.days[0])]

    def is_sound(self) -> bool:
        """Whether no flow breaks the minimum."""
        return self._run(self._checkpoints[0], self._flows) is None

    def shortage_of(self, key: int, taken: Micros, changes: Sequence[Outflow] = ()) -> Shortage | None:
        """What breaks first if `taken` more leaves at `key`, and existing later flows change by `changes`."""
        first = bisect_left(self._flows, (key,))
        more = {change.key: change.amount for change in changes}
        flows = [(at, amount - more.get(at, 0)) for at, amount in self._flows[first:]]
        if taken:
            flows.insert(0, (key, -taken))
        while flows and flows[-1][1] >= 0:
            flows.pop()
        return self._run(self._checkpoint(first), flows)

    def insert(self, key: int, amount: Micros) -> None:
        """Adds a flow; `amount` is signed."""
        place = bisect_left(self._flows, (key,))
        self._flows.insert(place, (key, amount))
        del self._checkpoints[place + 1 :]

    def change(self, changes: Sequence[Outflow]) -> None:
        """Takes so much more out at flows that exist."""
        for at, _, amount in changes:
            place = bisect_left(self._flows, (at,))
            self._flows[place] = (at, self._flows[place][1] - amount)
            del self._checkpoints[place + 1 :]

    def _checkpoint(self, place: int) -> _Moment:
        """The state before a flow; checkpoints are renewed only as far as they are asked for."""
        for key, amount in self._flows[len(self._checkpoints) - 1 : place]:
            balance, accrued, day = self._until(self._checkpoints[-1], key)
            self._checkpoints.append((balance + amount, accrued, day))
        return self._checkpoints[place]

    def _run(self, moment: _Moment, flows: Sequence[tuple[int, Micros]]) -> Shortage | None:
        """The first flow that would break the minimum."""
        for key, amount in flows:
            balance, accrued, day = self._until(moment, key)
            if amount < 0 and balance + amount < self._minimum:
                return Shortage(key, -amount, balance - self._minimum)
            moment = (balance + amount, accrued, day)
        return None

    def _until(self, moment: _Moment, key: int) -> _Moment:
        """The state right before a moment: deposits come before the interest of their step, all else after it."""
        balance, accrued, after = moment
        until = self._plan.interest_done_before(key)
        if until <= after:
            return moment
        return (*self._interest.advance(balance, accrued, after, until), until)

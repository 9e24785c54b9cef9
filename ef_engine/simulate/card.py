"""A card as an automaton that steps from billing date to billing date.

Between two billing dates purchases and payments only add up, so a cycle is four sums: what it changes, what was paid,
and how far the debt rises and falls on the way. Right after a billing date the whole debt is the previous statement
balance, which makes the debt alone the state of a cycle.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from ef_engine.model.accounts import Credit, opening_debt
from ef_engine.model.money import CENT, Micros, to_cents
from ef_engine.simulate.debts import card_due, card_interest
from ef_engine.simulate.ledger import Change
from ef_engine.simulate.plan import Billing
from ef_engine.simulate.reasons import Bound

_UNBOUNDED: Micros = 1 << 200

Activity = tuple[int, Micros]
"""Moment and amount of one purchase (positive) or payment (negative)."""


class Refusal(NamedTuple):
    """A posting a debt refuses: its moment, the bound, what was asked and the most that could have been."""

    key: int
    bound: Bound
    account: str
    needed: Micros
    available: Micros


class Outcome(NamedTuple):
    """What a debt does after a change: how its payments change, until its end or its first refusal."""

    changes: list[Change]
    refusal: Refusal | None


class _Cycle(NamedTuple):
    """One cycle in sums; `rise` and `fall` bound the debt relative to its beginning (after purchases, payments)."""

    net: Micros
    paid: Micros
    rise: Micros
    fall: Micros


class _Start(NamedTuple):
    """The state at the beginning of a cycle: the exact debt, and E, the end of the previous cycle."""

    debt: Micros
    previous_cycle: Micros


class Card:
    """All cycles of one card with a checkpoint at the beginning of each."""

    def __init__(self, account: Credit, billings: Sequence[Billing], activity: Sequence[Activity]) -> None:
        """`activity` is what is certain to be bought and paid, sorted by moment."""
        self._account = account
        self._limit = _UNBOUNDED if account.max_balance is None else account.max_balance
        self._rate = Fraction(account.apr) / 12
        self._billings = billings
        self._keys = [billing.key for billing in billings]
        self._cycles: list[list[Activity]] = [[] for _ in range(len(billings) + 1)]
        for key, amount in activity:
            self._cycles[bisect_left(self._keys, key)].append((key, amount))
        self._sums = [_sums(cycle) for cycle in self._cycles]
        self._starts = [_Start(opening_debt(account), account.end_of_previous_cycle_balance)]
        self._dues: list[Micros] = []
        self.first_refusal = self._run(0, self._sums[0], self._cycles[0], record=True).refusal

    def payments(self) -> list[tuple[int, Micros]]:
        """Moment and amount of every minimum payment (0 where none is due)."""
        return list(zip(self._keys, self._dues, strict=False))

    def next_billing(self, key: int) -> int | None:
        """The moment of the first billing after a moment."""
        cycle = bisect_left(self._keys, key)
        return self._keys[cycle] if cycle < len(self._keys) else None

    def debt_before(self, key: int) -> Micros:
        """The exact debt right before a moment."""
        cycle = bisect_left(self._keys, key)
        debt = self._starts[cycle].debt
        for _, amount in self._cycles[cycle][: bisect_left(self._cycles[cycle], (key,))]:
            debt = _after(debt, amount)
        return debt

    def with_activity(self, key: int, amount: Micros) -> Outcome:
        """What changes with one more purchase or payment."""
        place = bisect_left(self._keys, key)
        cycle = sorted([*self._cycles[place], (key, amount)])
        return self._run(place, _sums(cycle), cycle, record=False)

    def insert(self, key: int, amount: Micros) -> list[Change]:
        """Adds a purchase or payment that was found possible; returns how the minimum payments change."""
        place = bisect_left(self._keys, key)
        insort(self._cycles[place], (key, amount))
        self._sums[place] = _sums(self._cycles[place])
        return self._run(place, self._sums[place], self._cycles[place], record=True).changes

    def _run(self, first: int, sums: _Cycle, cycle: list[Activity], *, record: bool) -> Outcome:
        """From the beginning of a cycle to the end, or until the state is what it was before."""
        changes: list[Change] = []
        start = self._starts[first]
        floor, limit = self._account.min_balance, self._limit
        for place in range(first, len(self._cycles)):
            if place > first:
                sums, cycle = self._sums[place], self._cycles[place]
            if start.debt % CENT or start.debt + sums.rise > limit or start.debt + sums.fall < floor:
                debt, refusal = self._step_by_step(start.debt, cycle)
                if refusal:
                    return Outcome(changes, refusal)
            else:
                debt = start.debt + sums.net
            if place == len(self._keys):
                break
            due, start, refusal = self._bill(place, debt, start.previous_cycle, sums.paid)
            old = self._dues[place] if place < len(self._dues) else 0
            if due != old:
                changes.append(Change(self._keys[place], due - old))
            if refusal:
                return Outcome(changes, refusal)
            settled = place + 1 < len(self._starts) and start == self._starts[place + 1]
            if record:
                self._note(place, due, start)
            if settled:
                break
        return Outcome(changes, None)

    def _bill(
        self, place: int, debt: Micros, previous_cycle: Micros, paid: Micros
    ) -> tuple[Micros, _Start, Refusal | None]:
        """What is due on a billing date, and the beginning of the next cycle."""
        account = self._account
        if place == 0:
            paid += account.billing_cycle_payment_balance
        interest = card_interest(previous_cycle, self._rate.numerator, self._rate.denominator)
        due = card_due(previous_cycle, interest, paid, account.minimum_payment, debt + interest)
        debt += interest
        refusal = None
        if due:
            most = to_cents(debt) - account.min_balance
            if due > most:
                refusal = Refusal(self._keys[place], Bound.DEBT, account.name, due, most)
            debt = _after(debt, -due)
        same_step = place + 1 < len(self._keys) and self._billings[place + 1].step == self._billings[place].step
        return due, _Start(debt, previous_cycle if same_step else debt), refusal

    def _note(self, place: int, due: Micros, start: _Start) -> None:
        if place < len(self._dues):
            self._dues[place], self._starts[place + 1] = due, start
        else:
            self._dues.append(due)
            self._starts.append(start)

    def _step_by_step(self, debt: Micros, cycle: list[Activity]) -> tuple[Micros, Refusal | None]:
        """One posting after another: finds the first refusal, and clears a fraction of a cent when the debt is paid."""
        for key, amount in cycle:
            if amount > 0 and debt + amount > self._limit:
                return debt, Refusal(key, Bound.LIMIT, self._account.name, amount, self._limit - debt)
            most = to_cents(debt) - self._account.min_balance
            if amount < 0 and -amount > most:
                return debt, Refusal(key, Bound.DEBT, self._account.name, -amount, most)
            debt = _after(debt, amount)
        return debt, None


def _after(debt: Micros, amount: Micros) -> Micros:
    """The debt after a purchase, or after a payment, which clears it if it pays the debt as rounded to cents."""
    return 0 if amount < 0 and -amount == to_cents(debt) else debt + amount


def _sums(cycle: Sequence[Activity]) -> _Cycle:
    net, paid, rise, fall = 0, 0, -_UNBOUNDED, _UNBOUNDED
    for _, amount in cycle:
        net += amount
        if amount > 0:
            rise = max(rise, net)
        else:
            paid -= amount
            fall = min(fall, net)
    return _Cycle(net, paid, rise, fall)

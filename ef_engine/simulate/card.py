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
from ef_engine.simulate.debts import card_statement
from ef_engine.simulate.outcome import Outcome, Outflow, Refusal
from ef_engine.simulate.plan import Billing
from ef_engine.simulate.reasons import Bound

_UNBOUNDED: Micros = 1 << 200

Activity = tuple[int, Micros]
"""Moment and amount of one purchase (positive) or payment (negative)."""


class _Cycle(NamedTuple):
    """One cycle in sums; `rise` and `fall` bound the debt relative to its beginning (after purchases, payments)."""

    net: Micros
    paid: Micros
    rise: Micros
    fall: Micros


class Card:
    """All cycles of one card with a checkpoint at the beginning of each."""

    def __init__(self, account: Credit, payer: int, billings: Sequence[Billing], activity: Sequence[Activity]) -> None:
        """`activity` is what is certain to be bought and paid, sorted; `payer` pays what is due."""
        self._payer = payer
        self._account = account
        self._limit = _UNBOUNDED if account.max_balance is None else account.max_balance
        self._rate = (Fraction(account.apr) / 12).as_integer_ratio()
        self._keys = [billing.key for billing in billings]
        self._same_step = {k for k in range(1, len(billings)) if billings[k].step == billings[k - 1].step}
        self._cycles: list[list[Activity]] = [[] for _ in range(len(billings) + 1)]
        for key, amount in activity:
            self._cycles[bisect_left(self._keys, key)].append((key, amount))
        self._sums = [_sums(cycle) for cycle in self._cycles]
        self._debts = [opening_debt(account)]
        self._ends_of_cycles = [account.end_of_previous_cycle_balance]
        self._dues: list[Micros] = []
        self.first_refusal = self._run(0, self._sums[0], self._cycles[0], record=True).refusal

    def outflows(self, after: int = -1) -> list[Outflow]:
        """Every minimum payment after a moment (0 where none is due; as far as known, if the card refused something)."""
        first = bisect_left(self._keys, after)
        return [
            Outflow(key, self._payer, due) for key, due in zip(self._keys[first:], self._dues[first:], strict=False)
        ]

    def next_event(self, key: int) -> int | None:
        """The moment of the first payment or billing after a moment."""
        place = bisect_left(self._keys, key)
        payments = (at for at, amount in self._cycles[place] if amount < 0 and at > key)
        billings = self._keys[place : place + 1]
        return min([*payments, *billings], default=None)

    def debt_before(self, key: int) -> Micros:
        """The exact debt right before a moment."""
        cycle = bisect_left(self._keys, key)
        debt = self._debts[cycle]
        for _, amount in self._cycles[cycle][: bisect_left(self._cycles[cycle], (key,))]:
            debt = _after(debt, amount)
        return debt

    def refusal_of(self, key: int, amount: Micros) -> Refusal | None:
        """Whether the card refuses a payment (negative amount) itself, whatever comes later."""
        most = to_cents(self.debt_before(key)) - self._account.min_balance
        return self._refusal(key, -amount, most) if -amount > most else None

    def with_activity(self, key: int, amount: Micros) -> Outcome:
        """What changes with one more purchase or payment."""
        place = bisect_left(self._keys, key)
        cycle = sorted([*self._cycles[place], (key, amount)])
        return self._run(place, _sums(cycle), cycle, record=False)

    def insert(self, key: int, amount: Micros) -> list[Outflow]:
        """Adds a purchase or payment that was found possible; returns how the minimum payments change."""
        place = bisect_left(self._keys, key)
        insort(self._cycles[place], (key, amount))
        self._sums[place] = _sums(self._cycles[place])
        return self._run(place, self._sums[place], self._cycles[place], record=True).changes

    def _run(self, first: int, sums: _Cycle, cycle: list[Activity], *, record: bool) -> Outcome:
        """From the beginning of a cycle to the end, or until the state is what it was before.

        `sums` and `cycle` are those of the first cycle. The state at the beginning of a cycle is the exact debt and E.
        """
        rate, minimum, floor, limit = self._rate, self._account.minimum_payment, self._account.min_balance, self._limit
        debts, ends_of_cycles, dues, keys = self._debts, self._ends_of_cycles, self._dues, self._keys
        changes: list[Outflow] = []
        debt, ended = debts[first], ends_of_cycles[first]
        net, paid, rise, fall = sums
        for place in range(first, len(keys)):
            if place > first:
                net, paid, rise, fall = self._sums[place]
                cycle = self._cycles[place]
            if debt + rise > limit or debt + fall < floor or (paid and debt % CENT):
                debt, refusal = self._step_by_step(debt, cycle)
                if refusal:
                    return Outcome(changes, refusal)
            else:
                debt += net
            interest, due = card_statement(ended, paid if place else paid + self._paid_before(), debt, minimum, rate)
            debt += interest
            old = dues[place] if place < len(dues) else 0
            if due != old:
                changes.append(Outflow(keys[place], self._payer, due - old))
            if floor and due and due > to_cents(debt) - floor:
                return Outcome(changes, self._refusal(keys[place], due, to_cents(debt) - floor))
            debt = _after(debt, -due) if due else debt
            ended = ended if place + 1 in self._same_step else debt
            settled = place + 1 < len(debts) and debt == debts[place + 1] and ended == ends_of_cycles[place + 1]
            if record:
                self._note(place, due, debt, ended)
            if settled:
                return Outcome(changes, None)
        cycle = cycle if first == len(keys) else self._cycles[-1]
        return Outcome(changes, self._step_by_step(debt, cycle)[1])

    def _paid_before(self) -> Micros:
        """Paid voluntarily in the first cycle before the forecast begins."""
        return self._account.billing_cycle_payment_balance

    def _refusal(self, key: int, needed: Micros, available: Micros) -> Refusal:
        return Refusal(key, Bound.DEBT, self._account.name, needed, available)

    def _note(self, place: int, due: Micros, debt: Micros, ended: Micros) -> None:
        """Keeps what is due on a billing date and the state right after it."""
        if place < len(self._dues):
            self._dues[place], self._debts[place + 1], self._ends_of_cycles[place + 1] = due, debt, ended
        else:
            self._dues.append(due)
            self._debts.append(debt)
            self._ends_of_cycles.append(ended)

    def _step_by_step(self, debt: Micros, cycle: list[Activity]) -> tuple[Micros, Refusal | None]:
        """One posting after another: finds the first refusal, and clears a fraction of a cent when the debt is paid."""
        for key, amount in cycle:
            if amount > 0 and debt + amount > self._limit:
                return debt, Refusal(key, Bound.LIMIT, self._account.name, amount, self._limit - debt)
            most = to_cents(debt) - self._account.min_balance
            if amount < 0 and -amount > most:
                return debt, self._refusal(key, -amount, most)
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

"""A card as an automaton that steps from billing date to billing date.

Between two billing dates purchases and payments only add up, so a cycle is four sums: what it changes, what was paid,
and how far the debt rises and falls on the way. Right after a billing date the whole debt is the previous statement
balance, which makes the debt alone the state of a cycle.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from fractions import Fraction
from itertools import chain, count, islice, repeat
from typing import NamedTuple

from ef_engine.model.accounts import Credit, opening_debt
from ef_engine.model.money import CENT, Micros, to_cents
from ef_engine.simulation.debts import card_statement, lowest_debt
from ef_engine.simulation.outcome import Outcome, Outflow, Refusal
from ef_engine.simulation.plan import Billing
from ef_engine.simulation.reasons import Bound

_UNBOUNDED: Micros = 1 << 200

Activity = tuple[int, Micros]
"""Moment and amount of one purchase (positive) or payment (negative)."""


class _Cycle(NamedTuple):
    """One cycle in sums; `rise` and `fall` bound the debt relative to its beginning (after purchases, payments)."""

    net: Micros
    paid: Micros
    rise: Micros
    fall: Micros


class _State(NamedTuple):
    """What was due on a billing date, and right after it the exact debt and the E of the next billing date."""

    due: Micros
    debt: Micros
    ended: Micros


class _Run(NamedTuple):
    """One run from the beginning of cycle `first`, whose activity is `cycle`: states after the billings it stepped."""

    first: int
    cycle: list[Activity]
    states: list[_State]
    outcome: Outcome


class Card:
    """All cycles of one card with a checkpoint at the beginning of each."""

    def __init__(self, account: Credit, payer: int, billings: Sequence[Billing], activity: Sequence[Activity]) -> None:
        """`activity` is what is certain to be bought and paid, sorted; `payer` pays what is due."""
        self._payer = payer
        self._account = account
        self._floor = lowest_debt(account)
        self._limit = _UNBOUNDED if account.max_balance is None else account.max_balance
        self._rate = (Fraction(account.apr) / 12).as_integer_ratio()
        self._keys = [billing.key for billing in billings]
        self._same_step = {k for k in range(1, len(billings)) if billings[k].step == billings[k - 1].step}
        self._cycles: list[list[Activity]] = [[] for _ in range(len(billings) + 1)]
        for key, amount in activity:
            self._cycles[bisect_left(self._keys, key)].append((key, amount))
        self._sums = [_sums(cycle) for cycle in self._cycles]
        self._states = [_State(0, opening_debt(account), account.end_of_previous_cycle_balance)]
        self._last: tuple[Activity, _Run] | None = None
        run = self._run(0, self._cycles[0])
        self._states += run.states
        self.first_refusal = run.outcome.refusal

    def outflows(self, after: int = -1) -> list[Outflow]:
        """Every minimum payment after a moment, 0 where none is due (as far as is known, if the card refused one)."""
        first = bisect_left(self._keys, after)
        billed = zip(self._keys[first:], self._states[first + 1 :], strict=False)
        return [Outflow(key, self._payer, state.due) for key, state in billed]

    def next_event(self, key: int) -> int | None:
        """The moment of the first payment or billing after a moment."""
        place = bisect_left(self._keys, key)
        payments = (at for at, amount in self._cycles[place] if amount < 0 and at > key)
        billings = self._keys[place : place + 1]
        return min([*payments, *billings], default=None)

    def debt_before(self, key: int) -> Micros:
        """The exact debt right before a moment."""
        cycle = bisect_left(self._keys, key)
        debt = self._states[cycle].debt
        for _, amount in self._cycles[cycle][: bisect_left(self._cycles[cycle], (key,))]:
            debt = _after(debt, amount)
        return debt

    def refusal_of(self, key: int, amount: Micros) -> Refusal | None:
        """Whether the card refuses a payment (negative amount) itself, whatever comes later."""
        most = to_cents(self.debt_before(key)) - self._floor
        return self._refusal(key, -amount, most) if -amount > most else None

    def with_activity(self, key: int, amount: Micros) -> Outcome:
        """What changes with one more purchase (positive) or payment (negative)."""
        return self._run_with((key, amount)).outcome

    def insert(self, key: int, amount: Micros) -> list[Outflow]:
        """Adds a purchase or payment that was found possible; returns how minimum payments change."""
        run = self._run_with((key, amount))
        self._last = None
        self._cycles[run.first], self._sums[run.first] = run.cycle, _sums(run.cycle)
        self._states[run.first + 1 : run.first + 1 + len(run.states)] = run.states
        return run.outcome.changes

    def _run_with(self, activity: Activity) -> _Run:
        """The run with one more purchase or payment; the last one asked for is kept, as it is often accepted next."""
        if self._last is None or self._last[0] != activity:
            place = bisect_left(self._keys, activity[0])
            self._last = activity, self._run(place, sorted([*self._cycles[place], activity]))
        return self._last[1]

    def _run(self, first: int, cycle: list[Activity]) -> _Run:
        """From the beginning of a cycle, with `cycle` in it, to the end, or until the state is what it was before."""
        minimum, floor, limit, rate = self._account.minimum_payment, self._floor, self._limit, self._rate
        run = _Run(first, cycle, [], Outcome([], None))
        _, debt, ended = self._states[first]
        known = self._states[first + 1 :] or repeat(None)
        sums = chain((_sums(cycle),), islice(self._sums, first + 1, None))
        for place, key, (net, paid, rise, fall), before in zip(count(first), self._keys[first:], sums, known):
            if debt + rise > limit or debt + fall < floor or (paid and debt % CENT):
                debt, refusal = self._step_by_step(debt, self._cycles[place] if place > first else cycle)
                if refusal:
                    return run._replace(outcome=Outcome(run.outcome.changes, refusal))
            else:
                debt += net
            if not place:
                paid += self._account.billing_cycle_payment_balance
            interest, due = card_statement(ended, paid, debt, minimum, rate)
            debt += interest
            if before and due != before.due:
                run.outcome.changes.append(Outflow(key, self._payer, due - before.due))
            if due:
                if floor and due > to_cents(debt) - floor:
                    refusal = self._refusal(key, due, to_cents(debt) - floor)
                    return run._replace(outcome=Outcome(run.outcome.changes, refusal))
                debt = _after(debt, -due)
            if place + 1 not in self._same_step:
                ended = debt
            run.states.append(_State(due, debt, ended))
            if before and debt == before.debt and ended == before.ended:
                return run
        _, refusal = self._step_by_step(debt, self._cycles[-1] if first < len(self._keys) else cycle)
        return run._replace(outcome=Outcome(run.outcome.changes, refusal))

    def _refusal(self, key: int, needed: Micros, available: Micros) -> Refusal:
        return Refusal(key, Bound.DEBT, self._account.name, needed, available)

    def _step_by_step(self, debt: Micros, cycle: list[Activity]) -> tuple[Micros, Refusal | None]:
        """One posting after another: finds the first refusal, and clears a fraction of a cent when the debt is paid."""
        for key, amount in cycle:
            if amount > 0 and debt + amount > self._limit:
                return debt, Refusal(key, Bound.LIMIT, self._account.name, amount, self._limit - debt)
            most = to_cents(debt) - self._floor
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

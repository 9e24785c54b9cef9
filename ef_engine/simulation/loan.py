"""One loan as an automaton that steps from event to event: billing dates and voluntary payments.

Interest between two events is a multiple of a day's, so the days themselves are not stepped; only daily compounding is.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable
from typing import NamedTuple

from ef_engine.model.accounts import Loan
from ef_engine.model.money import CENT, Micros, to_cents
from ef_engine.simulation.debts import loan_due, lowest_debt, pay_loan
from ef_engine.simulation.interest import LoanInterest
from ef_engine.simulation.outcome import Outflow, Refusal
from ef_engine.simulation.plan import Plan
from ef_engine.simulation.reasons import Bound

Owed = tuple[Micros, Micros, Micros, int]
"""State of a loan: principal, interest, what was paid voluntarily in this cycle, and the last day accrued."""

BILLING: Micros = -1
"""In place of an amount: whatever is due."""

SHARE: Micros = -2
"""In place of an amount: the loan's share of a payment to all loans, which this loan alone cannot tell."""


class Event(NamedTuple):
    """Something that happens to a loan: a moment, its day, the account that pays, and an amount in whole cents."""

    key: int
    day: int
    source: int
    amount: Micros


class LoanLine:
    """The events of one loan in order, with its state right before each as checkpoints.

    `owed[k]` is the state before event k, the last one that after all events; `paid[k]` is what event k paid.
    """

    def __init__(self, loan: Loan, plan: Plan, payments: Iterable[Event]) -> None:
        """`payments` are what is certain, shares of payments to all loans among them."""
        days, billings = plan.grid.days, plan.billings[plan.index[loan.name]]
        self._loan = loan
        self._floor = lowest_debt(loan)
        self._interest = LoanInterest.of(loan, plan.forecast.start_date, plan.forecast.end_date)
        self.events = sorted([*(Event(b.key, days[b.step], plan.primary, BILLING) for b in billings), *payments])
        self.keys = [event.key for event in self.events]
        self._payments = [event.key for event in self.events if event.amount != BILLING]
        payments_before = loan.billing_cycle_payment_balance
        self.owed: list[Owed] = [(loan.principal_balance, loan.interest_balance, payments_before, days[0])]
        self.paid: list[Micros] = []

    def payments_are_always_taken(self, key: int) -> bool:
        """Whether a payment at a moment can only lower what is due later, and nothing later can be refused for it.

        With less principal and less debt every later accrual, debt and due is at most what it was (each rounding is
        monotone), so only a minimum balance or a voluntary payment that follows could be in the way.
        """
        return not self._floor and (not self._payments or self._payments[-1] < key)

    def place(self, key: int) -> int:
        """The position of the first event at or after a moment."""
        return bisect_left(self.keys, key)

    def accrued(self, state: Owed, day: int) -> Owed:
        """The state after the interest up to and including a day."""
        principal, interest, payments, after = state
        return (*self._interest.accrue(principal, interest, after, day), payments, day)

    def before(self, key: int, day: int) -> Owed:
        """The state right before a moment of a day."""
        return self.accrued(self.owed[self.place(key)], day)

    def pay(self, state: Owed, key: int, amount: Micros) -> tuple[Owed, Refusal | None]:
        """A voluntary payment in whole cents on a state accrued to its day."""
        principal, interest, payments, day = state
        most = to_cents(principal + interest) - self._floor
        if amount > most:
            return state, Refusal(key, Bound.DEBT, self._loan.name, amount, most)
        return (*pay_loan(principal, interest, amount), payments + amount, day), None

    def insert(self, event: Event, paid: Micros, after: Owed) -> int:
        """Adds a payment that leaves the state `after`; returns its position. What follows is not renewed."""
        place = self.place(event.key)
        self.events.insert(place, event)
        self.keys.insert(place, event.key)
        insort(self._payments, event.key)
        self.paid.insert(place, paid)
        self.owed.insert(place + 1, after)
        return place

    def note(self, place: int, paid: Micros, after: Owed) -> None:
        """Keeps what an event paid and the state right after it."""
        if place < len(self.paid):
            self.paid[place], self.owed[place + 1] = paid, after
        else:
            self.paid.append(paid)
            self.owed.append(after)

    def run(
        self, place: int, state: Owed, until: int, changes: list[Outflow], *, record: bool
    ) -> tuple[Owed | None, Refusal | None]:
        """Steps the events from `place` until right before `until`, adding what is paid otherwise to `changes`.

        Returns the state, None where it is again what it was at a checkpoint, and the refusal at which it stopped.
        """
        principal, interest, payments, after = state
        terms, floor = self._interest, self._floor
        minimum, reduces = self._loan.minimum_payment, self._loan.extra_payments_reduce_next_minimum
        for k in range(place, until):
            key, day, source, amount = self.events[k]
            principal, interest = terms.accrue(principal, interest, after, day)
            after, debt = day, principal + interest
            if amount >= 0:
                payments += amount
            else:
                amount = loan_due(minimum, payments if reduces else 0, debt)
                payments = 0
            known = self.paid[k] if k < len(self.paid) else amount
            if amount != known:
                changes.append(Outflow(key, source, amount - known))
            if amount:
                if amount > debt - CENT or floor:
                    most = to_cents(debt) - floor
                    if amount > most:
                        return state, Refusal(key, Bound.DEBT, self._loan.name, amount, most)
                principal, interest = pay_loan(principal, interest, amount)
            state = (principal, interest, payments, day)
            settled = k < len(self.paid) and state == self.owed[k + 1]
            if record:
                self.note(k, amount, state)
            if settled:
                return None, None
        return state, None

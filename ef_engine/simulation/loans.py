"""All loans; a payment to `ALL_LOANS` joins them.

Between two such payments every loan is an automaton of its own. A change is carried only by the loans that differ from
their checkpoints, and ends when none does.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from fractions import Fraction
from itertools import islice
from typing import NamedTuple

from ef_engine.model.accounts import Loan
from ef_engine.model.money import Micros, to_cents
from ef_engine.simulation.loan import SHARE, Event, LoanLine, Owed
from ef_engine.simulation.outcome import Outcome, Outflow, Refusal
from ef_engine.simulation.plan import Plan, step_of_key
from ef_engine.simulation.split import split_payment, total_debt

ALL = -1
"""In place of an account: all loans."""


class Payment(NamedTuple):
    """A voluntary payment: its moment, the loan's account (or `ALL`), the source's, and its amount in whole cents."""

    key: int
    loan: int
    source: int
    amount: Micros


class Loans:
    """The lines of all loans, and the payments that join them."""

    def __init__(self, plan: Plan, payments: Sequence[Payment]) -> None:
        """`payments` are the voluntary ones that are certain."""
        self._plan = plan
        self._strategy = plan.forecast.options.all_loans_strategy
        loans = {k: account for k, account in enumerate(plan.forecast.accounts) if isinstance(account, Loan)}
        self._rates = [Fraction(loan.apr) for loan in loans.values()]
        self._line_of = {k: place for place, k in enumerate(loans)}
        self._joint = sorted(payment for payment in payments if payment.loan == ALL)
        self._joint_keys = [payment.key for payment in self._joint]
        self._joint_paid: list[Micros] = [0] * len(self._joint)
        self._lines = [
            LoanLine(loan, plan, [self._event(payment) for payment in payments if payment.loan in (k, ALL)])
            for k, loan in loans.items()
        ]
        differing: dict[int, Owed | None] = {k: line.owed[0] for k, line in enumerate(self._lines)}
        self.first_refusal = self._follow(-1, differing, record=True).refusal

    def _event(self, payment: Payment) -> Event:
        day = self._plan.grid.days[step_of_key(payment.key)]
        return Event(payment.key, day, payment.source, SHARE if payment.loan == ALL else payment.amount)

    def outflows(self) -> list[Outflow]:
        """Everything that leaves accounts for loans (as far as it is known, if a loan refused something)."""
        own = [
            Outflow(event.key, event.source, paid)
            for line in self._lines
            for event, paid in zip(line.events, line.paid, strict=False)
            if event.amount != SHARE
        ]
        return own + [
            Outflow(payment.key, payment.source, paid)
            for payment, paid in zip(self._joint, self._joint_paid, strict=False)
        ]

    def debt_before(self, key: int, loan: int) -> Micros:
        """The debt right before a moment, each loan's rounded to cents."""
        return sum(to_cents(principal + interest) for principal, interest, _, _ in self._before(key, loan))

    def _before(self, key: int, loan: int) -> list[Owed]:
        day = self._plan.grid.days[step_of_key(key)]
        return [line.before(key, day) for line in self._concerned(loan)]

    def _concerned(self, loan: int) -> list[LoanLine]:
        return self._lines if loan == ALL else [self._lines[self._line_of[loan]]]

    def later_outflows(self, key: int, loan: int) -> list[Outflow]:
        """All that leaves accounts after a moment for a loan (or `ALL`) and whatever is joined with it."""
        lines = self._lines if self._joint else self._concerned(loan)
        flows = [
            Outflow(event.key, event.source, paid)
            for line in lines
            for event, paid in islice(zip(line.events, line.paid, strict=True), line.place(key), None)
            if event.amount != SHARE
        ]
        later = bisect_right(self._joint_keys, key)
        return sorted(
            flows
            + [
                Outflow(payment.key, payment.source, self._joint_paid[later + k])
                for k, payment in enumerate(self._joint[later:])
            ]
        )

    def next_event(self, key: int, loan: int) -> int | None:
        """The moment of the first event after a moment of a loan, or of any loan for `ALL`."""
        later = (line.keys[place] for line in self._concerned(loan) if (place := line.place(key)) < len(line.keys))
        return min(later, default=None)

    def payments_are_always_taken(self, key: int, loan: int) -> bool:
        """Whether a payment at a moment can only lower what is due later, and nothing later can be refused for it."""
        return all(line.payments_are_always_taken(key) for line in self._concerned(loan))

    def paid_by(self, payment: Payment) -> Micros:
        """What a payment would really pay: no more than all loans together owe."""
        if payment.loan != ALL:
            return payment.amount
        return min(payment.amount, self.debt_before(payment.key, ALL))

    def refusal_of(self, payment: Payment) -> Refusal | None:
        """Whether a loan refuses a payment itself, whatever comes later."""
        return self._pay(payment)[2]

    def _pay(self, payment: Payment) -> tuple[list[Micros], list[Owed], Refusal | None]:
        """The share of each loan concerned, its state after it, and the first refusal in account order."""
        lines = self._concerned(payment.loan)
        return self._share_out(payment, lines, self._before(payment.key, payment.loan))

    def _share_out(
        self, payment: Payment, lines: Sequence[LoanLine], states: Sequence[Owed]
    ) -> tuple[list[Micros], list[Owed], Refusal | None]:
        """Splits a payment over states that are accrued to its day."""
        shares = [payment.amount]
        if payment.loan == ALL:
            owed = [(state[0], state[1]) for state in states]
            shares = split_payment(self._strategy, min(payment.amount, total_debt(owed)), owed, self._rates)
        after: list[Owed] = []
        for line, state, share in zip(lines, states, shares, strict=True):
            state, refusal = line.pay(state, payment.key, share) if share else (state, None)
            if refusal:
                return shares, after, refusal
            after.append(state)
        return shares, after, None

    def with_payment(self, payment: Payment) -> Outcome:
        """What changes with one more payment."""
        _, after, refusal = self._pay(payment)
        if refusal:
            return Outcome([], refusal)
        places = range(len(self._lines)) if payment.loan == ALL else [self._line_of[payment.loan]]
        return self._follow(payment.key, dict(zip(places, after, strict=True)), record=False)

    def insert(self, payment: Payment) -> Outcome:
        """Adds a payment that was found possible; returns how other payments change."""
        shares, after, _ = self._pay(payment)
        event = self._event(payment)
        for line, share, state in zip(self._concerned(payment.loan), shares, after, strict=True):
            line.insert(event, share, state)
        if payment.loan == ALL:
            place = bisect_left(self._joint_keys, payment.key)
            self._joint.insert(place, payment)
            self._joint_keys.insert(place, payment.key)
            self._joint_paid.insert(place, sum(shares))
        places = range(len(self._lines)) if payment.loan == ALL else [self._line_of[payment.loan]]
        return self._follow(payment.key, dict(zip(places, after, strict=True)), record=True)

    def _follow(self, key: int, differing: dict[int, Owed | None], *, record: bool) -> Outcome:
        """Carries the states of loans that differ from their checkpoints from right after a moment to the end."""
        changes: list[Outflow] = []
        for place in range(bisect_right(self._joint_keys, key), len(self._joint) + 1):
            joint = self._joint[place] if place < len(self._joint) else None
            refusals = [
                refusal
                for k, state in differing.items()
                if (refusal := self._run_line(k, state, key, joint, differing, changes, record=record))
            ]
            if refusals:
                return _until(min(refusals), changes)
            differing = {k: state for k, state in differing.items() if state}
            if joint is None or not differing:
                break
            differing, refusal = self._join(place, joint, differing, changes, record=record)
            if refusal:
                return _until(refusal, changes)
            key = joint.key
        return Outcome(sorted(changes), None)

    def _run_line(
        self,
        k: int,
        state: Owed | None,
        key: int,
        joint: Payment | None,
        differing: dict[int, Owed | None],
        changes: list[Outflow],
        *,
        record: bool,
    ) -> Refusal | None:
        """Steps one loan from right after a moment until right before a joint payment."""
        line = self._lines[k]
        assert state
        until = line.place(joint.key) if joint else len(line.events)
        differing[k], refusal = line.run(line.place(key + 1), state, until, changes, record=record)
        return refusal

    def _join(
        self, place: int, joint: Payment, differing: dict[int, Owed | None], changes: list[Outflow], *, record: bool
    ) -> tuple[dict[int, Owed | None], Refusal | None]:
        """A payment to all loans, with what differs from the checkpoints; returns what differs after it."""
        day = self._plan.grid.days[step_of_key(joint.key)]
        places = [line.place(joint.key) for line in self._lines]
        states = [line.accrued(differing.get(k) or line.owed[places[k]], day) for k, line in enumerate(self._lines)]
        shares, after, refusal = self._share_out(joint, self._lines, states)
        known = self._joint_paid[place]
        if sum(shares) != known:
            changes.append(Outflow(joint.key, joint.source, sum(shares) - known))
        if refusal:
            return {}, refusal
        now: dict[int, Owed | None] = {}
        for k, line in enumerate(self._lines):
            if places[k] >= len(line.paid) or after[k] != line.owed[places[k] + 1]:
                now[k] = after[k]
            if record:
                line.note(places[k], shares[k], after[k])
        if record:
            self._joint_paid[place] = sum(shares)
        return now, None


def _until(refusal: Refusal, changes: list[Outflow]) -> Outcome:
    return Outcome(sorted(change for change in changes if change.key <= refusal.key), refusal)

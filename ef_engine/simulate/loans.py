"""All loans as automata that step from event to event; a payment to `ALL_LOANS` joins them.

Until such a payment a change of one loan leaves the others as they are, so a run carries only the loans that differ from
the checkpoints and stops when none does.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from ef_engine.model.accounts import Loan
from ef_engine.model.forecast import LoanStrategy
from ef_engine.model.money import Micros, to_cents
from ef_engine.simulate.card import Refusal
from ef_engine.simulate.debts import loan_due, pay_loan
from ef_engine.simulate.interest import LoanInterest
from ef_engine.simulate.plan import Billing, Plan, step_of_key
from ef_engine.simulate.reasons import Bound
from ef_engine.simulate.split import split_payment, total_debt

ALL = -1
"""In place of a loan: all of them."""


class Payment(NamedTuple):
    """A voluntary payment to a loan or to `ALL`: its moment, from which account, and its amount in whole cents."""

    key: int
    loan: int
    source: int
    amount: Micros


class _Event(NamedTuple):
    """A billing date (amount 0) or a voluntary payment."""

    key: int
    day: int
    loan: int
    source: int
    amount: Micros
    is_billing: bool


_Owed = tuple[Micros, Micros, Micros, int]
"""State of a loan: principal, interest, what was paid voluntarily in this cycle, and the last day accrued."""


class Outflow(NamedTuple):
    """At a moment, so much more leaves an account."""

    key: int
    account: int
    amount: Micros


class LoansOutcome(NamedTuple):
    """What the loans do after a payment more: what it really paid, how other outflows change, and the first refusal."""

    paid: Micros
    changes: list[Outflow]
    refusal: Refusal | None


@dataclass(frozen=True, slots=True)
class _Terms:
    name: str
    interest: LoanInterest
    rate: Fraction
    minimum: Micros
    floor: Micros
    reduces: bool

    def most(self, debt: Micros) -> Micros:
        """The most that can be paid on an exact debt."""
        return to_cents(debt) - self.floor


class Loans:
    """Every billing and payment of all loans in order, with the state of each loan right before each as checkpoints."""

    def __init__(self, plan: Plan, payments: Sequence[Payment]) -> None:
        """`payments` are the voluntary ones that are certain."""
        self._plan = plan
        self._strategy = plan.forecast.options.all_loans_strategy
        loans = [(k, account) for k, account in enumerate(plan.forecast.accounts) if isinstance(account, Loan)]
        self._place = {k: place for place, (k, _) in enumerate(loans)}
        self._terms = [_terms(loan, plan) for _, loan in loans]
        self._rates = [terms.rate for terms in self._terms]
        self._events = sorted(
            [self._billing(place, billing) for k, place in self._place.items() for billing in plan.billings[k]]
            + [self._payment(payment) for payment in payments]
        )
        self._keys = [event.key for event in self._events]
        self._before = [tuple(_opening(loan, plan) for _, loan in loans)]
        self._paid: list[Micros] = []
        self.first_refusal = self._begin()

    def _billing(self, place: int, billing: Billing) -> _Event:
        return _Event(billing.key, self._plan.grid.days[billing.step], place, self._plan.primary, 0, True)

    def _payment(self, payment: Payment) -> _Event:
        """The event of a payment, which names its loan by its position among the loans."""
        loan = ALL if payment.loan == ALL else self._place[payment.loan]
        day = self._plan.grid.days[step_of_key(payment.key)]
        return _Event(payment.key, day, loan, payment.source, payment.amount, False)

    def _begin(self) -> Refusal | None:
        """Runs everything that is certain; stops at the first refusal."""
        for event in self._events:
            states, paid, refusal = self._apply(event, self._before[-1])
            self._paid.append(paid)
            self._before.append(states)
            if refusal:
                return refusal
        return None

    def outflows(self) -> list[Outflow]:
        """Everything that leaves accounts for loans, where it is known (until the first refusal)."""
        return [Outflow(event.key, event.source, paid) for event, paid in zip(self._events, self._paid, strict=False)]

    def next_event(self, key: int) -> int | None:
        """The moment of the first billing or payment after a moment."""
        place = bisect_left(self._keys, key)
        return self._keys[place] if place < len(self._keys) else None

    def debt_before(self, key: int, loan: int) -> Micros:
        """The debt right before a moment, each loan's rounded to cents."""
        states = self._before[bisect_left(self._keys, key)]
        day = self._plan.grid.days[step_of_key(key)]
        places = range(len(states)) if loan == ALL else [self._place[loan]]
        return sum(to_cents(sum(self._accrued(place, states[place], day)[:2])) for place in places)

    def _accrued(self, place: int, state: _Owed, day: int) -> _Owed:
        principal, interest, payments, after = state
        principal, interest = self._terms[place].interest.accrue(principal, interest, after, day)
        return principal, interest, payments, day

    def _apply(self, event: _Event, states: tuple[_Owed, ...]) -> tuple[tuple[_Owed, ...], Micros, Refusal | None]:
        """The states after an event, what it paid, and whether a loan refuses it."""
        if event.loan == ALL:
            return self._apply_to_all(event, states)
        state, paid, refusal = self._apply_to_one(event, states[event.loan])
        return (*states[: event.loan], state, *states[event.loan + 1 :]), paid, refusal

    def _apply_to_one(self, event: _Event, state: _Owed) -> tuple[_Owed, Micros, Refusal | None]:
        terms = self._terms[event.loan]
        principal, interest, payments, after = state
        principal, interest = terms.interest.accrue(principal, interest, after, event.day)
        debt = principal + interest
        amount = event.amount
        if event.is_billing:
            amount = loan_due(terms.minimum, payments if terms.reduces else 0, debt) if debt else 0
            payments = 0
        else:
            payments += amount
        if not amount:
            return (principal, interest, payments, event.day), 0, None
        if amount > (most := terms.most(debt)):
            return state, amount, Refusal(event.key, Bound.DEBT, terms.name, amount, most)
        principal, interest = pay_loan(principal, interest, amount)
        return (principal, interest, payments, event.day), amount, None

    def _apply_to_all(
        self, event: _Event, states: tuple[_Owed, ...]
    ) -> tuple[tuple[_Owed, ...], Micros, Refusal | None]:
        accrued = [self._accrued(place, state, event.day) for place, state in enumerate(states)]
        owed = [(state[0], state[1]) for state in accrued]
        amount = min(event.amount, total_debt(owed))
        if not amount:
            return tuple(accrued), 0, None
        after = []
        for place, share in enumerate(split_payment(self._strategy, amount, owed, self._rates)):
            part = event._replace(loan=place, amount=share)
            state, _, refusal = self._apply_to_one(part, accrued[place])
            if refusal:
                return states, amount, refusal
            after.append(state)
        return tuple(after), amount, None

    def with_payment(self, payment: Payment) -> LoansOutcome:
        """What changes with one more payment."""
        event = self._payment(payment)
        place = bisect_left(self._keys, event.key)
        states, paid, refusal = self._apply(event, self._before[place])
        if refusal:
            return LoansOutcome(paid, [], refusal)
        return LoansOutcome(paid, *self._follow(place, states, event.loan, record=False))

    def insert(self, payment: Payment) -> LoansOutcome:
        """Adds a payment that was found possible."""
        event = self._payment(payment)
        place = bisect_left(self._keys, event.key)
        states, paid, _ = self._apply(event, self._before[place])
        self._events.insert(place, event)
        self._keys.insert(place, event.key)
        self._paid.insert(place, paid)
        self._before.insert(place, self._before[place])
        self._before[place + 1] = states
        return LoansOutcome(paid, *self._follow(place + 1, states, event.loan, record=True))

    def _follow(
        self, first: int, states: tuple[_Owed, ...], changed: int, *, record: bool
    ) -> tuple[list[Outflow], Refusal | None]:
        """From one event on, as long as a loan differs from its checkpoints; only those that differ are stepped.

        `changed` is the loan whose state was changed, or `ALL`.
        """
        now = list(states)
        differing = set(range(len(now))) if changed == ALL else {changed}
        changes: list[Outflow] = []
        for place in range(first, len(self._events)):
            event, known = self._events[place], self._before[place + 1]
            if event.loan == ALL or event.loan in differing:
                paid, refusal = self._step(event, now, differing, place)
                if paid != self._paid[place]:
                    changes.append(Outflow(event.key, event.source, paid - self._paid[place]))
                if refusal:
                    return changes, refusal
                if record:
                    self._paid[place] = paid
            if not differing:
                break
            if record:
                self._before[place + 1] = tuple(now[k] if k in differing else known[k] for k in range(len(now)))
        return changes, None

    def _step(self, event: _Event, now: list[_Owed], differing: set[int], place: int) -> tuple[Micros, Refusal | None]:
        """Applies an event to the states that differ, and drops from `differing` those that do so no more."""
        known = self._before[place + 1]
        if event.loan != ALL:
            now[event.loan], paid, refusal = self._apply_to_one(event, now[event.loan])
            if now[event.loan] == known[event.loan]:
                differing.discard(event.loan)
            return paid, refusal
        before = self._before[place]
        joined = tuple(now[k] if k in differing else before[k] for k in range(len(now)))
        now[:], paid, refusal = self._apply_to_all(event, joined)
        differing.clear()
        differing.update(k for k, state in enumerate(now) if state != known[k])
        return paid, refusal


def _terms(loan: Loan, plan: Plan) -> _Terms:
    forecast = plan.forecast
    return _Terms(
        loan.name,
        LoanInterest.of(loan, forecast.start_date, forecast.end_date),
        Fraction(loan.apr),
        loan.minimum_payment,
        loan.min_balance,
        loan.extra_payments_reduce_next_minimum,
    )


def _opening(loan: Loan, plan: Plan) -> _Owed:
    return loan.principal_balance, loan.interest_balance, loan.billing_cycle_payment_balance, plan.grid.days[0]

"""One pass through the days with everything that is to be executed, in the order of domain.md 2.

This writes balances, postings and interest. It decides nothing: what is executed was chosen before, and the first bound
that breaks ends it the day before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple, TypeAlias, TypeVar

from ef_engine.model.money import Micros
from ef_engine.simulation.journal import Journal
from ef_engine.simulation.movements import executor, settle
from ef_engine.simulation.observer import SILENT, Observer
from ef_engine.simulation.plan import Occurrence, Plan, first_key_of
from ef_engine.simulation.reasons import Breach
from ef_engine.simulation.result import Cause, Part, Posting, Series
from ef_engine.simulation.states import CardState, LoanState, OwnedState, RefusedError, State, opening_state


class Execution(NamedTuple):
    """An occurrence to be executed: its moment, its item, its original date as an ordinal, and its amount.

    The amount is whole cents; a payment to `ALL_LOANS` pays at most what is owed at its moment. `breach` is what broke
    when all of it was tried on its original day, None if nothing did.
    """

    key: int
    item: int
    date: int
    amount: Micros
    breach: Breach | None = None


Choices: TypeAlias = tuple[list[Execution], list[tuple[Occurrence, Breach]]]
"""What is executed of lower priorities; and what is not, with the breach of its test in full on its original day."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """Days until the end or until the day before a breach; `executed` holds amounts parallel to the executions."""

    dates: list[date]
    balances: list[Series]
    interest: list[Micros]
    gains: list[Micros]
    losses: list[Micros]
    postings: list[Posting]
    executed: list[Micros]
    breach: Breach | None


def replay(plan: Plan, executions: Sequence[Execution], observer: Observer = SILENT) -> Replayed:
    """Runs the days with `executions`, which stand in the order of their keys."""
    return _Replay(plan, executions).run(observer)


class _Replay:
    def __init__(self, plan: Plan, executions: Sequence[Execution]) -> None:
        self.plan = plan
        self.days = plan.grid.days
        self.executions = executions
        self.executed: list[Micros] = []
        self.memos = [item.memo for item in plan.forecast.budget_items]
        self.posting = ""
        self.states: list[State] = [opening_state(account, plan.forecast) for account in plan.forecast.accounts]
        self.loans = [state for state in self.states if isinstance(state, LoanState)]
        self.earning = [state for state in self.states if isinstance(state, OwnedState) and state.interest]
        self.primary = next(state for state in self.states if isinstance(state, OwnedState) and state.is_primary)
        self.due_loans = _by_step(plan, self.states, LoanState)
        self.due_cards = _by_step(plan, self.states, CardState)
        self.ends_of_cycles: list[tuple[CardState | LoanState, Micros]] = []
        self.journal = Journal(plan.forecast.start_date)
        self.executors = [executor(plan, item, self.states, self.journal) for item in range(len(plan.routes))]
        balances = [series for state in self.states for series in state.series]
        postings = self.journal.postings
        self.result = Replayed([self.journal.date], balances, [0], [0], [0], postings, self.executed, None)

    def run(self, observer: Observer) -> Replayed:
        observer.phase_begun("write", len(self.days) - 1)
        for step in range(1, len(self.days)):
            posted, executed = len(self.journal.postings), len(self.executed)
            try:
                self._day(step)
            except RefusedError as refusal:
                breach = self._breach(refusal, self.posting)
                del self.journal.postings[posted:]
                del self.executed[executed:]
                return replace(self.result, breach=breach)
            observer.advanced(step)
        return self.result

    def _day(self, step: int) -> None:
        """One simulated day: steps 1 to 7 of domain.md 2, from top to bottom."""
        self.journal.begin(self.plan.calendar[self.days[step] - self.days[0]])
        ended, self.ends_of_cycles = self.ends_of_cycles, []
        self._deposits(step)
        self._interest(step)
        self._loan_minimums(step)
        self._end_previous_cycles(ended)
        self._card_billings(step)
        self._items(step)
        self._close()

    def _deposits(self, step: int) -> None:
        """Step 1: deposits of priority 1."""
        self._execute(self.plan.interest_key(step))

    def _interest(self, step: int) -> None:
        """Step 2: interest of every interest date since the step before."""
        after, until = self.days[step - 1], self.days[step]
        for state in self.earning:
            credited = state.earn(after, until)
            if credited:
                self.journal.gain += credited
                self.journal.post(state.name, Part.BALANCE, credited, Cause.INTEREST_EARNED)
        for loan in self.loans:
            self.journal.interest += loan.accrue(after, until)

    def _loan_minimums(self, step: int) -> None:
        """Step 3: minimum payments of loans."""
        for loan in self.due_loans.get(step, ()):
            due = loan.due()
            if due:
                self._take_minimum(due, Cause.LOAN_MINIMUM)
                settle(self.journal, loan.account.name, loan.pay(due), Cause.LOAN_MINIMUM)
            loan.payments = 0
            self.ends_of_cycles.append((loan, loan.principal))

    def _end_previous_cycles(self, ended: list[tuple[CardState | LoanState, Micros]]) -> None:
        """Step 4: what stood right after a billing becomes the end of the previous cycle the day after."""
        for state, balance in ended:
            state.previous_cycle = balance

    def _card_billings(self, step: int) -> None:
        """Step 5: interest, minimum payment and roll-over of cards."""
        for card in self.due_cards.get(step, ()):
            self._bill(card)
            self.ends_of_cycles.append((card, card.previous))

    def _items(self, step: int) -> None:
        """Steps 6 and 7: everything else, more important priorities first."""
        self._execute(first_key_of(step + 1))

    def _close(self) -> None:
        """Writes the row of the day."""
        journal, result = self.journal, self.result
        for state in self.states:
            state.record()
        result.dates.append(journal.date)
        result.interest.append(journal.interest)
        result.gains.append(journal.gain)
        result.losses.append(journal.loss + journal.interest)

    def _execute(self, before: int) -> None:
        """Executes what is planned before a moment, in order."""
        executions, executed, executors, memos = self.executions, self.executed, self.executors, self.memos
        for k in range(len(executed), len(executions)):
            key, item, _, amount, _ = executions[k]
            if key >= before:
                break
            self.posting = memos[item]
            executed.append(executors[item](amount))

    def _bill(self, card: CardState) -> None:
        journal, name = self.journal, card.account.name
        paid_before, ended = card.payments, card.previous_cycle
        interest, due = card.bill()
        card.previous += interest
        journal.interest += interest
        if interest:
            journal.post(name, Part.PREVIOUS, interest, Cause.CARD_INTEREST)
        if due:
            self._take_minimum(due, Cause.CARD_MINIMUM)
            settle(journal, name, card.pay_minimum(interest, due), Cause.CARD_MINIMUM)
        elif paid_before > 0 and ended > 0:
            journal.post(name, Part.PREVIOUS, 0, Cause.CARD_MINIMUM_ALREADY_MADE)
            journal.post(self.primary.name, Part.BALANCE, 0, Cause.CARD_MINIMUM_ALREADY_MADE)
        rolled = card.roll()
        if rolled:
            journal.post(name, Part.CURRENT, -rolled, Cause.STATEMENT)
            journal.post(name, Part.PREVIOUS, rolled, Cause.STATEMENT)

    def _take_minimum(self, due: Micros, cause: Cause) -> None:
        """A minimum payment leaves the primary account."""
        self.posting = cause.value
        self.primary.take(due)
        self.journal.post(self.primary.name, Part.BALANCE, -due, cause)

    def _breach(self, refusal: RefusedError, posting: str) -> Breach:
        return Breach(refusal.bound, self.journal.date, refusal.account, posting, refusal.needed, refusal.available)


_Debt = TypeVar("_Debt", CardState, LoanState)


def _by_step(plan: Plan, states: Sequence[State], kind: type[_Debt]) -> dict[int, list[_Debt]]:
    """The debts of a kind that are billed, by step, in account order; twice where two billing dates share a step."""
    due: dict[int, list[_Debt]] = {}
    for state, billings in zip(states, plan.billings, strict=True):
        if isinstance(state, kind):
            for billing in billings:
                due.setdefault(billing.step, []).append(state)
    return due

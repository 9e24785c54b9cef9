"""One pass through the days with everything that is to be executed, in the order of domain.md 2.

This writes balances, postings and interest. It decides nothing: what is executed was chosen before, and the first bound
that breaks ends it the day before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple, TypeVar

from ef_engine.model.accounts import ALL_LOANS
from ef_engine.model.items import Movement
from ef_engine.model.money import Micros
from ef_engine.simulate.observer import SILENT, Observer
from ef_engine.simulate.plan import Plan
from ef_engine.simulate.reasons import Breach
from ef_engine.simulate.result import Cause, Part, Posting, Series
from ef_engine.simulate.split import split_payment, total_debt
from ef_engine.simulate.states import CardState, LoanState, OwnedState, Paid, RefusedError, State, opening_state


class Execution(NamedTuple):
    """An occurrence to be executed: its moment, its item, its original date as an ordinal, and its amount.

    The amount is whole cents; a payment to `ALL_LOANS` pays at most what is owed at its moment.
    """

    key: int
    item: int
    date: int
    amount: Micros


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
        forecast = plan.forecast
        self.plan = plan
        self.executions = executions
        self.states: list[State] = [opening_state(account, forecast) for account in forecast.accounts]
        self.loans = [state for state in self.states if isinstance(state, LoanState)]
        self.earning = [state for state in self.states if isinstance(state, OwnedState) and state.interest]
        self.primary = _owned(self.states[plan.primary])
        self.due_loans = _by_step(plan, self.states, LoanState)
        self.due_cards = _by_step(plan, self.states, CardState)
        self.handlers = [self._handler(k) for k in range(len(plan.routes))]
        self.ends_of_cycles: list[tuple[CardState | LoanState, Micros]] = []
        self.posting = ""
        self.date = forecast.start_date
        self.interest: Micros = 0
        self.gain: Micros = 0
        self.loss: Micros = 0
        self.result = Replayed([self.date], _series(self.states), [0], [0], [0], [], [], None)
        self.postings = self.result.postings
        self.executed = self.result.executed

    def run(self, observer: Observer) -> Replayed:
        steps = len(self.plan.grid.days)
        observer.phase_begun("write", steps - 1)
        for step in range(1, steps):
            posted, executed = len(self.postings), len(self.executed)
            try:
                self._day(step)
            except RefusedError as refusal:
                del self.postings[posted:]
                del self.executed[executed:]
                return replace(self.result, breach=self._breach(refusal))
            observer.advanced(step)
        return self.result

    def _day(self, step: int) -> None:
        """One simulated day: steps 1 to 7 of domain.md 2, from top to bottom."""
        self.date = date.fromordinal(self.plan.grid.days[step])
        self.interest = self.gain = self.loss = 0
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
        self._execute(self.plan.key(step, self.plan.ranks.interest, self.plan.grid.days[0]))

    def _interest(self, step: int) -> None:
        """Step 2: interest of every interest date since the step before."""
        after, until = self.plan.grid.days[step - 1], self.plan.grid.days[step]
        for state in self.earning:
            credited = state.earn(after, until)
            if credited:
                self.gain += credited
                self._post(state.name, Part.BALANCE, credited, Cause.INTEREST_EARNED)
        for loan in self.loans:
            self.interest += loan.accrue(after, until)

    def _loan_minimums(self, step: int) -> None:
        """Step 3: minimum payments of loans."""
        for loan in self.due_loans.get(step, ()):
            due = loan.due()
            if due:
                self._take_minimum(due, Cause.LOAN_MINIMUM)
                self._settle(loan.account.name, loan.pay(due), Cause.LOAN_MINIMUM)
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
        self._execute(self.plan.key(step + 1, 0, self.plan.grid.days[0]))

    def _close(self) -> None:
        """Writes the row of the day."""
        self.result.dates.append(self.date)
        for state in self.states:
            state.record()
        self.result.interest.append(self.interest)
        self.result.gains.append(self.gain)
        self.result.losses.append(self.loss + self.interest)

    def _execute(self, before: int) -> None:
        """Executes what is planned before a moment, in order."""
        executions, executed, k = self.executions, self.executed, len(self.executed)
        while k < len(executions) and executions[k].key < before:
            _, item, _, amount = executions[k]
            executed.append(self.handlers[item](item, amount))
            k += 1

    def _handler(self, item: int) -> Callable[[int, Micros], Micros]:
        """What executes the item; it returns the amount executed."""
        route = self.plan.routes[item]
        match route.movement:
            case Movement.DEPOSIT:
                return self._deposit
            case Movement.SPEND:
                return self._spend
            case Movement.PURCHASE:
                return self._purchase
            case Movement.TRANSFER:
                return self._transfer
            case _:
                return self._pay_all_loans if route.target == ALL_LOANS else self._pay_debt

    def _deposit(self, item: int, amount: Micros) -> Micros:
        state = self._state(self.plan.routes[item].target)
        state.balance += amount
        self.gain += amount
        self._post(state.name, Part.BALANCE, amount, Cause.DEPOSIT, item)
        return amount

    def _spend(self, item: int, amount: Micros) -> Micros:
        self.loss += amount
        self._take(item, amount, Cause.SPEND)
        return amount

    def _purchase(self, item: int, amount: Micros) -> Micros:
        card = self.states[self.plan.index[self.plan.routes[item].source or ""]]
        assert isinstance(card, CardState)
        self._name(item)
        card.purchase(amount)
        self.loss += amount
        self._post(card.account.name, Part.CURRENT, amount, Cause.PURCHASE, item)
        return amount

    def _transfer(self, item: int, amount: Micros) -> Micros:
        self._take(item, amount, Cause.TRANSFER)
        target = self._state(self.plan.routes[item].target)
        target.balance += amount
        self._post(target.name, Part.BALANCE, amount, Cause.TRANSFER, item)
        return amount

    def _pay_debt(self, item: int, amount: Micros) -> Micros:
        debt = self.states[self.plan.index[self.plan.routes[item].target or ""]]
        assert not isinstance(debt, OwnedState)
        cause = Cause.CARD_PAYMENT if isinstance(debt, CardState) else Cause.LOAN_PAYMENT
        self._take(item, amount, cause)
        self._pay(debt, amount, cause, item)
        return amount

    def _pay_all_loans(self, item: int, amount: Micros) -> Micros:
        """Splits at most what is owed; the source is tested once with the whole amount, then each loan."""
        owed = [(loan.principal, loan.interest) for loan in self.loans]
        amount = min(amount, total_debt(owed))
        if not amount:
            return 0
        strategy = self.plan.forecast.options.all_loans_strategy
        shares = split_payment(strategy, amount, owed, [loan.apr for loan in self.loans])
        self._name(item)
        source = self._state(self.plan.routes[item].source)
        source.take(amount)
        for loan, share in zip(self.loans, shares, strict=True):
            if share:
                self._post(source.name, Part.BALANCE, -share, Cause.LOAN_PAYMENT, item)
                self._pay(loan, share, Cause.LOAN_PAYMENT, item)
        return amount

    def _pay(self, debt: CardState | LoanState, amount: Micros, cause: Cause, item: int) -> None:
        paid = debt.pay(amount)
        debt.payments += amount
        self._settle(debt.account.name, paid, cause, item)

    def _bill(self, card: CardState) -> None:
        name, paid_before, ended = card.account.name, card.payments, card.previous_cycle
        interest, due = card.bill()
        card.previous += interest
        self.interest += interest
        if interest:
            self._post(name, Part.PREVIOUS, interest, Cause.CARD_INTEREST)
        if due:
            self._take_minimum(due, Cause.CARD_MINIMUM)
            self._settle(name, card.pay_minimum(interest, due), Cause.CARD_MINIMUM)
        elif paid_before > 0 and ended > 0:
            self._post(name, Part.PREVIOUS, 0, Cause.CARD_MINIMUM_ALREADY_MADE)
            self._post(self.primary.name, Part.BALANCE, 0, Cause.CARD_MINIMUM_ALREADY_MADE)
        rolled = card.roll()
        if rolled:
            self._post(name, Part.CURRENT, -rolled, Cause.STATEMENT)
            self._post(name, Part.PREVIOUS, rolled, Cause.STATEMENT)

    def _take(self, item: int, amount: Micros, cause: Cause) -> None:
        """Money leaves the item's source."""
        self._name(item)
        source = self._state(self.plan.routes[item].source)
        source.take(amount)
        self._post(source.name, Part.BALANCE, -amount, cause, item)

    def _take_minimum(self, due: Micros, cause: Cause) -> None:
        """A minimum payment leaves the primary account."""
        self.posting = cause.value
        self.primary.take(due)
        self._post(self.primary.name, Part.BALANCE, -due, cause)

    def _settle(self, account: str, paid: Paid, cause: Cause, item: int | None = None) -> None:
        for part, change in paid.changes:
            if change:
                self._post(account, part, change, cause, item)
        for part, change in paid.fractions:
            if change:
                self.interest += change
                self._post(account, part, change, Cause.FRACTION, item)

    def _post(self, account: str, part: Part, amount: Micros, cause: Cause, item: int | None = None) -> None:
        memo = "" if item is None else self.plan.forecast.budget_items[item].memo
        self.postings.append(Posting(self.date, account, part, amount, cause, memo, item))

    def _name(self, item: int) -> None:
        """Notes what is posted, for the sentence about a bound it may break."""
        self.posting = self.plan.forecast.budget_items[item].memo

    def _state(self, name: str | None) -> OwnedState:
        assert name is not None
        return _owned(self.states[self.plan.index[name]])

    def _breach(self, refusal: RefusedError) -> Breach:
        return Breach(refusal.bound, self.date, refusal.account, self.posting, refusal.needed, refusal.available)


def _owned(state: State) -> OwnedState:
    assert isinstance(state, OwnedState)
    return state


def _series(states: Sequence[State]) -> list[Series]:
    return [series for state in states for series in state.series]


_Debt = TypeVar("_Debt", CardState, LoanState)


def _by_step(plan: Plan, states: Sequence[State], kind: type[_Debt]) -> dict[int, list[_Debt]]:
    """The debts of a kind that are billed, by step, in account order; twice where two billing dates share a step."""
    due: dict[int, list[_Debt]] = {}
    for state, billings in zip(states, plan.billings, strict=True):
        if isinstance(state, kind):
            for billing in billings:
                due.setdefault(billing.step, []).append(state)
    return due

"""Everything accepted so far, and the question whether one thing more is possible.

An owned account without interest answers with its headroom, one with interest by stepping from flow to flow. A debt
answers by stepping its own events again; what that changes of its payments is held against the accounts that pay them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from ef_engine.model.accounts import ALL_LOANS, Checking, Credit, Investment, Savings
from ef_engine.model.items import Movement
from ef_engine.model.money import Micros, to_cents
from ef_engine.simulation.card import Card
from ef_engine.simulation.earning import EarningAccount
from ef_engine.simulation.ledger import Ledger, Shortage
from ef_engine.simulation.loans import ALL, Loans, Payment
from ef_engine.simulation.magnitude import needs_unbounded_integers
from ef_engine.simulation.outcome import Outcome, Outflow, Refusal
from ef_engine.simulation.plan import Plan
from ef_engine.simulation.reasons import Bound, Breach
from ef_engine.simulation.replay import Execution
from ef_engine.simulation.states import earned_interest

Flows = dict[int, list[tuple[int, Micros]]]
"""Signed flows of each owned account."""


class Books:
    """The accounts with everything accepted so far; `is_sound` tells whether that breaks no bound."""

    def __init__(self, plan: Plan, certain: Sequence[Execution]) -> None:
        """`certain` is everything of priority 1, sorted."""
        self._plan = plan
        self._sources = [self._index(route.source) for route in plan.routes]
        self._targets = [self._index(route.target) for route in plan.routes]
        flows: Flows = defaultdict(list)
        activity: dict[int, list[tuple[int, Micros]]] = defaultdict(list)
        payments: list[Payment] = []
        for execution in certain:
            self._sort_out(execution, flows, activity, payments)
        self._cards = {
            k: Card(account, plan.primary, plan.billings[k], activity[k])
            for k, account in enumerate(plan.forecast.accounts)
            if isinstance(account, Credit)
        }
        self._loans = Loans(plan, payments)
        debts: list[Card | Loans] = [*self._cards.values(), self._loans]
        for debt in debts:
            for key, account, paid in debt.outflows():
                flows[account].append((key, -paid))
        self._owned = self._open_accounts(flows)
        self.is_sound = all(debt.first_refusal is None for debt in debts) and all(
            account.is_sound() for account in self._owned.values()
        )

    def _index(self, name: str | None) -> int:
        """The position of an account; `ALL` for all loans, and of no use for the outside world."""
        return ALL if name is None or name == ALL_LOANS else self._plan.index[name]

    def _sort_out(
        self, execution: Execution, flows: Flows, activity: dict[int, list[tuple[int, Micros]]], payments: list[Payment]
    ) -> None:
        """Puts one certain execution where it counts; outflows to loans are known only to the loans."""
        key, item, _, amount, _ = execution
        source, target = self._sources[item], self._targets[item]
        movement = self._plan.routes[item].movement
        if movement is Movement.LOAN_PAYMENT:
            payments.append(Payment(key, target, source, amount))
            return
        if movement is Movement.PURCHASE:
            activity[source].append((key, amount))
            return
        if movement is not Movement.DEPOSIT:
            flows[source].append((key, -amount))
        if movement is Movement.CARD_PAYMENT:
            activity[target].append((key, -amount))
        elif movement is not Movement.SPEND:
            flows[target].append((key, amount))

    def _open_accounts(self, flows: Flows) -> dict[int, Ledger | EarningAccount]:
        exact = needs_unbounded_integers(self._plan)
        owned: dict[int, Ledger | EarningAccount] = {}
        for k, account in enumerate(self._plan.forecast.accounts):
            if not isinstance(account, Checking | Savings | Investment):
                continue
            interest = earned_interest(account, self._plan.forecast)
            dated = sorted(flows[k])
            if interest is None:
                owned[k] = Ledger(account.balance - account.min_balance, dated, exact)
            else:
                owned[k] = EarningAccount(self._plan, interest, account.balance, account.min_balance, dated)
        return owned

    def owed(self, execution: Execution) -> Micros | None:
        """The debt that an execution would pay, as rounded to cents; None if it pays none."""
        match self._plan.routes[execution.item].movement:
            case Movement.CARD_PAYMENT:
                return to_cents(self._cards[self._targets[execution.item]].debt_before(execution.key))
            case Movement.LOAN_PAYMENT:
                return self._loans.debt_before(execution.key, self._targets[execution.item])
            case _:
                return None

    def most_possible(self, execution: Execution) -> Micros:
        """More than this of an execution is certainly not possible: what is due later cannot fall below zero."""
        key, item, _, amount, _ = execution
        source, target = self._sources[item], self._targets[item]
        account = self._owned.get(source)
        if not isinstance(account, Ledger):
            return amount
        later: list[Outflow] = []
        if self._plan.routes[item].movement is Movement.CARD_PAYMENT:
            later = self._cards[target].outflows(key)
        elif self._plan.routes[item].movement is Movement.LOAN_PAYMENT:
            later = self._loans.later_outflows(key, target)
        return account.room(key, [outflow for outflow in later if outflow.account == source])

    def breach_of(self, execution: Execution) -> Breach | None:
        """The first bound that would break if this were executed too; None if none breaks until the end."""
        key, item, _, amount, _ = execution
        source, target = self._sources[item], self._targets[item]
        match self._plan.routes[item].movement:
            case Movement.PURCHASE:
                return self._breach(execution, 0, self._cards[source].with_activity(key, amount))
            case Movement.CARD_PAYMENT:
                card = self._cards[target]
                breach = self._breach_at_once(execution, amount, card.refusal_of(key, -amount), card.next_event(key))
                return breach or self._breach(execution, amount, card.with_activity(key, -amount))
            case Movement.LOAN_PAYMENT:
                return self._breach_of_loan_payment(execution, Payment(key, target, source, amount))
            case _:
                return self._breach(execution, amount, Outcome([], None))

    def _breach_of_loan_payment(self, execution: Execution, payment: Payment) -> Breach | None:
        loans, key = self._loans, payment.key
        paid = loans.paid_by(payment)
        if not paid:
            return Breach(Bound.NOTHING_OWED, self._plan.date_of(key), ALL_LOANS, "", payment.amount, 0)
        refusal, until = loans.refusal_of(payment), loans.next_event(key, payment.loan)
        breach = self._breach_at_once(execution, paid, refusal, until)
        if breach:
            return breach
        source = self._owned[payment.source]
        if (
            isinstance(source, Ledger)
            and loans.payments_are_always_taken(key, payment.loan)
            and source.lowest(key) >= paid
        ):
            return None
        return self._breach(execution, paid, loans.with_payment(payment))

    def _breach_at_once(
        self, execution: Execution, taken: Micros, refusal: Refusal | None, until: int | None
    ) -> Breach | None:
        """What a payment of a debt breaks before `until`, when the debt can first change another payment."""
        source = self._sources[execution.item]
        account = self._owned[source]
        if not isinstance(account, Ledger):
            return None
        shortage = account.shortage_before(execution.key, taken, until)
        return self._earlier((shortage, source) if shortage else None, refusal)

    def _breach(self, execution: Execution, taken: Micros, outcome: Outcome) -> Breach | None:
        """The earliest of what the accounts that pay and the debt itself refuse."""
        source = self._sources[execution.item]
        changes = _by_account(outcome.changes)
        shortages: list[tuple[Shortage, int]] = []
        for k in {source, *changes} if taken else changes:
            shortage = self._owned[k].shortage_of(execution.key, taken if k == source else 0, changes.get(k, ()))
            if shortage:
                shortages.append((shortage, k))
        return self._earlier(min(shortages, default=None), outcome.refusal)

    def _earlier(self, short: tuple[Shortage, int] | None, refusal: Refusal | None) -> Breach | None:
        """The earlier of a short account and a refusing debt; a source is tested before its target."""
        if short and (refusal is None or short[0].key <= refusal.key):
            (key, needed, available), k = short
            name = self._plan.forecast.accounts[k].name
            return Breach(Bound.MINIMUM, self._plan.date_of(key), name, "", needed, available)
        if refusal:
            key, bound, name, needed, available = refusal
            return Breach(bound, self._plan.date_of(key), name, "", needed, available)
        return None

    def accept(self, execution: Execution) -> None:
        """Enters an execution that was found possible."""
        key, item, _, amount, _ = execution
        source, target = self._sources[item], self._targets[item]
        match self._plan.routes[item].movement:
            case Movement.PURCHASE:
                self._change(self._cards[source].insert(key, amount))
            case Movement.CARD_PAYMENT:
                self._owned[source].insert(key, -amount)
                self._change(self._cards[target].insert(key, -amount))
            case Movement.LOAN_PAYMENT:
                payment = Payment(key, target, source, amount)
                self._owned[source].insert(key, -self._loans.paid_by(payment))
                self._change(self._loans.insert(payment).changes)
            case Movement.TRANSFER:
                self._owned[source].insert(key, -amount)
                self._owned[target].insert(key, amount)
            case _:
                self._owned[source].insert(key, -amount)

    def _change(self, outflows: Iterable[Outflow]) -> None:
        for k, changes in _by_account(outflows).items():
            self._owned[k].change(changes)


def _by_account(outflows: Iterable[Outflow]) -> dict[int, list[Outflow]]:
    changes: dict[int, list[Outflow]] = {}
    for outflow in outflows:
        changes.setdefault(outflow.account, []).append(outflow)
    return changes

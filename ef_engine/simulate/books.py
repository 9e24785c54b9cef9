"""Everything accepted so far, and the question whether one thing more is possible.

An owned account without interest answers with its headroom, one with interest by stepping from flow to flow. A debt
answers by stepping its own events again; what that changes of its payments is held against the accounts that pay them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from ef_engine.model.accounts import ALL_LOANS, Checking, Credit, Investment, Loan, Savings
from ef_engine.model.items import Movement
from ef_engine.model.money import Micros, to_cents
from ef_engine.simulate.card import Card, Refusal
from ef_engine.simulate.earning import EarningAccount
from ef_engine.simulate.ledger import Change, Ledger, Shortage
from ef_engine.simulate.loans import ALL, Loans, Outflow, Payment
from ef_engine.simulate.magnitude import needs_unbounded_integers
from ef_engine.simulate.plan import Plan
from ef_engine.simulate.reasons import Bound, Breach
from ef_engine.simulate.replay import Execution
from ef_engine.simulate.states import earned_interest

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
            k: Card(account, plan.billings[k], activity[k])
            for k, account in enumerate(plan.forecast.accounts)
            if isinstance(account, Credit)
        }
        self._loans = Loans(plan, payments)
        for card in self._cards.values():
            flows[plan.primary] += [(key, -due) for key, due in card.payments()]
        for key, account, paid in self._loans.outflows():
            flows[account].append((key, -paid))
        self._owned = self._open_accounts(flows)
        self.is_sound = (
            all(card.first_refusal is None for card in self._cards.values())
            and self._loans.first_refusal is None
            and all(account.is_sound() for account in self._owned.values())
        )

    def _index(self, name: str | None) -> int:
        """The position of an account; `ALL` for all loans, and of no use for the outside world."""
        return ALL if name is None or name == ALL_LOANS else self._plan.index[name]

    def _sort_out(
        self, execution: Execution, flows: Flows, activity: dict[int, list[tuple[int, Micros]]], payments: list[Payment]
    ) -> None:
        """Puts one certain execution where it counts; outflows to loans are known only to the loans."""
        key, item, _, amount = execution
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

    def is_possible(self, execution: Execution) -> bool:
        """Whether an execution breaks no bound; asks first what costs little."""
        return not self._is_short_at_once(execution) and self.breach_of(execution) is None

    def _is_short_at_once(self, execution: Execution) -> bool:
        """Whether a payment of a debt breaks its source before the debt can change any other payment."""
        key, item, _, amount = execution
        source = self._owned.get(self._sources[item])
        if not isinstance(source, Ledger):
            return False
        match self._plan.routes[item].movement:
            case Movement.CARD_PAYMENT:
                return source.lowest(key, self._cards[self._targets[item]].next_billing(key)) < amount
            case Movement.LOAN_PAYMENT:
                owed = self._loans.debt_before(key, self._targets[item])
                return source.lowest(key, self._loans.next_event(key)) < min(amount, owed)
            case _:
                return False

    def breach_of(self, execution: Execution) -> Breach | None:
        """The first bound that would break if this were executed too; None if none breaks until the end."""
        key, item, _, amount = execution
        source, target = self._sources[item], self._targets[item]
        match self._plan.routes[item].movement:
            case Movement.PURCHASE:
                changes, refusal = self._cards[source].with_activity(key, amount)
                return self._breach(execution, 0, self._primary(changes), refusal)
            case Movement.CARD_PAYMENT:
                changes, refusal = self._cards[target].with_activity(key, -amount)
                return self._breach(execution, amount, self._primary(changes), refusal)
            case Movement.LOAN_PAYMENT:
                paid, outflows, refusal = self._loans.with_payment(Payment(key, target, source, amount))
                if not paid:
                    return Breach(Bound.NOTHING_OWED, self._plan.date_of(key), ALL_LOANS, "", amount, 0)
                return self._breach(execution, paid, _by_account(outflows), refusal)
            case _:
                return self._breach(execution, amount, {}, None)

    def _primary(self, changes: list[Change]) -> dict[int, list[Change]]:
        return {self._plan.primary: changes} if changes else {}

    def _breach(
        self, execution: Execution, taken: Micros, changes: dict[int, list[Change]], refusal: Refusal | None
    ) -> Breach | None:
        """The earliest of what the accounts that pay and the debt itself refuse; a source is tested before its target."""
        source = self._sources[execution.item]
        shortages: list[tuple[Shortage, int]] = []
        for k in {source, *changes} if taken else changes:
            shortage = self._owned[k].shortage_of(execution.key, taken if k == source else 0, changes.get(k, ()))
            if shortage:
                shortages.append((shortage, k))
        first = min(shortages, default=None)
        if first and (refusal is None or first[0].key <= refusal.key):
            (key, needed, available), k = first
            name = self._plan.forecast.accounts[k].name
            return Breach(Bound.MINIMUM, self._plan.date_of(key), name, "", needed, available)
        if refusal:
            return Breach(
                refusal.bound, self._plan.date_of(refusal.key), refusal.account, "", refusal.needed, refusal.available
            )
        return None

    def accept(self, execution: Execution) -> None:
        """Enters an execution that was found possible."""
        key, item, _, amount = execution
        source, target = self._sources[item], self._targets[item]
        match self._plan.routes[item].movement:
            case Movement.PURCHASE:
                self._owned[self._plan.primary].change(self._cards[source].insert(key, amount))
            case Movement.CARD_PAYMENT:
                self._owned[source].insert(key, -amount)
                self._owned[self._plan.primary].change(self._cards[target].insert(key, -amount))
            case Movement.LOAN_PAYMENT:
                paid, outflows, _ = self._loans.insert(Payment(key, target, source, amount))
                self._owned[source].insert(key, -paid)
                for k, changes in _by_account(outflows).items():
                    self._owned[k].change(changes)
            case Movement.TRANSFER:
                self._owned[source].insert(key, -amount)
                self._owned[target].insert(key, amount)
            case _:
                self._owned[source].insert(key, -amount)


def _by_account(outflows: Iterable[Outflow]) -> dict[int, list[Change]]:
    changes: dict[int, list[Change]] = defaultdict(list)
    for key, account, amount in outflows:
        changes[account].append(Change(key, amount))
    return changes

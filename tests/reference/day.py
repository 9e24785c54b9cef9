"""One simulated day, to be read beside domain.md section 2, and the loop over all of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from ef_engine.model.items import Movement
from ef_engine.model.money import Micros
from ef_engine.simulation.result import Cause, Failure, Part, Posting
from tests.reference.billing import accrue_interest, bill_cards, pay_loan_minimums, remember_cycle_ends
from tests.reference.household import Household, Occurrence, Step
from tests.reference.ledger import Ledger
from tests.reference.payments import is_to_all_loans, pay_all_loans, pay_one
from tests.reference.reasons import BrokenBoundError


@dataclass(frozen=True, slots=True)
class Planned:
    """An occurrence to be executed on a step, with an amount in whole cents."""

    occurrence: Occurrence
    step: int
    amount: Micros


@dataclass(slots=True)
class Run:
    """What one full simulation of a plan yields; rows of `balances`, `interest`, ... belong to `dates`.

    `failure` is the first bound that broke, None if none did; then the rows end the step before it. `debts` says what
    could have been paid at most by each payment that was tried.
    """

    dates: list[date] = field(default_factory=list)
    balances: list[list[Micros]] = field(default_factory=list)
    interest: list[Micros] = field(default_factory=list)
    gains: list[Micros] = field(default_factory=list)
    losses: list[Micros] = field(default_factory=list)
    postings: list[Posting] = field(default_factory=list)
    executed: dict[tuple[int, date], Micros] = field(default_factory=dict)
    debts: dict[tuple[int, date], Micros] = field(default_factory=dict)
    failure: Failure | None = None

    def record(self, ledger: Ledger) -> None:
        """Keeps the step that has just ended without a broken bound."""
        self.dates.append(ledger.day)
        self.balances.append(list(ledger.balances.values()))
        self.interest.append(ledger.interest)
        self.gains.append(ledger.gains)
        self.losses.append(ledger.losses)
        self.postings.extend(ledger.postings)
        self.executed.update(ledger.executed)
        ledger.postings.clear()
        ledger.executed.clear()


def play(household: Household, plan: list[Planned]) -> Run:
    """Simulates every step from the start date on, up to the end date or the first broken bound."""
    ledger, run = Ledger(household), Run()
    run.debts = ledger.debts
    run.record(ledger)
    items: dict[int, list[Planned]] = {}
    for planned in sorted(plan, key=lambda planned: planned.occurrence.order):
        items.setdefault(planned.step, []).append(planned)
    for step in household.steps:
        try:
            play_step(ledger, step, items.get(step.index, []))
        except BrokenBoundError as broken:
            run.failure = broken.failure
            return run
        run.record(ledger)
    return run


def play_step(ledger: Ledger, step: Step, items: list[Planned]) -> None:
    """One day; `items` stand in their order within the day."""
    ledger.begin(step)
    ends_of_last_cycles, ledger.cycle_ends = ledger.cycle_ends, {}
    for planned in items:  # 1
        if planned.occurrence.route.movement is Movement.DEPOSIT:
            execute(ledger, planned)
    accrue_interest(ledger, step)  # 2
    pay_loan_minimums(ledger, step)  # 3
    remember_cycle_ends(ledger, ends_of_last_cycles)  # 4
    bill_cards(ledger, step)  # 5
    for planned in items:  # 6 and 7: the items are sorted by priority
        if planned.occurrence.route.movement is not Movement.DEPOSIT:
            execute(ledger, planned)


def execute(ledger: Ledger, planned: Planned) -> None:
    """Posts one item, or raises what bound it breaks."""
    occurrence, amount = planned.occurrence, planned.amount
    source, target = occurrence.route.source or "", occurrence.route.target or ""
    match occurrence.route.movement:
        case Movement.DEPOSIT:
            ledger.post(target, Part.BALANCE, amount, Cause.DEPOSIT, occurrence)
            ledger.gains += amount
        case Movement.SPEND:
            ledger.test_source(source, amount, occurrence.memo)
            ledger.post(source, Part.BALANCE, -amount, Cause.SPEND, occurrence)
            ledger.losses += amount
        case Movement.PURCHASE:
            ledger.test_purchase(source, amount, occurrence.memo)
            ledger.post(source, Part.CURRENT, amount, Cause.PURCHASE, occurrence)
            ledger.losses += amount
        case Movement.TRANSFER:
            ledger.test_source(source, amount, occurrence.memo)
            ledger.post(source, Part.BALANCE, -amount, Cause.TRANSFER, occurrence)
            ledger.post(target, Part.BALANCE, amount, Cause.TRANSFER, occurrence)
        case Movement.CARD_PAYMENT | Movement.LOAN_PAYMENT if is_to_all_loans(occurrence):
            amount = pay_all_loans(ledger, occurrence, source, amount)
        case Movement.CARD_PAYMENT | Movement.LOAN_PAYMENT:
            amount = pay_one(ledger, occurrence, source, target, amount)
    ledger.executed[occurrence.key] = amount

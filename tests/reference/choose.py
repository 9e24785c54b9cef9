"""Which occurrences are executed, when and how much: the definition of domain.md section 3, executed literally.

Every question "is it accepted?" is one full simulation of everything accepted so far plus the item in question.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from ef_engine.model.items import Movement
from ef_engine.model.money import CENT, Micros, to_cents
from ef_engine.simulation.result import Failure
from tests.reference.day import Planned, Run, play
from tests.reference.household import Household, Occurrence
from tests.reference.payments import is_to_all_loans
from tests.reference.reasons import nothing_owed


@dataclass(slots=True)
class Choice:
    """The plan so far, its simulation, and the first bound that broke when an occurrence was tested in full.

    `broken` holds tests on the original date only.
    """

    plan: list[Planned]
    run: Run
    broken: dict[tuple[int, date], Failure] = field(default_factory=dict)


def choose(household: Household) -> Choice:
    """Satisfices priority 1; if that is feasible, settles every other priority for the whole horizon."""
    plan = [
        Planned(occurrence, occurrence.own_step, to_cents(occurrence.requested))
        for occurrence in household.occurrences
        if occurrence.priority == 1 and occurrence.own_step is not None
    ]
    choice = Choice(plan, play(household, plan))
    if choice.run.failure is None:
        for priority in sorted({occurrence.priority for occurrence in household.occurrences} - {1}):
            _settle(household, choice, priority)
    return choice


def _settle(household: Household, choice: Choice, priority: int) -> None:
    """Each day's own items in order, then the items that wait for it."""
    income_steps = {o.own_step for o in household.occurrences if o.route.movement is Movement.DEPOSIT}
    waiting: list[Occurrence] = []
    for step in household.steps:
        own = [o for o in household.occurrences if o.priority == priority and o.own_step == step.index]
        again, waiting = (waiting, []) if step.index in income_steps else ([], waiting)
        for occurrence in [*_in_order(own), *_in_order(again)]:
            if not _accept(household, choice, occurrence, step.index) and occurrence.deferrable:
                waiting.append(occurrence)


def _in_order(occurrences: list[Occurrence]) -> list[Occurrence]:
    return sorted(occurrences, key=lambda occurrence: occurrence.order)


def _accept(household: Household, choice: Choice, occurrence: Occurrence, step: int) -> bool:
    """Adds the occurrence to the plan on that step, in full or else in part; False if neither is feasible."""
    full = Planned(occurrence, step, to_cents(occurrence.requested))
    run = _try(household, choice, full)
    if run.failure and step == occurrence.own_step:
        choice.broken[occurrence.key] = run.failure
    if run.failure and occurrence.partial:
        amount = _largest_feasible(household, choice, full, run.debts.get(occurrence.key))
        full = Planned(occurrence, step, amount)
        run = _try(household, choice, full) if amount else run
    if run.failure:
        return False
    choice.plan.append(full)
    choice.run = run
    return True


def _try(household: Household, choice: Choice, planned: Planned) -> Run:
    """One full simulation of everything accepted so far plus this item."""
    run = play(household, [*choice.plan, planned])
    run.failure = run.failure or _found_nothing_owed(planned, run)
    return run


def _found_nothing_owed(planned: Planned, run: Run) -> Failure | None:
    paid = run.executed.get(planned.occurrence.key)
    if is_to_all_loans(planned.occurrence) and paid == 0 < planned.amount:
        day = run.dates[planned.step + 1]
        return nothing_owed(day, planned.occurrence.memo, planned.amount)
    return None


def _largest_feasible(household: Household, choice: Choice, full: Planned, debt: Micros | None) -> Micros:
    """The bisection in cents of domain.md 3.2; 0 if not even one cent is feasible."""

    def is_feasible(amount: Micros) -> bool:
        return _try(household, choice, Planned(full.occurrence, full.step, amount)).failure is None

    cap = full.amount if debt is None else min(full.amount, debt)
    if cap <= 0 or (cap < full.amount and is_feasible(cap)):
        return max(0, cap)
    low, high = 0, cap // CENT
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if is_feasible(middle * CENT) else (low, middle)
    return low * CENT

"""The slow reference: a forecast in, a `Simulation` out, to be compared for equality with the engine's."""

from __future__ import annotations

from datetime import date

from ef_engine.model.forecast import Forecast
from ef_engine.model.money import Micros, to_cents
from ef_engine.simulation.result import Decision, DecisionStatus, Failure, Series, Simulation
from tests.reference.choose import Choice, choose
from tests.reference.day import Planned, Run
from tests.reference.household import Household, Occurrence, Step, household_of
from tests.reference.ledger import opening_balances
from tests.reference.reasons import ON_THE_START_DATE, nothing_more_owed, nothing_owed


def simulate(forecast: Forecast) -> Simulation:
    """Simulates a valid forecast by the definition of domain.md sections 2, 3 and 5."""
    household = household_of(forecast)
    choice = choose(household)
    run = choice.run
    return Simulation(
        dates=run.dates,
        balances=_series(forecast, run),
        interest=run.interest,
        gains=run.gains,
        losses=run.losses,
        postings=run.postings,
        decisions=_decisions(household, choice),
        failure=run.failure,
    )


def _series(forecast: Forecast, run: Run) -> list[Series]:
    names = [(account.name, part) for account in forecast.accounts for part in opening_balances(account)]
    columns = zip(*run.balances, strict=True)
    return [Series(account, part, list(values)) for (account, part), values in zip(names, columns, strict=True)]


def _decisions(household: Household, choice: Choice) -> list[Decision]:
    """One an occurrence, by original date, priority and order within the day."""
    planned = {plan.occurrence.key: plan for plan in choice.plan}
    occurrences = sorted(household.occurrences, key=lambda occurrence: (occurrence.original_date, occurrence.order))
    return [_decision(household, choice, occurrence, planned.get(occurrence.key)) for occurrence in occurrences]


def _decision(household: Household, choice: Choice, occurrence: Occurrence, planned: Planned | None) -> Decision:
    if occurrence.own_step is None:
        return _skipped(occurrence, None)
    executed = choice.run.executed.get(occurrence.key)
    broken = choice.broken.get(occurrence.key)
    if planned is None or executed is None:
        return _skipped(occurrence, broken or choice.run.failure)
    return _executed(occurrence, household.steps[planned.step], executed, broken)


def _executed(occurrence: Occurrence, step: Step, executed: Micros, broken: Failure | None) -> Decision:
    """The decision on an occurrence of the plan, by what the last simulation posted for it."""
    requested = to_cents(occurrence.requested)
    if executed == requested and step.index == occurrence.own_step:
        return _decided(occurrence, DecisionStatus.CONFIRMED, step.day, executed)
    if executed == 0:
        return _skipped(occurrence, broken or nothing_owed(step.day, occurrence.memo, requested))
    broken = broken or nothing_more_owed(step.day, occurrence.memo, requested, executed)
    status = DecisionStatus.REDUCED if executed < requested else DecisionStatus.DEFERRED
    return _decided(occurrence, status, step.day, executed, broken)


def _skipped(occurrence: Occurrence, broken: Failure | None) -> Decision:
    return _decided(occurrence, DecisionStatus.SKIPPED, None, 0, broken)


def _decided(
    occurrence: Occurrence,
    status: DecisionStatus,
    executed_date: date | None,
    executed: Micros,
    broken: Failure | None = None,
) -> Decision:
    """The decision, explained by the first bound that broke, if any did."""
    unexplained = ON_THE_START_DATE if occurrence.own_step is None else ""
    return Decision(
        original_date=occurrence.original_date,
        executed_date=executed_date,
        priority=occurrence.priority,
        memo=occurrence.memo,
        requested=occurrence.requested,
        executed=executed,
        status=status,
        reason=broken.reason if broken else unexplained,
        binding_date=broken.date if broken else None,
        binding_account=broken.account if broken else None,
        shortfall=broken.needed - broken.available if broken else None,
    )

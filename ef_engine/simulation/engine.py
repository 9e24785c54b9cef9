"""From a forecast to its simulation: satisfice, choose, write (domain.md 2 and 3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ef_engine.model.forecast import Forecast
from ef_engine.simulation.decisions import decisions
from ef_engine.simulation.observer import SILENT, Observer
from ef_engine.simulation.plan import Plan, compile_plan
from ef_engine.simulation.reasons import Breach
from ef_engine.simulation.replay import Choices, Execution, replay
from ef_engine.simulation.result import Failure, Simulation


def simulate(forecast: Forecast, observer: Observer = SILENT) -> Simulation:
    """Simulates a valid forecast from its start date to its end date.

    An infeasible forecast is a result, not an error: its `failure` is set and its rows end the day before. Raises only
    what `observer.advanced` raises.
    """
    plan = compile_plan(forecast)
    certain = sorted(_certain(plan))
    chosen, skipped = _choices(plan, certain, observer)
    executions = sorted(certain + chosen) if chosen else certain
    replayed = replay(plan, executions, observer)
    return Simulation(
        dates=replayed.dates,
        balances=replayed.balances,
        interest=replayed.interest,
        gains=replayed.gains,
        losses=replayed.losses,
        postings=replayed.postings,
        decisions=decisions(plan, executions, skipped, replayed),
        failure=_failure(replayed.breach),
    )


def _certain(plan: Plan) -> Iterator[Execution]:
    """Everything of priority 1."""
    for occurrence in plan.occurrences_of(1):
        item, ordinal, step = occurrence
        yield Execution(plan.item_key(occurrence, step), item, ordinal, plan.amounts[item])


def _choices(plan: Plan, certain: Sequence[Execution], observer: Observer) -> Choices:
    """The choices of lower priorities; none if priority 1 alone breaks a bound."""
    if not any(any(plan.occurrences_of(priority)) for priority in plan.priorities()):
        return [], []
    # These need numpy, a tenth of a second to import, which a forecast with nothing to choose does without.
    from ef_engine.simulation.books import Books
    from ef_engine.simulation.choose import choose

    books = Books(plan, certain)
    return choose(plan, books, observer) if books.is_sound else ([], [])


def _failure(breach: Breach | None) -> Failure | None:
    if breach is None:
        return None
    return Failure(breach.date, breach.posting, breach.account, breach.needed, breach.available, breach.reason)

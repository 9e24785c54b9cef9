"""From a forecast to its simulation: satisfice, choose, write (domain.md 2 and 3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from ef_engine.model.accounts import ALL_LOANS
from ef_engine.model.forecast import Forecast
from ef_engine.model.money import Micros
from ef_engine.simulate.books import Books
from ef_engine.simulate.choose import Choice, choose
from ef_engine.simulate.observer import SILENT, Observer
from ef_engine.simulate.plan import Occurrence, Plan, compile_plan, step_of_key
from ef_engine.simulate.reasons import ON_START_DATE, Bound, Breach
from ef_engine.simulate.replay import Execution, Replayed, replay
from ef_engine.simulate.result import Decision, DecisionStatus, Failure, Simulation


def simulate(forecast: Forecast, observer: Observer = SILENT) -> Simulation:
    """Simulates a valid forecast from its start date to its end date.

    An infeasible forecast is a result, not an error: its `failure` is set and its rows end the day before. Raises only
    what `observer.advanced` raises.
    """
    plan = compile_plan(forecast)
    certain = sorted(_certain(plan))
    optional = any(plan.occurrences_of(priority) for priority in plan.priorities())
    choices = _choices(plan, certain, observer) if optional else []
    executions = sorted([*certain, *(choice.execution for choice in choices if choice.execution)])
    replayed = replay(plan, executions, observer)
    return _simulation(plan, executions, choices, replayed)


def _certain(plan: Plan) -> Iterator[Execution]:
    """Everything of priority 1."""
    rank, key = plan.ranks.items, plan.key
    for occurrence in plan.occurrences_of(1):
        item, ordinal, step = occurrence
        yield Execution(key(step, rank[item], ordinal), item, ordinal, plan.amounts[item])


def _choices(plan: Plan, certain: Sequence[Execution], observer: Observer) -> list[Choice]:
    """The choices of lower priorities; none if priority 1 alone breaks a bound."""
    books = Books(plan, certain)
    return choose(plan, books, observer) if books.is_sound else []


def _simulation(
    plan: Plan, executions: Sequence[Execution], choices: Sequence[Choice], replayed: Replayed
) -> Simulation:
    return Simulation(
        dates=replayed.dates,
        balances=replayed.balances,
        interest=replayed.interest,
        gains=replayed.gains,
        losses=replayed.losses,
        postings=replayed.postings,
        decisions=_Decisions(plan, executions, choices, replayed).all(),
        failure=_failure(replayed.breach),
    )


def _failure(breach: Breach | None) -> Failure | None:
    if breach is None:
        return None
    return Failure(breach.date, breach.posting, breach.account, breach.needed, breach.available, breach.reason)


class _Decisions:
    """One decision an occurrence, in order of date, priority and place within the day."""

    def __init__(
        self, plan: Plan, executions: Sequence[Execution], choices: Sequence[Choice], replayed: Replayed
    ) -> None:
        self._plan = plan
        self._failure = replayed.breach
        self._items = plan.forecast.budget_items
        self._executed = {
            (execution.item, execution.date): (execution.key, amount)
            for execution, amount in zip(executions, replayed.executed, strict=False)
        }
        self._breaches = {choice.occurrence: choice.breach for choice in choices}

    def all(self) -> list[Decision]:
        """Those of the start date first."""
        start = self._plan.forecast.start_date
        ranks = self._plan.ranks.items
        on_start = [
            self._skipped(k, start, ON_START_DATE, None) for k in sorted(self._plan.on_start, key=ranks.__getitem__)
        ]
        later = [(o.date, ranks[o.item], o) for dated in self._plan.occurrences for o in dated]
        later.sort()
        return on_start + [self._of(occurrence) for _, _, occurrence in later]

    def _of(self, occurrence: Occurrence) -> Decision:
        item = self._items[occurrence.item]
        original = date.fromordinal(occurrence.date)
        key, amount = self._executed.get((occurrence.item, occurrence.date), (None, 0))
        if key is not None and amount == self._plan.amounts[occurrence.item] and step_of_key(key) == occurrence.step:
            return Decision(
                original,
                self._plan.date_of(key),
                item.priority,
                item.memo,
                item.amount,
                amount,
                DecisionStatus.CONFIRMED,
            )
        breach = self._reason(occurrence, key, amount)
        if key is None or not amount:
            return self._skipped(occurrence.item, original, breach.reason, breach)
        status = DecisionStatus.REDUCED if amount < self._plan.amounts[occurrence.item] else DecisionStatus.DEFERRED
        return Decision(
            original,
            self._plan.date_of(key),
            item.priority,
            item.memo,
            item.amount,
            amount,
            status,
            breach.reason,
            breach.date,
            breach.account,
            breach.shortfall,
        )

    def _reason(self, occurrence: Occurrence, key: int | None, amount: Micros) -> Breach:
        """Why an occurrence is not executed in full on its day."""
        breach = self._breaches.get(occurrence) or (self._failure if key is None else None)
        if breach:
            return breach
        assert key is not None
        asked = self._plan.amounts[occurrence.item]
        bound = Bound.NOTHING_MORE_OWED if amount else Bound.NOTHING_OWED
        return Breach(bound, self._plan.date_of(key), ALL_LOANS, "", asked, amount)

    def _skipped(self, item: int, original: date, reason: str, breach: Breach | None) -> Decision:
        asked = self._items[item]
        decision = Decision(original, None, asked.priority, asked.memo, asked.amount, 0, DecisionStatus.SKIPPED, reason)
        if breach is None:
            return decision
        return decision._replace(binding_date=breach.date, binding_account=breach.account, shortfall=breach.shortfall)

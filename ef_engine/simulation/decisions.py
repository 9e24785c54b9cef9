"""One decision for every occurrence: what was executed of it and, if not all of it on its day, why (domain.md 3, 4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from ef_engine.model.accounts import ALL_LOANS
from ef_engine.model.money import Micros
from ef_engine.simulation.plan import Occurrence, Plan, step_of_key
from ef_engine.simulation.reasons import ON_START_DATE, Bound, Breach
from ef_engine.simulation.replay import Execution, Replayed
from ef_engine.simulation.result import Decision, DecisionStatus

_Placed = tuple[int, int, Decision]
"""A decision with the original date and the rank it is sorted by."""


def decisions(
    plan: Plan, executions: Sequence[Execution], skipped: Iterable[tuple[Occurrence, Breach]], replayed: Replayed
) -> list[Decision]:
    """All decisions in order of original date, priority and place within the day."""
    ranks = plan.ranks.items
    first = plan.grid.days[0]
    placed: list[_Placed] = [(first, ranks[k], _skipped(plan, k, first, None)) for k in plan.on_start]
    placed += _executed(plan, executions, replayed.executed)
    placed += ((o.date, ranks[o.item], _skipped(plan, o.item, o.date, breach)) for o, breach in skipped)
    if replayed.breach:
        placed += _undone(
            plan, {(item, ordinal) for _, item, ordinal, _, _ in executions[: len(replayed.executed)]}, replayed.breach
        )
    placed.sort()
    return [decision for _, _, decision in placed]


def _executed(plan: Plan, executions: Sequence[Execution], amounts: Sequence[Micros]) -> Iterator[_Placed]:
    items, asked_of, ranks, calendar = plan.forecast.budget_items, plan.amounts, plan.ranks.items, plan.calendar
    first, confirmed = plan.grid.days[0], DecisionStatus.CONFIRMED
    for execution, amount in zip(executions, amounts, strict=False):
        key, k, ordinal, _, _ = execution
        if amount == asked_of[k] and step_of_key(key) == plan.grid.step_of(ordinal):
            item, day = items[k], plan.date_of(key)
            original = calendar[ordinal - first]
            yield ordinal, ranks[k], Decision(original, day, item.priority, item.memo, item.amount, amount, confirmed)
        else:
            yield ordinal, ranks[k], _partly(plan, execution, amount)


def _partly(plan: Plan, execution: Execution, amount: Micros) -> Decision:
    """Executed later than asked, or not in full, because of a breach or because no more was owed."""
    key, k, ordinal, _, breach = execution
    day, asked = plan.date_of(key), plan.amounts[k]
    if breach is None:
        bound = Bound.NOTHING_MORE_OWED if amount else Bound.NOTHING_OWED
        breach = Breach(bound, day, ALL_LOANS, "", asked, amount)
    if not amount:
        return _skipped(plan, k, ordinal, breach)
    status = DecisionStatus.REDUCED if amount < asked else DecisionStatus.DEFERRED
    decision = _skipped(plan, k, ordinal, breach)
    return decision._replace(executed_date=day, executed=amount, status=status)


def _undone(plan: Plan, executed: set[tuple[int, int]], breach: Breach) -> Iterator[_Placed]:
    """Of an infeasible forecast: everything that was not executed before the breach."""
    for dated in plan.occurrences:
        for k, ordinal, _ in dated:
            if (k, ordinal) not in executed:
                yield ordinal, plan.ranks.items[k], _skipped(plan, k, ordinal, breach)


def _skipped(plan: Plan, k: int, ordinal: int, breach: Breach | None) -> Decision:
    """Not executed, because of a breach, or because it is dated on the start date."""
    item = plan.forecast.budget_items[k]
    original, status = date.fromordinal(ordinal), DecisionStatus.SKIPPED
    if breach is None:
        return Decision(original, None, item.priority, item.memo, item.amount, 0, status, ON_START_DATE)
    why = (breach.reason, breach.date, breach.account, breach.shortfall)
    return Decision(original, None, item.priority, item.memo, item.amount, 0, status, *why)

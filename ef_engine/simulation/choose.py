"""What of the lower priorities is executed (domain.md 3): one priority after another, one day after another.

The definition asks for a full simulation for every question; `Books` gives the same answers for less.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field

from ef_engine.model.money import CENT, Micros
from ef_engine.simulation.books import Books
from ef_engine.simulation.observer import Observer
from ef_engine.simulation.plan import Occurrence, Plan
from ef_engine.simulation.reasons import Breach
from ef_engine.simulation.replay import Choices, Execution


@dataclass
class _Agenda:
    """The occurrences of one priority still to be decided, by step; deferred ones come after the step's own."""

    own: dict[int, list[Occurrence]] = field(default_factory=lambda: defaultdict(list))
    deferred: dict[int, list[Occurrence]] = field(default_factory=lambda: defaultdict(list))


def choose(plan: Plan, books: Books, observer: Observer) -> Choices:
    """Decides every occurrence of every priority above 1, in order; `books` then hold all that is accepted."""
    choices: Choices = ([], [])
    for priority in plan.priorities():
        _Priority(plan, books, priority, choices).decide(observer)
    return choices


class _Priority:
    def __init__(self, plan: Plan, books: Books, priority: int, choices: Choices) -> None:
        self._plan, self._books, self._priority, self._choices = plan, books, priority, choices
        self._agenda = _Agenda()
        for occurrence in plan.occurrences_of(priority):
            self._agenda.own[occurrence.step].append(occurrence)
        self._breaches: dict[Occurrence, Breach] = {}
        self._decided = 0

    def decide(self, observer: Observer) -> None:
        own, deferred = self._agenda.own, self._agenda.deferred
        observer.phase_begun(f"priority {self._priority}", sum(map(len, own.values())))
        steps = sorted({*own, *self._plan.deposit_steps})
        for step in steps:
            for dated in (own.pop(step, []), deferred.pop(step, [])):
                for occurrence in sorted(dated, key=lambda o: self._plan.item_key(o, step)):
                    self._decide(occurrence, step)
                    observer.advanced(self._decided)

    def _decide(self, occurrence: Occurrence, step: int) -> None:
        """Full amount, else part of it, else later, else not at all."""
        item = self._plan.forecast.budget_items[occurrence.item]
        asked = self._execution(occurrence, step, self._plan.amounts[occurrence.item])
        breach = self._books.breach_of(asked)
        if breach is None:
            self._accept(occurrence, asked)
            return
        self._breaches.setdefault(occurrence, breach)
        amount = self._largest_part(asked) if item.partial_payment_allowed else 0
        if amount:
            self._accept(occurrence, asked._replace(amount=amount))
        elif not (item.deferrable and self._defer(occurrence, step)):
            self._choices[1].append((occurrence, self._breaches[occurrence]))
            self._decided += 1

    def _execution(self, occurrence: Occurrence, step: int, amount: Micros) -> Execution:
        return Execution(self._plan.item_key(occurrence, step), occurrence.item, occurrence.date, amount)

    def _accept(self, occurrence: Occurrence, execution: Execution) -> None:
        self._books.accept(execution)
        self._choices[0].append(execution._replace(breach=self._breaches.get(occurrence)))
        self._decided += 1

    def _defer(self, occurrence: Occurrence, step: int) -> bool:
        """Moves an occurrence to the next later step with a deposit; False if there is none."""
        deposits = self._plan.deposit_steps
        later = bisect_right(deposits, step)
        if later == len(deposits):
            return False
        self._agenda.deferred[deposits[later]].append(occurrence)
        return True

    def _largest_part(self, asked: Execution) -> Micros:
        """The amount the bisection of domain.md 3.2 ends at, in whole cents; 0 if it finds none.

        That procedure is the definition: feasibility is not monotone in every case, so another search might differ.
        """
        owed = self._books.owed(asked)
        most = asked.amount if owed is None else min(asked.amount, owed)
        if most < asked.amount and most and self._is_possible(asked, most):
            return most
        limit = self._books.most_possible(asked) // CENT
        low, high = 0, most // CENT
        while high - low > 1:
            middle = (low + high) // 2
            if middle <= limit and self._is_possible(asked, middle * CENT):
                low = middle
            else:
                high = middle
        return low * CENT

    def _is_possible(self, asked: Execution, amount: Micros) -> bool:
        return self._books.breach_of(asked._replace(amount=amount)) is None

"""A forecast set: a base forecast, optional items, and choices among them; its scenarios are ordinary forecasts.

The first choice varies fastest: two choices of two options give Core | A | C, Core | B | C, Core | A | D, Core | B | D.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product

from ef_engine.model.forecast import Forecast
from ef_engine.model.items import BudgetItem

CORE = "Core"
"""The name of the base scenario, and the first part of every scenario's name."""

SEPARATOR = " | "


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One way to decide a choice: the optional items whose memo one of the patterns matches (`re.search`)."""

    name: str
    memo_regexes: tuple[str, ...]

    def selects(self, item: BudgetItem) -> bool:
        """Whether the option takes the item into its scenarios."""
        return is_selected(item.memo, self.memo_regexes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Something to decide; every scenario takes exactly one of its options (at least one)."""

    name: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastSet:
    """A valid forecast set.

    Every option selects at least one optional item, and no item is selected by options of two choices. The order of
    choices and options is that of the scenarios' names and numbers. `label` is a name for people and no part of the id.
    """

    base: Forecast
    optional_budget_items: tuple[BudgetItem, ...] = ()
    choices: tuple[Choice, ...] = ()
    label: str = ""


def is_selected(memo: str, patterns: tuple[str, ...]) -> bool:
    """Whether one of the patterns matches the memo."""
    return any(re.search(pattern, memo) for pattern in patterns)


def scenarios(forecast_set: ForecastSet) -> list[tuple[str, Forecast]]:
    """Each scenario's name and forecast, in the order of domain.md 1.5; `Core` alone without choices.

    A member's label is its scenario's name after the set's label (`My plans: Core | A | C`); a set without a label
    lends its base's, and without that the name stands alone. Optional items follow the base's, in the set's order.
    """
    base, items = forecast_set.base, forecast_set.optional_budget_items
    label = forecast_set.label or base.label
    prefix = f"{label}: " if label else ""
    options = {option for choice in forecast_set.choices for option in choice.options}
    taken = {option: {item for item in items if option.selects(item)} for option in options}
    return [
        (name, replace(base, budget_items=base.budget_items + _chosen(items, chosen, taken), label=prefix + name))
        for name, chosen in _combinations(forecast_set.choices)
    ]


def _combinations(choices: tuple[Choice, ...]) -> Iterator[tuple[str, tuple[Option, ...]]]:
    """Names and options of the scenarios; `product` varies its last factor fastest, so the choices go in reversed."""
    for backwards in product(*(choice.options for choice in reversed(choices))):
        options = backwards[::-1]
        yield SEPARATOR.join((CORE, *(option.name for option in options))), options


def _chosen(
    items: tuple[BudgetItem, ...], options: tuple[Option, ...], taken: Mapping[Option, set[BudgetItem]]
) -> tuple[BudgetItem, ...]:
    """The items one of the options takes, in the set's order."""
    return tuple(item for item in items if any(item in taken[option] for option in options))

"""What must hold of a forecast set's choices: names, and what options select (domain.md 1.5).

Two options of one choice may select the same item, since no scenario has both; options of two choices may not.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from ef_engine.model.account_checks import repeated
from ef_engine.model.findings import Finding
from ef_engine.model.forecast_set import is_selected
from ef_engine.model.reading import Row
from ef_engine.model.wording import quoted

MOST_SCENARIOS = 100_000


def check_choices(forecast_set: Row) -> Iterator[Finding]:
    """Problems of a set's choices and options."""
    choices = forecast_set.rows("choices")
    yield from repeated(choices, "name", "a choice")
    for choice in choices:
        yield from repeated(choice.rows("options"), "name", "an option of this choice")
        if choice.has("options") and not choice["options"]:
            yield choice.finding("options", "hold no option", "add one or remove the choice")
    if (count := prod(len(choice.rows("options")) for choice in choices)) > MOST_SCENARIOS:
        problem = f"make {count} scenarios, more than {MOST_SCENARIOS}"
        yield forecast_set.finding("choices", problem, "split the set or remove options")
    items = forecast_set.rows("optional_budget_items")
    if forecast_set.has("optional_budget_items") and all(item.has("memo") for item in items):
        yield from _check_selection(choices, [item["memo"] for item in items])


def _check_selection(choices: tuple[Row, ...], memos: list[str]) -> Iterator[Finding]:
    taken: dict[str, Row] = {}
    for choice in choices:
        of_choice: dict[str, Row] = {}
        for option in choice.rows("options"):
            if not option.has("memo_regexes"):
                continue
            selected = [memo for memo in memos if is_selected(memo, option["memo_regexes"])]
            if not selected:
                yield option.finding("memo_regexes", "select no optional budget item", "correct them or add the item")
            yield from (_twice(option, memo, taken[memo]) for memo in selected if memo in taken)
            of_choice |= dict.fromkeys(selected, option)
        taken |= of_choice


def _twice(option: Row, memo: str, other: Row) -> Finding:
    name = quoted(other["name"]) if other.has("name") else "an option"
    problem = f"select {quoted(memo)}, which {name} of another choice selects too"
    return option.finding("memo_regexes", problem, "let one choice alone select it")

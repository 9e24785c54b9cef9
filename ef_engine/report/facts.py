"""What `show` tells, as lines for people: a fact a line, lists below each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ef_engine.report.tree import tree_lines


def fact_lines(facts: Mapping[str, Any], encoding: str = "utf-8") -> list[str]:
    """The facts in their order; what there is nothing to say about is left out.

    `encoding` is what the lines will be written in, which decides what a family tree is drawn with.
    """
    return [line for fact, value in facts.items() for line in _lines(fact, value, encoding)]


def _lines(fact: str, value: Any, encoding: str) -> Iterator[str]:
    title = fact.replace("_", " ")
    if fact == "ancestry":
        value = tree_lines([(each["depth"], _relative(each)) for each in value], encoding)
    if isinstance(value, list):
        for position, each in enumerate(value):
            text = " ".join(map(str, each.values())) if isinstance(each, dict) else each
            yield f"{'' if position else title:<14}{text}"
    elif isinstance(value, dict):
        yield from _lines(title, [f"{name}: {day or 'not reached'}" for name, day in value.items()], encoding)
    elif isinstance(value, bool):
        yield f"{title:<14}{'yes' if value else 'no'}"
    elif value not in (None, ""):
        yield f"{title:<14}{value}"


def _relative(relative: dict[str, Any]) -> str:
    """One of a family: its id, its dates and its label."""
    if relative["is_gone"]:
        return f"{relative['id']}  (deleted)"
    return f"{relative['id']}  {relative['start_date']} to {relative['end_date']}  {relative['label']}".rstrip()

"""What differs between the inputs of forecasts, field by field, in the words of their documents.

Accounts and milestones are matched by name, items by priority and memo, rules by priority and pattern; what only one
of the forecasts has is listed whole, so nothing that could explain a different result is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

Document: TypeAlias = Mapping[str, Any]
"""A forecast in its canonical form, with every default filled in."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that is not the same everywhere.

    `what` names what it belongs to (`account Checking`, empty for the forecast itself). `values` has one entry a
    forecast, None where it has none such value; `is_there` says of each whether it has such a thing at all.
    """

    what: str
    field: str
    values: tuple[Any, ...]
    is_there: tuple[bool, ...]


_FORECAST_FIELDS = ("start_date", "end_date")
_LISTS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("account", "accounts", ("name",)),
    ("item", "budget_items", ("memo", "priority")),
    ("rule", "memo_rules", ("memo_regex", "priority")),
)
_MILESTONES = ("account", "memo", "composite")


def input_differences(documents: Sequence[Document]) -> tuple[Difference, ...]:
    """Every difference between the documents of two or more forecasts, in the order of a document."""
    return tuple(_differences(documents))


def _differences(documents: Sequence[Document]) -> Iterator[Difference]:
    yield from _of_fields("", [{key: document[key] for key in _FORECAST_FIELDS} for document in documents])
    yield from _of_fields("option", [document["options"] for document in documents])
    for noun, key, names in _LISTS:
        yield from _of_lists(noun, [document[key] for document in documents], names)
    for kind in _MILESTONES:
        lists = [document["milestones"][kind] for document in documents]
        yield from _of_lists(f"{kind} milestone", lists, ("name",))


def _of_lists(noun: str, lists: Sequence[Sequence[Document]], names: tuple[str, ...]) -> Iterator[Difference]:
    by_key = [_by_key(entries, names) for entries in lists]
    for key in dict.fromkeys(key for entries in by_key for key in entries):
        found = [entries.get(key) for entries in by_key]
        yield from _of_fields(f"{noun} {_title(noun, key)}", found, without=names)


def _by_key(entries: Sequence[Document], names: tuple[str, ...]) -> dict[tuple[Any, ...], Document]:
    """The entries by what names them; the same again (two equal rules, say) gets a number."""
    found: dict[tuple[Any, ...], Document] = {}
    for entry in entries:
        key: tuple[Any, ...] = tuple(entry[name] for name in names)
        count = sum(each[: len(key)] == key for each in found)
        found[key if not count else (*key, count + 1)] = entry
    return found


def _title(noun: str, key: tuple[Any, ...]) -> str:
    name, *rest = key
    return f"{name}" + (f" (priority {rest[0]})" if rest else "")


def _of_fields(what: str, entries: Sequence[Document | None], without: tuple[str, ...] = ()) -> Iterator[Difference]:
    """The fields whose values differ; of what some do not have, every field that has a value."""
    is_there = tuple(entry is not None for entry in entries)
    fields = dict.fromkeys(key for entry in entries if entry for key in entry)
    for field in fields:
        if field in without:
            continue
        values = tuple(entry.get(field) if entry else None for entry in entries)
        if any(value != values[0] for value in values[1:]):
            yield Difference(what, field, values, is_there)

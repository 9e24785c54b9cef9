"""What differs between the inputs of forecasts, field by field, in the words of their documents.

Accounts and milestones are matched by name, items by memo and priority, rules by pattern and priority; where each
forecast has at most one left of a name, they are the same one, moved to another priority. What only some of the
forecasts have is listed whole, so nothing that could explain a different result is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, TypeAlias

Document: TypeAlias = Mapping[str, Any]
"""A forecast in its canonical form, with every default filled in."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that is not the same everywhere.

    `what` names what it belongs to (`account Checking`, empty for the forecast itself, `accounts` for their order).
    `values` has one entry a forecast, None where it has none such value; `is_there` says of each whether it has such a
    thing at all.
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
_UNORDERED = frozenset(("account_milestones", "memo_milestones"))
"""Fields of a composite milestone whose order decides nothing."""

_Key: TypeAlias = tuple[Any, ...]
_MOVED = "moved"


def input_differences(documents: Sequence[Document]) -> tuple[Difference, ...]:
    """Every difference between the documents of two or more forecasts, in the order of a document."""
    return tuple(_differences(documents))


def _differences(documents: Sequence[Document]) -> Iterator[Difference]:
    yield from _of_fields("", [{key: document[key] for key in _FORECAST_FIELDS} for document in documents])
    yield from _of_fields("option", [document["options"] for document in documents])
    yield from _of_order([[account["name"] for account in document["accounts"]] for document in documents])
    for noun, key, names in _LISTS:
        yield from _of_lists(noun, [document[key] for document in documents], names)
    for kind in _MILESTONES:
        lists = [document["milestones"][kind] for document in documents]
        yield from _of_lists(f"{kind} milestone", lists, ("name",))


def _of_order(orders: Sequence[Sequence[str]]) -> Iterator[Difference]:
    """The order of accounts, which decides who pays first, if two forecasts differ in that of what they share."""
    for one, other in combinations(orders, 2):
        if [name for name in one if name in other] != [name for name in other if name in one]:
            yield Difference("accounts", "order", tuple(map(tuple, orders)), (True,) * len(orders))
            return


def _of_lists(noun: str, lists: Sequence[Sequence[Document]], names: tuple[str, ...]) -> Iterator[Difference]:
    by_key = _matched([_by_key(entries, names) for entries in lists])
    for key in dict.fromkeys(key for entries in by_key for key in entries):
        found = [entries.get(key) for entries in by_key]
        title, *priorities = (list(dict.fromkeys(entry[name] for entry in found if entry)) for name in names)
        is_moved = any(len(each) > 1 for each in priorities)
        where = f" (priority {priorities[0][0]})" if priorities and not is_moved else ""
        yield from _of_fields(f"{noun} {title[0]}{where}", found, without=names[:1] if is_moved else names)


def _by_key(entries: Sequence[Document], names: tuple[str, ...]) -> dict[_Key, Document]:
    """The entries by what names them; the same again (two equal rules, say) gets a number."""
    found: dict[_Key, Document] = {}
    for entry in entries:
        key: _Key = tuple(entry[name] for name in names)
        count = sum(each[: len(key)] == key for each in found)
        found[key if not count else (*key, count + 1)] = entry
    return found


def _matched(sides: Sequence[Mapping[_Key, Document]]) -> list[dict[_Key, Document]]:
    """The same with one key for what moved: where each side has at most one of a name that is not in all of them."""
    shared = frozenset.intersection(*map(frozenset, sides))
    left = [Counter(key[0] for key in side if key not in shared) for side in sides]
    many = {name for counts in left for name, count in counts.items() if count > 1}
    return [
        {key if key in shared or key[0] in many else (key[0], _MOVED): entry for key, entry in side.items()}
        for side in sides
    ]


def _of_fields(what: str, entries: Sequence[Document | None], without: tuple[str, ...] = ()) -> Iterator[Difference]:
    """The fields whose values differ; of what some do not have, every field that has a value."""
    is_there = tuple(entry is not None for entry in entries)
    fields = dict.fromkeys(key for entry in entries if entry for key in entry)
    for field in fields:
        if field in without:
            continue
        values = tuple(_value(field, entry) if entry else None for entry in entries)
        if any(value != values[0] for value in values[1:]):
            yield Difference(what, field, values, is_there)


def _value(field: str, entry: Document) -> Any:
    value = entry.get(field)
    return sorted(value) if field in _UNORDERED and value else value

"""One key of a JSON text set to a new value, with every other byte left as it was.

Layout is the user's: indentation, line ends, byte order mark and key order stay. The text must be a valid JSON object
whose keys are unique; keys of nested objects and equal text inside strings are not confused with its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

_BLANK = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder(parse_float=str, parse_int=str)
_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class _Member:
    """Where one member of the top-level object stands in the text."""

    key: str
    key_start: int
    key_end: int
    value_start: int
    value_end: int


def with_id(text: bytes, key: str, value: str) -> bytes:
    """The JSON text with its own `key` set to `value`: replaced in place, or inserted after `schema`, or first."""
    document = text.decode("utf-8")
    start = _after_blank(document, len(_MARK) if document.startswith(_MARK) else 0)
    members = list(_members(document, start))
    existing = next((member for member in members if member.key == key), None)
    if existing is not None:
        at, end, new = existing.value_start, existing.value_end, json.dumps(value)
    else:
        at, new = _insertion(document, start, members, key, value)
        end = at
    return (document[:at] + new + document[end:]).encode("utf-8")


def _after_blank(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found is not None else at


def _members(text: str, start: int) -> Iterator[_Member]:
    """The members of the object whose brace opens at `start`; `ValueError` for anything that is no such object."""
    if text[start : start + 1] != "{":
        raise ValueError("not a JSON object")
    at = _after_blank(text, start + 1)
    while text[at : at + 1] != "}":
        key, key_end = _DECODER.raw_decode(text, at)
        value_start = _after_blank(text, _after_blank(text, key_end) + 1)
        _, value_end = _DECODER.raw_decode(text, value_start)
        yield _Member(key, at, key_end, value_start, value_end)
        at = _after_blank(text, value_end)
        if text[at : at + 1] == ",":
            at = _after_blank(text, at + 1)


def _insertion(text: str, start: int, members: list[_Member], key: str, value: str) -> tuple[int, str]:
    """Where a new member goes and its text, spaced like the members around it."""
    if not members:
        return start + 1, f"{json.dumps(key)}: {json.dumps(value)}"
    position = next((index for index, member in enumerate(members) if member.key == "schema"), None)
    neighbour = members[position or 0]
    new = json.dumps(key) + text[neighbour.key_end : neighbour.value_start] + json.dumps(value)
    between = _separator(text, start, members, position or 0)
    if position is None:
        return neighbour.key_start, new + between
    return neighbour.value_end, between + new


def _separator(text: str, start: int, members: list[_Member], position: int) -> str:
    """The comma and space between a member and the next, or the one before, or as the first member stands alone."""
    if len(members) == 1:
        lead = text[start + 1 : members[0].key_start]
        return "," + (lead if "\n" in lead else " ")
    left = min(position, len(members) - 2)
    return text[members[left].value_end : members[left + 1].key_start]

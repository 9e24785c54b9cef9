"""The fields a query may name: what their values look like, and when a value of a row fits.

A value in a query stands for a range: a day for all its moments, a month for its days, a number for itself alone. So
`started=2026-03` is any moment of that March, and `started>2026-03` any after it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeAlias

from ef_engine.errors import CommandError
from ef_engine.store.states import Outcome

OUTCOMES = tuple(outcome.value for outcome in Outcome)
IN_PROGRESS = ("queued", "running", "paused", "lost")
STATES = ("loaded", "invalid", "staged", *IN_PROGRESS, *OUTCOMES, "unreadable")

Range: TypeAlias = tuple[Any, Any]
"""The smallest and the largest value that are meant, both inclusive."""

_END = "~"
"""Greater than whatever may follow in a date or a moment."""

_NUMBER = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?%?", re.ASCII)
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?", re.ASCII)
_TIME = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)[T ](?P<time>\d\d:\d\d(:\d\d(\.\d{1,3})?)?)(?P<zone>Z|[+-]\d\d:\d\d)?", re.ASCII
)
_DURATION = re.compile(r"(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s?)?", re.ASCII)


class Sign(StrEnum):
    """What stands between a field and its values."""

    IS = "="
    IS_NOT = "!="
    HAS = "~"
    HAS_NOT = "!~"
    ABOVE = ">"
    AT_LEAST = ">="
    BELOW = "<"
    AT_MOST = "<="

    @property
    def is_negative(self) -> bool:
        """Whether it holds for what fits none of the values."""
        return self in (Sign.IS_NOT, Sign.HAS_NOT)


COMPARING = (Sign.ABOVE, Sign.AT_LEAST, Sign.BELOW, Sign.AT_MOST)
_OF_TEXTS = (Sign.IS, Sign.IS_NOT, Sign.HAS, Sign.HAS_NOT)
_OF_AMOUNTS = (Sign.IS, Sign.IS_NOT, *COMPARING)


class FieldType(StrEnum):
    """What a field holds, in the words of a message."""

    TEXT = "a text"
    CHOICE = "a word"
    WORDS = "a list of words"
    NUMBER = "a number"
    DATE = "a date"
    TIME = "a moment"
    DURATION = "a duration"

    @property
    def signs(self) -> tuple[Sign, ...]:
        """What makes sense for it."""
        match self:
            case FieldType.TEXT | FieldType.CHOICE | FieldType.WORDS:
                return _OF_TEXTS
            case FieldType.NUMBER | FieldType.DURATION:
                return _OF_AMOUNTS
        return tuple(Sign)


@dataclass(frozen=True, slots=True)
class Field:
    """One field; `choices` are the words it may be compared with, each with those it stands for."""

    name: str
    type: FieldType = FieldType.TEXT
    choices: Mapping[str, Collection[str]] | None = None


def _words(words: Sequence[str], **groups: Collection[str]) -> dict[str, Collection[str]]:
    return {word: (word,) for word in words} | groups


FIELDS: Mapping[str, Field] = {
    field.name: field
    for field in (
        Field("id"),
        Field("kind", FieldType.CHOICE, _words(("forecast", "forecastset"))),
        Field(
            "state", FieldType.CHOICE, _words(STATES, in_progress=IN_PROGRESS, finished=(*OUTCOMES, "unreadable"))
        ),
        Field("status"),
        Field("outcome", FieldType.CHOICE, _words(OUTCOMES)),
        Field("label"),
        Field("owner"),
        Field("start", FieldType.DATE),
        Field("end", FieldType.DATE),
        Field("net_worth", FieldType.NUMBER),
        Field("updated", FieldType.TIME),
        Field("started", FieldType.TIME),
        Field("finished", FieldType.TIME),
        Field("elapsed", FieldType.DURATION),
        Field("attempt", FieldType.NUMBER),
        Field("phase"),
        Field("progress", FieldType.NUMBER),
        Field("rate", FieldType.NUMBER),
        Field("eta", FieldType.DURATION),
        Field("heartbeat", FieldType.TIME),
        Field("process"),
        Field("flags", FieldType.WORDS),
        Field("tracking"),
        Field("parent"),
        Field("note"),
    )
}  # fmt: skip


def condition(field: Field, sign: Sign, values: Sequence[str]) -> Callable[[object], bool]:
    """Whether a row's value fits; raises CommandError for values that make no sense. None fits nothing but `!`."""
    if sign not in field.type.signs:
        raise CommandError(f"{field.name} is {field.type}, so {sign} says nothing", _one_of("use", field.type.signs))
    if sign in COMPARING and len(values) > 1:
        raise CommandError(f"{field.name}{sign} takes one value and not {len(values)}", "leave one, or use =")
    if sign in (Sign.HAS, Sign.HAS_NOT):
        return _containing([value.lower() for value in values], sign.is_negative)
    ranges = [found for value in values for found in _ranges(field, value)]
    return _comparing(field.type, sign, ranges)


def _containing(parts: Sequence[str], is_negative: bool) -> Callable[[object], bool]:
    def fits(value: object) -> bool:
        text = "" if value is None else str(value).lower()
        return any(part in text for part in parts) is not is_negative

    return fits


def _comparing(kind: FieldType, sign: Sign, ranges: Sequence[Range]) -> Callable[[object], bool]:
    """The value against the ranges; what is compared by size is only ever one."""
    low, high = ranges[0]
    tests: dict[Sign, Callable[[Any], bool]] = {
        Sign.ABOVE: lambda key: bool(key > high),
        Sign.AT_LEAST: lambda key: bool(key >= low),
        Sign.BELOW: lambda key: bool(key < low),
        Sign.AT_MOST: lambda key: bool(key <= high),
    }
    test = tests.get(sign, lambda key: any(first <= key <= last for first, last in ranges))

    def fits(value: object) -> bool:
        return any(test(key) for key in keys(kind, value)) is not sign.is_negative

    return fits


def keys(kind: FieldType, value: Any) -> list[Any]:
    """What is compared in a row's value: nothing where there is none, several for a list of words."""
    match kind:
        case FieldType.TEXT | FieldType.CHOICE:
            return ["" if value is None else str(value).lower()]
        case FieldType.WORDS:
            return str(value or "").lower().replace(",", " ").split() or [""]
        case _ if value is None or value == "":
            return []
        case FieldType.DURATION:
            return [round(value)]
        case FieldType.NUMBER:
            return [Decimal(value.rstrip("%")) if isinstance(value, str) else value]
    return [str(value)]


def _ranges(field: Field, text: str) -> list[Range]:
    match field.type:
        case FieldType.CHOICE:
            return [(word, word) for word in _chosen(field, text)]
        case FieldType.TEXT | FieldType.WORDS:
            return [(text.lower(), text.lower())]
    try:
        return [_range(field.type, text.strip())]
    except (ValueError, OverflowError) as error:
        raise CommandError(f"{field.name} cannot be {text!r}", f"write {_EXAMPLES[field.type]}") from error


_EXAMPLES = {
    FieldType.NUMBER: "a number such as 1200.50",
    FieldType.DATE: "a date such as 2026-01-31, or a month such as 2026-01",
    FieldType.TIME: "a date such as 2026-01-31, or a moment such as 2026-01-31T08:15 (UTC)",
    FieldType.DURATION: "a duration such as 90s, 5m or 2h30m",
}


def _range(kind: FieldType, text: str) -> Range:
    """The range of an amount, a date or a moment; raises ValueError."""
    match kind:
        case FieldType.NUMBER:
            found = Decimal(_matched(_NUMBER, text).group().rstrip("%"))
            return found, found
        case FieldType.DURATION:
            parts = _matched(_DURATION, text or "-").groups(default="0")
            seconds = sum(int(part) * unit for part, unit in zip(parts, (86400, 3600, 60, 1), strict=True))
            return seconds, seconds
        case FieldType.TIME if "T" in text or " " in text:
            begin = _moment(text)
        case _:
            begin = _matched(_DATE, text).group()
            date.fromisoformat(begin + "-01-01"[len(begin) - 4 :])
    return begin, begin + _END


def _moment(text: str) -> str:
    """The moment in UTC as the rows have it, as exact as it was given."""
    found = _matched(_TIME, text)
    zone = (found["zone"] or "Z").replace("Z", "+00:00")
    moment = datetime.fromisoformat(f"{found['day']}T{found['time']}{zone}")
    exact = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return exact[: len(f"{found['day']}T{found['time']}")]


def _matched(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    found = pattern.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return found


def _chosen(field: Field, text: str) -> Collection[str]:
    choices = field.choices or {}
    word = text.lower().replace("-", "_").replace(" ", "_")
    if word not in choices:
        raise CommandError(f"there is no {field.name} {text!r}", suggestion(word, choices, _one_of("it is", choices)))
    return choices[word]


def _one_of(begin: str, words: Collection[str]) -> str:
    return f"{begin} one of {', '.join(words)}"


def suggestion(given: str, known: Collection[str], otherwise: str) -> str:
    """`did you mean 'label'?` for the most similar known word, or `otherwise`."""
    from difflib import get_close_matches  # only mistakes pay for it

    close = get_close_matches(given, list(known), n=1)
    return f"did you mean {close[0]!r}?" if close else otherwise

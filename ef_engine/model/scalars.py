"""Single values of a document: text, words, amounts, rates, dates, flags.

A binary float is refused on purpose: a source must hand over what the user wrote, as int, Decimal or text.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal

from ef_engine.model.fields import REGEX_LIMIT
from ef_engine.model.money import Micros, from_decimal
from ef_engine.model.shapes import Field, Kind
from ef_engine.model.wording import CONTROLS, described, did_you_mean, quoted

LARGEST_AMOUNT = 10**15
"""The largest absolute amount, in currency units."""

LARGEST_RATE = 100
LARGEST_PRIORITY = 1_000_000
FIRST_YEAR, LAST_YEAR, OPEN_YEAR = 1, 9998, 9999
AMOUNT_DIGITS = 60
RATE_DIGITS = 60
NUMBER_LENGTH = 100
"""The longest text that is tried as a number."""

_SMALLEST_EXPONENT = -100

NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
"""A decimal number as text; longer than 100 characters it is refused."""

_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})|([0-9]{4})([0-9]{2})([0-9]{2})")
_SURROGATES = re.compile("[\ud800-\udfff]")


class UnreadableError(Exception):
    """A single value that cannot be read; holds the problem and the remedy, without a place."""

    def __init__(self, problem: str, remedy: str) -> None:
        self.problem, self.remedy = problem, remedy
        super().__init__(problem, remedy)


def read_text(value: object, field: Field) -> str:
    """Text as it stands: not blank, no control characters or line breaks, within the field's limit."""
    if not isinstance(value, str):
        raise UnreadableError(f"must be text, not {described(value)}", f"write {field.about}, in quotes")
    if not field.blank and not value.strip():
        raise UnreadableError("must not be blank", f"write {field.about}")
    if CONTROLS.search(value) or _SURROGATES.search(value):
        raise UnreadableError(f"must not contain a line break or control character: {quoted(value)}", "remove it")
    bad = next((each for each in value if each in field.forbidden), None)
    if bad is not None:
        raise UnreadableError(f'must not contain "{bad}": {quoted(value)}', "write it without")
    return _within(value, field.limit)


def _within(value: str, limit: int | None) -> str:
    if limit is not None and len(value) > limit:
        raise UnreadableError(f"has {len(value)} characters, more than {limit}", "shorten it")
    return value


def read_regex(value: object, field: Field) -> str:
    """A regular expression that compiles; an empty one matches everything."""
    if not isinstance(value, str):
        raise UnreadableError(f"must be a regular expression, not {described(value)}", "write it as text, in quotes")
    if _SURROGATES.search(value):
        raise UnreadableError(f"must not contain half a character: {quoted(value)}", "remove it")
    try:
        _compile(_within(value, REGEX_LIMIT))
    except (re.error, OverflowError) as error:
        raise UnreadableError(f"is not a regular expression: {quoted(value)}, {error}", "correct it") from None
    except RecursionError:
        raise UnreadableError(f"is nested too deeply: {quoted(value)}", "simplify it") from None
    return value


def _compile(pattern: str) -> None:
    """Compile; sets Python warns about as perhaps changing their meaning one day are as good as any others."""
    if "[" not in pattern:
        re.compile(pattern)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        re.compile(pattern)


def read_word(value: object, field: Field) -> str:
    """One of the field's words; an old spelling is translated."""
    if isinstance(value, str) and (word := field.aliases.get(value, value)) in field.words:
        return word
    hint = did_you_mean(value, field.words) if isinstance(value, str) else ""
    given = quoted(value) if isinstance(value, str) else described(value)
    raise UnreadableError(f"cannot be {given}{hint}", "write one of " + ", ".join(field.words))


def read_flag(value: object, field: Field) -> bool:
    """True or false, and nothing that merely looks like it."""
    if isinstance(value, bool):
        return value
    raise UnreadableError(f"must be true or false, not {described(value)}", "write true or false, without quotes")


def read_number(value: object, digits: int, example: str) -> Decimal:
    """An int, a Decimal or decimal text as an exact Decimal with at most that many significant digits."""
    remedy = f"write a plain number such as {example}"
    if isinstance(value, str) and len(value) <= NUMBER_LENGTH and NUMBER.fullmatch(value):
        value = Decimal(value)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise UnreadableError(f"must be a number, not {described(value)}", remedy)
    if isinstance(value, int):
        return Decimal(max(-(10**20), min(value, 10**20)))
    if not value.is_finite():
        raise UnreadableError("must be a finite number of ordinary length", remedy)
    if _digits(value) > digits:
        raise UnreadableError(f"has more than {digits} digits", "round it")
    return value if value else Decimal(0)


def _digits(number: Decimal) -> int:
    """Significant digits; a number with an absurd number of decimals counts as having too many."""
    _, coefficient, exponent = number.as_tuple()
    if not isinstance(exponent, int) or exponent < _SMALLEST_EXPONENT:
        return NUMBER_LENGTH
    return len("".join(map(str, coefficient)).strip("0"))


def read_amount(value: object, field: Field) -> Micros:
    """An amount in micro-units, rounded half-even to the millionth of the currency unit."""
    number = read_number(value, AMOUNT_DIGITS, "1250.50")
    if number.copy_abs() > LARGEST_AMOUNT:  # abs() rounds to the decimal context, which overflows
        raise UnreadableError("is larger than 1000000000000000 (a thousand million millions)", "write a smaller amount")
    if field.minimum is not None and number < field.minimum:
        raise UnreadableError(f"must not be negative: {number}", "write what is owed or paid as a positive number")
    return from_decimal(number)


def read_rate(value: object, field: Field) -> Decimal:
    """A year's rate as an exact Decimal, 0 to 100."""
    number = read_number(value, RATE_DIGITS, "0.05")
    if not 0 <= number <= LARGEST_RATE:
        raise UnreadableError(f"must be between 0 and {LARGEST_RATE}, not {number}", "write 0.05 for 5 %")
    return number


def read_priority(value: object, field: Field) -> int:
    """A whole number from 1."""
    number = read_number(value, AMOUNT_DIGITS, "1")
    if number != number.to_integral_value() or not 1 <= number <= LARGEST_PRIORITY:
        problem = f"must be a whole number from 1 to {LARGEST_PRIORITY}, not {described(number)}"
        raise UnreadableError(problem, "write 1 for what must happen, larger numbers for what matters less")
    return int(number)


def read_date(value: object, field: Field) -> date:
    """A date of the years 1 to 9998, or 9999 where a date may be open."""
    day = _parsed(value)
    last = LAST_YEAR if field.kind is Kind.DATE else OPEN_YEAR
    if not FIRST_YEAR <= day.year <= last:
        raise UnreadableError(f"must lie in the years {FIRST_YEAR} to {last}: {day.isoformat()}", "write another date")
    return day


def _parsed(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str) or (found := _DATE.fullmatch(value)) is None:
        raise UnreadableError(f"must be a date, not {described(value)}", 'write it as "2026-01-31"')
    year, month, day = (int(part) for part in found.groups() if part is not None)
    try:
        return date(year, month, day)
    except ValueError:
        raise UnreadableError(f"is no date of the calendar: {value}", 'write it as "2026-01-31"') from None


def read_id(value: object, field: Field) -> str:
    """The id a document carries; it may be stale, so any text will do."""
    if isinstance(value, str):
        return value
    raise UnreadableError(f"must be text, not {described(value)}", "remove it; staging writes it")


READERS: Mapping[Kind, Callable[[object, Field], object]] = {
    Kind.TEXT: read_text,
    Kind.REGEX: read_regex,
    Kind.WORD: read_word,
    Kind.AMOUNT: read_amount,
    Kind.RATE: read_rate,
    Kind.DATE: read_date,
    Kind.OPEN_DATE: read_date,
    Kind.BOOLEAN: read_flag,
    Kind.PRIORITY: read_priority,
    Kind.ID: read_id,
}
"""How each kind of single value is read; each raises `UnreadableError` for what it cannot read."""

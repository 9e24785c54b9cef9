"""One small language to choose among rows: `state=failed label~rent started>2026-01-01 order by elapsed desc limit 5`.

Every term must hold; several values of a term, with commas between them, are alternatives. `str` of a query is a query
that means the same. A row is anything; what its fields hold is asked of a function.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from ef_engine.errors import CommandError
from ef_engine.service.query_fields import FIELDS, Sign, condition, keys, suggestion

RowT = TypeVar("RowT")

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<sign>!=|!~|>=|<=|=|~|>|<)
      | (?P<comma>,)
      | (?P<quote>["'])(?P<quoted>(?:(?!(?P=quote))[^\\]|\\.)*)(?P=quote)
      | (?P<word>[^\s=!~<>,"'][^\s=!~<>,]*)
    )""",
    re.VERBOSE | re.DOTALL,
)
_PLAIN = re.compile(r"""[^\s=!~<>,"'\\][^\s=!~<>,\\]*""")
_HOW = "write field=value or field~part, separated by blanks"


@dataclass(frozen=True, slots=True)
class Term:
    """A condition: the field, and at least one value of which any will do (for `!=` and `!~`: none)."""

    field: str
    sign: Sign
    values: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.field}{self.sign}{','.join(map(_quoted, self.values))}"


@dataclass(frozen=True, slots=True)
class Order:
    """By which field rows are sorted; those without a value come last, either way."""

    field: str
    is_descending: bool = False

    def __str__(self) -> str:
        return f"order by {self.field}{' desc' if self.is_descending else ''}"


@dataclass(frozen=True, slots=True)
class Query:
    """Terms that must all hold, an order or the one the rows come in, and how many rows at most."""

    terms: tuple[Term, ...] = ()
    order: Order | None = None
    limit: int | None = None

    def __str__(self) -> str:
        limit = "" if self.limit is None else f"limit {self.limit}"
        return " ".join(filter(None, (*map(str, self.terms), str(self.order or ""), limit)))


@dataclass(frozen=True, slots=True)
class _Token:
    """A piece of a query; of what was quoted the inside."""

    kind: str
    text: str

    def says(self, word: str) -> bool:
        """Whether it is this word, not quoted."""
        return self.kind == "word" and self.text.lower() == word


_END = _Token("end", "")


def parse(text: str, fields: Collection[str] = FIELDS) -> Query:
    """The query of a text, where rows have these fields; raises CommandError for one that makes no sense."""
    return _Parser(_tokens(text), fields).query()


def term(field: str, sign: Sign, values: tuple[str, ...], fields: Collection[str] = FIELDS) -> Term:
    """A term that makes sense; raises CommandError for any other."""
    condition(FIELDS[known_field(field, fields)], sign, values)
    return Term(field.lower(), sign, values)


def known_field(name: str, fields: Collection[str] = FIELDS) -> str:
    """The field of that name; raises CommandError where rows have none."""
    if name.lower() not in fields:
        raise CommandError(
            f"a list has no field {name!r}", suggestion(name.lower(), fields, f"it has {', '.join(fields)}")
        )
    return name.lower()


def apply(query: Query, rows: Iterable[RowT], value: Callable[[RowT, str], object] = getattr) -> list[RowT]:
    """The rows that fit, in the query's order; `value` tells what a row holds in a field."""
    kept = list(rows)
    for each in query.terms:
        field, fits = each.field, condition(FIELDS[each.field], each.sign, each.values)
        kept = [row for row in kept if fits(value(row, field))]
    if query.order:
        kept = _sorted(kept, query.order, value)
    return kept[: query.limit]


def _sorted(rows: list[RowT], order: Order, value: Callable[[RowT, str], object]) -> list[RowT]:
    kind = FIELDS[order.field].type
    keyed: list[tuple[Any, RowT]] = [(keys(kind, value(row, order.field)), row) for row in rows]
    present = [pair for pair in keyed if pair[0] not in ([], [""])]
    absent = [row for key, row in keyed if key in ([], [""])]
    present.sort(key=lambda pair: pair[0], reverse=order.is_descending)
    return [row for _, row in present] + absent


class _Parser:
    """Reads tokens from the left; terms, `order by` and `limit` may come in any order."""

    def __init__(self, tokens: Iterator[_Token], fields: Collection[str]) -> None:
        self._tokens, self._fields = tokens, fields
        self._next = next(tokens, _END)
        self._after = next(tokens, _END)

    def query(self) -> Query:
        found = Query()
        while self._next is not _END:
            if self._next.says("order") and self._after.says("by"):
                _refuse_second("order by", found.order)
                found = replace(found, order=self._order())
            elif self._next.says("limit") and self._after.kind != "sign":
                _refuse_second("limit", found.limit)
                found = replace(found, limit=self._limit())
            else:
                found = replace(found, terms=(*found.terms, self._term()))
        return found

    def _term(self) -> Term:
        field = self._take()
        if field.kind != "word" or self._next.kind != "sign":
            raise CommandError(f"{field.text!r} is no term of a filter", _HOW)
        known_field(field.text, self._fields)
        sign = Sign(self._take().text)
        return term(field.text, sign, self._values(f"{field.text}{sign}"), self._fields)

    def _values(self, begin: str) -> tuple[str, ...]:
        values = [self._value(begin)]
        while self._next.kind == "comma":
            self._take()
            values.append(self._value(f"{begin}{','.join(map(_quoted, values))},"))
        return tuple(values)

    def _value(self, begin: str) -> str:
        if self._next.kind not in ("word", "quoted"):
            raise CommandError(f"{begin!r} needs a value", 'write one behind it, or "" for none')
        return self._take().text

    def _order(self) -> Order:
        self._take()
        self._take()
        if self._next is _END:
            raise CommandError("'order by' needs a field", f"it is one of {', '.join(self._fields)}")
        field = known_field(self._take().text, self._fields)
        is_descending = self._next.says("desc")
        if is_descending or self._next.says("asc"):
            self._take()
        return Order(field, is_descending)

    def _limit(self) -> int:
        self._take()
        text = self._take().text
        if not (text.isascii() and text.isdecimal() and len(text) < 10 and int(text)):
            raise CommandError(f"limit cannot be {text!r}", "give a positive number")
        return int(text)

    def _take(self) -> _Token:
        taken, self._next, self._after = self._next, self._after, next(self._tokens, _END)
        return taken


def _refuse_second(words: str, before: Order | int | None) -> None:
    if before is not None:
        raise CommandError(f"{words!r} is there twice", "leave one of them out")


def _tokens(text: str) -> Iterator[_Token]:
    position, end = 0, len(text.rstrip())
    while position < end:
        found = _TOKEN.match(text, position)
        if found is None:
            rest = text[position:].strip()
            if rest[0] in "\"'":
                raise CommandError(
                    f"the quote before {rest[1:]!r} has no end", f"write a second {rest[0]} behind the value"
                )
            raise CommandError(f"{rest!r} is no term of a filter", _HOW)
        position = found.end()
        yield _token(found)


def _token(found: re.Match[str]) -> _Token:
    if found["quote"]:
        return _Token("quoted", re.sub(r"\\(.)", r"\1", found["quoted"], flags=re.DOTALL))
    kind = "sign" if found["sign"] else "comma" if found["comma"] else "word"
    return _Token(kind, found[kind])


def _quoted(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'

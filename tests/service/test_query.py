"""The language that chooses among rows: what it means, and that it never fails but with a sentence."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ef_engine.errors import CommandError
from ef_engine.service.query import Order, Query, Term, apply, parse
from ef_engine.service.query_fields import COMPARING, FIELDS, OUTCOMES, STATES, Field, FieldType, Sign


@dataclass(frozen=True)
class Thing:
    """A row with one field of each type."""

    id: str
    label: str = ""
    state: str = "evaluated"
    net_worth: object = None
    end: str | None = None
    started: str | None = None
    elapsed: float | None = None
    progress: object = None
    flags: str = ""


THINGS = [
    Thing(
        "a", "Rent, cheap", "failed", Decimal("-10.50"), "2026-01-31", "2026-01-31T08:15:00.123Z", 30.2, "5%", "lost"
    ),
    Thing("b", "rent dear", "queued", Decimal("100.00"), "2026-02-28", "2026-01-31T23:59:59.999Z", 90.0, "50%", ""),
    Thing(
        "c", 'say "rent"', "running", "1000.00", "2027-01-01", "2026-02-01T00:00:00.000Z", 7200.0, None, "stuck lost"
    ),
    Thing("d"),
]


def ids(text: str) -> str:
    return "".join(thing.id for thing in apply(parse(text), THINGS))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "abcd"),
        ("id=b", "b"),
        ("ID = B", "b"),
        ("id!=b", "acd"),
        ("id=a,b", "ab"),
        ("id!=a, b", "cd"),
        ("label~RENT", "abc"),
        ("label~cheap,dear", "ab"),
        ("label!~rent", "d"),
        ("label!~cheap,dear", "cd"),
        ('label="rent dear"', "b"),
        ("label='say \"rent\"'", "c"),
        ('label="say \\"rent\\""', "c"),
        ('label="Rent, cheap"', "a"),
        ('label=""', "d"),
        ('label!=""', "abc"),
        ("state=failed", "a"),
        ("state=in_progress", "bc"),
        ("state=in-progress label~dear", "b"),
        ('state="in progress",failed', "abc"),
        ("state=finished", "ad"),
        ("state!=finished", "bc"),
        ("state~eu", "b"),
        ("net_worth=100", "b"),
        ("net_worth!=100", "acd"),
        ("net_worth>-10.5", "bc"),
        ("net_worth>=-10.50 net_worth<100", "a"),
        ("net_worth<=100.00", "ab"),
        ("net_worth=100,1000", "bc"),
        ("end=2026-01-31", "a"),
        ("end=2026", "ab"),
        ("end>2026-01-31", "bc"),
        ("end>2026", "c"),
        ("end>=2026", "abc"),
        ("end<2026-02", "a"),
        ("end<=2026-02", "ab"),
        ("end=2026-01,2027", "ac"),
        ("end~-01-", "ac"),
        ("started=2026-01-31", "ab"),
        ("started>2026-01-31", "c"),
        ("started>=2026-01-31", "abc"),
        ("started<=2026-01-31", "ab"),
        ("started<2026-01-31", ""),
        ("started=2026-01-31T08:15", "a"),
        ("started=2026-01-31T08:15:00", "a"),
        ("started=2026-01-31T08:15:00.123Z", "a"),
        ("started>2026-01-31T08:15:00.123Z", "bc"),
        ("started>2026-01-31T08:15:00.12", "bc"),
        ('started="2026-01-31 08:15"', "a"),
        ("started=2026-01-31T09:15+01:00", "a"),
        ("started=2026-02-01T01:00+01:00", "c"),
        ("elapsed>90s", "c"),
        ("elapsed>=1m30s", "bc"),
        ("elapsed<1m", "a"),
        ("elapsed=30", "a"),
        ("elapsed=2h", "c"),
        ("elapsed<1d", "abc"),
        ("progress>=50", "b"),
        ("progress=5%", "a"),
        ("flags=lost", "ac"),
        ("flags=stuck,frozen", "c"),
        ("flags!=lost", "bd"),
        ('flags=""', "bd"),
        ("flags~uck", "c"),
        ("order by net_worth", "abcd"),
        ("order by net_worth desc", "cbad"),
        ("order by net_worth asc", "abcd"),
        ("ORDER BY label DESC", "cabd"),
        ("order by elapsed desc limit 2", "cb"),
        ("limit 2 order by elapsed desc", "cb"),
        ("limit 1", "a"),
        ("order by label limit 2 id!=a", "bc"),
        ("label=order", ""),
        ("label=limit", ""),
    ],
)
def test_a_query_keeps_what_fits_in_its_order(text: str, expected: str) -> None:
    assert ids(text) == expected


def test_rows_without_order_stay_as_they_come() -> None:
    assert [thing.id for thing in apply(parse("label~rent"), THINGS[::-1])] == ["c", "b", "a"]


def test_equal_rows_stay_as_they_come_either_way() -> None:
    things = [Thing("a", "x"), Thing("b", "X"), Thing("c", "y")]
    assert [thing.id for thing in apply(parse("order by label"), things)] == ["a", "b", "c"]
    assert [thing.id for thing in apply(parse("order by label desc"), things)] == ["c", "a", "b"]


def test_a_row_may_be_anything_that_can_be_asked() -> None:
    rows = [{"id": "a", "attempt": 1}, {"id": "b", "attempt": 2}]
    assert apply(parse("attempt>1"), rows, lambda row, field: row[field]) == rows[1:]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("label", "'label' is no term of a filter; write field=value or field~part, separated by blanks."),
        ("rent label~car", "'rent' is no term of a filter; write field=value or field~part, separated by blanks."),
        ("=x", "'=' is no term of a filter; write field=value or field~part, separated by blanks."),
        ("label!x", "'!x' is no term of a filter; write field=value or field~part, separated by blanks."),
        ("label=", "'label=' needs a value; write one behind it, or \"\" for none."),
        ("label=a,", "'label=a,' needs a value; write one behind it, or \"\" for none."),
        ("label==a", "'label=' needs a value; write one behind it, or \"\" for none."),
        ('label="a b', "the quote before 'a b' has no end; write a second \" behind the value."),
        ("lable=x", "a list has no field 'lable'; did you mean 'label'?"),
        ("order by elapesd", "a list has no field 'elapesd'; did you mean 'elapsed'?"),
        ("order by", f"'order by' needs a field; it is one of {', '.join(FIELDS)}."),
        ("order by id order by label", "'order by' is there twice; leave one of them out."),
        ("limit 1 limit 2", "'limit' is there twice; leave one of them out."),
        ("limit 0", "limit cannot be '0'; give a positive number."),
        ("limit many", "limit cannot be 'many'; give a positive number."),
        ("limit", "limit cannot be ''; give a positive number."),
        ("state=stagd", "there is no state 'stagd'; did you mean 'staged'?"),
        ("kind=q", "there is no kind 'q'; it is one of forecast, forecastset."),
        ("outcome=evaluatd", "there is no outcome 'evaluatd'; did you mean 'evaluated'?"),
        ("net_worth=much", "net_worth cannot be 'much'; write a number such as 1200.50."),
        ("net_worth>1,200", "net_worth> takes one value and not 2; leave one, or use =."),
        ("net_worth~1", "net_worth is a number, so ~ says nothing; use one of =, !=, >, >=, <, <=."),
        ("label>a", "label is a text, so > says nothing; use one of =, !=, ~, !~."),
        ("end=2026-02-30", "end cannot be '2026-02-30'; write a date such as 2026-01-31, or a month such as 2026-01."),
        (
            "started>now",
            "started cannot be 'now'; write a date such as 2026-01-31, or a moment such as 2026-01-31T08:15 (UTC).",
        ),
        (
            "started>2026-01-31T25:00",
            "started cannot be '2026-01-31T25:00'; "
            "write a date such as 2026-01-31, or a moment such as 2026-01-31T08:15 (UTC).",
        ),
        ("elapsed>long", "elapsed cannot be 'long'; write a duration such as 90s, 5m or 2h30m."),
        ('elapsed>""', "elapsed cannot be ''; write a duration such as 90s, 5m or 2h30m."),
    ],
)
def test_what_makes_no_sense_is_a_sentence_with_its_remedy(text: str, message: str) -> None:
    with pytest.raises(CommandError) as raised:
        parse(text)
    assert str(raised.value) == message


def test_only_the_fields_rows_have_may_be_asked() -> None:
    assert parse("id=a", ("id", "label")) == Query((Term("id", Sign.IS, ("a",)),))
    with pytest.raises(CommandError, match="a list has no field 'phase'; it has id, label"):
        parse("phase=x", ("id", "label"))


def values_of(field: Field) -> st.SearchStrategy[str]:
    match field.type:
        case FieldType.CHOICE:
            return st.sampled_from(sorted(field.choices or ()))
        case FieldType.NUMBER:
            return st.decimals(-(10**9), 10**9, places=2).map(str)
        case FieldType.DATE:
            return st.dates().map(str) | st.dates().map(lambda day: str(day)[:7])
        case FieldType.TIME:
            return st.dates().map(str) | st.datetimes().map(lambda moment: moment.isoformat(timespec="milliseconds"))
        case FieldType.DURATION:
            return st.builds("{}h{}m{}s".format, st.integers(0, 99), st.integers(0, 99), st.integers(0, 99))
    return st.text()


@st.composite
def terms(draw: st.DrawFn) -> Term:
    field = draw(st.sampled_from(list(FIELDS.values())))
    sign = draw(st.sampled_from(field.type.signs))
    values = st.text() if sign in (Sign.HAS, Sign.HAS_NOT) else values_of(field)
    count = 1 if sign in COMPARING else 3
    return Term(field.name, sign, tuple(draw(st.lists(values, min_size=1, max_size=count))))


queries = st.builds(
    Query,
    st.lists(terms(), max_size=4).map(tuple),
    st.none() | st.builds(Order, st.sampled_from(list(FIELDS)), st.booleans()),
    st.none() | st.integers(1, 10**9 - 1),
)


@given(queries)
def test_a_query_as_text_is_the_same_query(query: Query) -> None:
    assert parse(str(query)) == query


def value_in(field: Field) -> st.SearchStrategy[object]:
    match field.type:
        case FieldType.NUMBER:
            return st.none() | st.decimals(-100, 100, places=2) | st.integers() | st.floats(allow_nan=False)
        case FieldType.DURATION:
            return st.none() | st.floats(0, 1e9)
        case FieldType.CHOICE:
            return st.none() | st.sampled_from([*STATES, *OUTCOMES])
    return st.none() | values_of(field)


rows = st.fixed_dictionaries({field.name: value_in(field) for field in FIELDS.values()})


@given(queries, st.lists(rows, max_size=5))
def test_any_query_chooses_among_any_rows(query: Query, given_rows: list[dict[str, object]]) -> None:
    found = apply(query, given_rows, lambda row, field: row[field])
    assert len(found) <= len(given_rows)
    assert all(row in given_rows for row in found)


@given(terms(), st.lists(rows, max_size=5))
def test_a_sign_and_its_opposite_part_the_rows(term: Term, given_rows: list[dict[str, object]]) -> None:
    opposites = {Sign.IS: Sign.IS_NOT, Sign.IS_NOT: Sign.IS, Sign.HAS: Sign.HAS_NOT, Sign.HAS_NOT: Sign.HAS}
    if term.sign in opposites:
        other = Term(term.field, opposites[term.sign], term.values)
        counts = [len(apply(Query((each,)), given_rows, lambda row, field: row[field])) for each in (term, other)]
        assert sum(counts) == len(given_rows)


pieces = st.sampled_from(
    [*FIELDS, *Sign, "order", "by", "limit", "desc", " ", ",", '"', "'", "\\", "2026", "5", "٣", "-"]
)


@given(st.text() | st.lists(pieces | st.text(max_size=3), max_size=12).map("".join))
def test_whatever_is_typed_is_a_query_or_a_sentence(text: str) -> None:
    with suppress(CommandError):
        query = parse(text)
        assert parse(str(query)) == query
        apply(query, THINGS, lambda thing, field: getattr(thing, field, None))

"""The one table of every object a document may hold: its keys, their kinds, which are required, what is filled in.

Reader, writer, content id and JSON Schema all follow it. An optional field whose default is None may also be written
as null; any other null is a mistake, since a bound of null could mean 0 or unbounded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum

from ef_engine.model.accounts import InterestCadence, InterestType
from ef_engine.model.cadence import Cadence
from ef_engine.model.forecast import LoanStrategy
from ef_engine.model.shapes import Field, Kind, Shape

FORECAST_SCHEMA = "ef/forecast/1"
FORECAST_SET_SCHEMA = "ef/forecast-set/1"

NAME_LIMIT = 200
MEMO_LIMIT = 500
REGEX_LIMIT = 1000

COMMENT = "comment"
"""A key every object may carry: text or a list of texts, ignored, since JSON has no comments."""


def _words(words: type[StrEnum]) -> tuple[str, ...]:
    return tuple(word.value for word in words)


def _name(key: str, about: str, forbidden: str) -> Field:
    return Field(key=key, kind=Kind.TEXT, about=about, required=True, forbidden=forbidden, limit=NAME_LIMIT)


def _amount(
    key: str, about: str, *, minimum: int | None = None, required: bool = True, default: object = None
) -> Field:
    return Field(key=key, kind=Kind.AMOUNT, about=about, required=required, default=default, minimum=minimum)


def _lowest(key: str, about: str) -> Field:
    """A bound whose default is 0 and whose absence could be taken for none at all, so null is refused."""
    return replace(_amount(key, about, required=False, default=0), refuses_null=True)


def _date(key: str, about: str, kind: Kind = Kind.OPEN_DATE, *, required: bool = True) -> Field:
    return Field(key=key, kind=kind, about=about, required=required)


def _flag(key: str, about: str, *, default: bool) -> Field:
    return Field(key=key, kind=Kind.BOOLEAN, about=about, default=default)


def _word(key: str, about: str, words: type[StrEnum], default: StrEnum | None = None) -> Field:
    required = default is None
    return Field(key=key, kind=Kind.WORD, about=about, required=required, default=default, words=_words(words))


def _regex(about: str) -> Field:
    return Field(key="memo_regex", kind=Kind.REGEX, about=about, required=True)


def _objects(key: str, about: str, shape: Shape) -> Field:
    return Field(key=key, kind=Kind.OBJECTS, about=about, default=(), shape=shape)


_APR = Field(key="apr", kind=Kind.RATE, about="the rate a year, 0.05 for 5 %", required=True)
_NAME = _name("name", "a name no other account has", ":;")
_BOUNDS = (
    _lowest("min_balance", "the lowest balance, inclusive"),
    _amount("max_balance", "the highest balance, inclusive; null for no limit", required=False),
)
_PRIORITY = Field(key="priority", kind=Kind.PRIORITY, about="a whole number from 1, the most important", required=True)
_INTEREST = (_APR, _word("interest_type", "whether interest bears interest", InterestType))
_OWNED_INTEREST = (
    *_INTEREST,
    _word("interest_cadence", "how often interest accrues", InterestCadence),
    _date("billing_start_date", "the first interest date; null for no interest", required=False),
)
_DEBT = (
    _APR,
    _amount("minimum_payment", "the least to pay a month", minimum=0),
    _date("billing_start_date", "the first billing date"),
    _amount(
        "billing_cycle_payment_balance",
        "what was paid voluntarily since the last billing date",
        minimum=0,
        required=False,
        default=0,
    ),
    _amount(
        "end_of_previous_cycle_balance",
        "the balance right after the last billing date",
        minimum=0,
        required=False,
    ),
)
_BALANCE = _amount("balance", "the balance at the end of the start date")


def _account(title: str, *fields: Field) -> Shape:
    return Shape(title, (_NAME, *fields, *_BOUNDS))


ACCOUNTS: Mapping[str, Shape] = {
    "checking": _account(
        "a checking account",
        _BALANCE,
        _flag("primary", "whether minimum payments are drawn from it", default=False),
    ),
    "savings": _account("a savings account", _BALANCE, *_OWNED_INTEREST),
    "investment": _account("an investment account", _BALANCE, *_OWNED_INTEREST),
    "credit": _account(
        "a credit card",
        _amount("current_statement_balance", "what was bought since the last billing date", minimum=0),
        _amount("previous_statement_balance", "what was billed and is unpaid", minimum=0),
        *_DEBT,
    ),
    "loan": _account(
        "a loan",
        _amount("principal_balance", "the principal owed", minimum=0),
        _amount("interest_balance", "the interest owed", minimum=0),
        *_DEBT,
        _word("interest_type", "whether interest bears interest", InterestType, InterestType.SIMPLE),
        _word("interest_cadence", "how often interest accrues", InterestCadence, InterestCadence.DAILY),
        _flag("extra_payments_reduce_next_minimum", "whether a payment in advance counts", default=True),
    ),
}
"""The shape of each type of account; the key `type` itself selects the shape and is not among its fields."""

BUDGET_ITEM = Shape(
    "a budget item",
    (
        _date("start_date", "its first date"),
        _date("end_date", "no date after this one; 9999-12-31 for an open end"),
        _PRIORITY,
        Field(
            key="cadence",
            kind=Kind.WORD,
            about="how often it happens",
            required=True,
            words=_words(Cadence),
            aliases={"semiweekly": "biweekly"},
        ),
        _amount("amount", "the amount, more than zero", minimum=0),
        Field(key="memo", kind=Kind.TEXT, about="what it is", required=True, forbidden=";", limit=MEMO_LIMIT),
        _flag("deferrable", "whether it may wait for a later deposit", default=False),
        _flag("partial_payment_allowed", "whether a smaller amount will do", default=False),
    ),
)

MEMO_RULE = Shape(
    "a memo rule",
    (
        _regex("the regular expression its items' memos match"),
        Field(key="account_from", kind=Kind.TEXT, about="the account money leaves; null for the outside world"),
        Field(key="account_to", kind=Kind.TEXT, about="the account money enters; null for the outside world"),
        _PRIORITY,
    ),
)

_MILESTONE_NAME = _name("name", "a name no other milestone of its kind has", ";")

ACCOUNT_MILESTONE = Shape(
    "an account milestone",
    (
        _MILESTONE_NAME,
        Field(key="account_name", kind=Kind.TEXT, about="an account or a summary column", required=True),
        _amount("min_balance", "the lowest value, inclusive; null for none", required=False),
        _amount("max_balance", "the highest value, inclusive; null for none", required=False),
    ),
)
MEMO_MILESTONE = Shape("a memo milestone", (_MILESTONE_NAME, _regex("the regular expression a memo matches")))
COMPOSITE_MILESTONE = Shape(
    "a composite milestone",
    (
        _MILESTONE_NAME,
        Field(key="account_milestones", kind=Kind.TEXTS, about="names of account milestones", default=()),
        Field(key="memo_milestones", kind=Kind.TEXTS, about="names of memo milestones", default=()),
    ),
)
MILESTONES = Shape(
    "the milestones",
    (
        _objects("account", "milestones of a balance", ACCOUNT_MILESTONE),
        _objects("memo", "milestones of an executed item", MEMO_MILESTONE),
        _objects("composite", "milestones made of others", COMPOSITE_MILESTONE),
    ),
)
OPTIONS = Shape(
    "the options",
    (
        _word("all_loans_strategy", "how ALL_LOANS splits a payment", LoanStrategy, LoanStrategy.AVALANCHE),
        _flag("approximate", "whether to step by the month", default=False),
        Field(key="currency", kind=Kind.TEXT, about="a label for amounts", default="USD", limit=20, in_id=False),
    ),
)

_LABEL = Field(key="label", kind=Kind.TEXT, about="a name for people", default="", blank=True, in_id=False)
_SCHEMA = Field(key="schema", kind=Kind.SCHEMA, about=f'"{FORECAST_SCHEMA}"', in_id=False)
_CONTENT = (
    _date("start_date", "the day of the opening balances", Kind.DATE),
    _date("end_date", "the last day, simulated too", Kind.DATE),
    Field(key="options", kind=Kind.OBJECT, about="how to simulate", default={}, shape=OPTIONS),
    Field(key="accounts", kind=Kind.ACCOUNTS, about="the list of accounts", required=True),
    _objects("budget_items", "the planned movements of money", BUDGET_ITEM),
    _objects("memo_rules", "the ways they take", MEMO_RULE),
    Field(key="milestones", kind=Kind.OBJECT, about="the goals", default={}, shape=MILESTONES),
)
FORECAST = Shape(
    "a forecast",
    (_SCHEMA, Field(key="forecast_id", kind=Kind.ID, about="its id, written by ef", in_id=False), _LABEL, *_CONTENT),
)
"""A forecast document; `schema` is required at the top of a document only (`versions.py`)."""

OPTION = Shape(
    "an option",
    (
        _name("name", "a name no other option of its choice has", ";|"),
        Field(key="memo_regexes", kind=Kind.REGEXES, about="regular expressions of optional items", required=True),
    ),
)
CHOICE = Shape(
    "a choice",
    (_name("name", "a name no other choice has", ";|"), _objects("options", "its options", OPTION)),
)
FORECAST_SET = Shape(
    "a forecast set",
    (
        Field(key="schema", kind=Kind.SCHEMA, about=f'"{FORECAST_SET_SCHEMA}"', in_id=False),
        Field(key="forecast_set_id", kind=Kind.ID, about="its id, written by ef", in_id=False),
        _LABEL,
        Field(key="base", kind=Kind.OBJECT, about="the forecast all scenarios share", required=True, shape=FORECAST),
        _objects("optional_budget_items", "items that options select", BUDGET_ITEM),
        _objects("choices", "what is to be decided, in order", CHOICE),
    ),
)

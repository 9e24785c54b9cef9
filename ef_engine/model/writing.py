"""Forecasts and forecast sets -> plain mappings and lists, by the table of fields.

How amounts and rates are written is the caller's business: a document has Decimals, a content id has integers and text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ef_engine.model.accounts import Account, Checking, Credit, Investment, Loan, Savings
from ef_engine.model.fields import ACCOUNTS
from ef_engine.model.money import CENT, Micros, to_cents_decimal, to_decimal
from ef_engine.model.shapes import Field, Kind, Shape

_TYPE_NAMES: dict[type[Account], str] = {
    Checking: "checking",
    Savings: "savings",
    Investment: "investment",
    Credit: "credit",
    Loan: "loan",
}
_OF_DOCUMENTS = (Kind.SCHEMA, Kind.ID)
_DATES = (Kind.DATE, Kind.OPEN_DATE)
_LISTS = (Kind.ACCOUNTS, Kind.OBJECTS, Kind.TEXTS, Kind.REGEXES)


def amount_as_decimal(amount: Micros) -> Decimal:
    """An exact amount with two decimals, or with six where cents do not suffice."""
    return to_decimal(amount) if amount % CENT else to_cents_decimal(amount)


def same(field: Field, values: list[Any]) -> list[Any]:
    """The list as it stands."""
    return values


@dataclass(frozen=True, slots=True)
class Style:
    """How amounts (micro-units), rates and lists are written, and which fields are."""

    amount: Callable[[Micros], object] = amount_as_decimal
    rate: Callable[[Decimal], object] = lambda rate: rate
    arrange: Callable[[Field, list[Any]], list[Any]] = same
    is_written: Callable[[Field], bool] = lambda field: True


def plain(value: Any, shape: Shape, style: Style = Style()) -> dict[str, Any]:
    """The fields of a value as a mapping in the shape's order, without what belongs to a document alone."""
    return {
        field.key: _plain_field(getattr(value, field.key), field, style)
        for field in shape.fields
        if field.kind not in _OF_DOCUMENTS and style.is_written(field)
    }


def type_name(account: Account) -> str:
    """The word for an account's type in documents."""
    return _TYPE_NAMES[type(account)]


def _plain_account(account: Account, style: Style) -> dict[str, Any]:
    name = type_name(account)
    return {"type": name, **plain(account, ACCOUNTS[name], style)}


def _plain_field(value: Any, field: Field, style: Style) -> Any:
    if value is None:
        return None
    if field.kind in _LISTS:
        return style.arrange(field, [_plain_item(each, field, style) for each in value])
    if field.kind is Kind.OBJECT and field.shape is not None:
        return plain(value, field.shape, style)
    return _plain_scalar(value, field, style)


def _plain_item(value: Any, field: Field, style: Style) -> Any:
    if field.kind is Kind.ACCOUNTS:
        return _plain_account(value, style)
    return plain(value, field.shape, style) if field.shape is not None else value


def _plain_scalar(value: Any, field: Field, style: Style) -> Any:
    if field.kind is Kind.AMOUNT:
        return style.amount(value)
    if field.kind is Kind.RATE:
        return style.rate(value)
    if field.kind in _DATES:
        return value.isoformat()
    return value.value if field.kind is Kind.WORD else value

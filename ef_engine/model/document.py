"""Documents <-> forecasts and forecast sets: read with every problem reported at once, written with defaults filled in.

A document is what a source made of a file or of tables: mappings, lists, text, int, Decimal, bool, None, dates.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from ef_engine.model.account_checks import check_accounts, check_dates, check_items
from ef_engine.model.accounts import (
    Account,
    Checking,
    Credit,
    InterestCadence,
    InterestType,
    Investment,
    Loan,
    Savings,
)
from ef_engine.model.cadence import Cadence
from ef_engine.model.fields import FORECAST, FORECAST_SCHEMA, FORECAST_SET, FORECAST_SET_SCHEMA
from ef_engine.model.findings import Finding
from ef_engine.model.forecast import Forecast, LoanStrategy, Options
from ef_engine.model.forecast_set import Choice, ForecastSet, Option
from ef_engine.model.items import BudgetItem, MemoRule
from ef_engine.model.milestone_checks import check_milestones
from ef_engine.model.milestones import AccountMilestone, CompositeMilestone, MemoMilestone, Milestones
from ef_engine.model.reading import Row, read_object
from ef_engine.model.rule_checks import check_matches, check_rules
from ef_engine.model.set_checks import check_choices
from ef_engine.model.versions import is_foreign, schema_finding
from ef_engine.model.writing import plain

_ACCOUNT_TYPES: Mapping[str, type[Account]] = {
    "checking": Checking,
    "savings": Savings,
    "investment": Investment,
    "credit": Credit,
    "loan": Loan,
}
T = TypeVar("T")
_WORDS = {
    "interest_type": InterestType,
    "interest_cadence": InterestCadence,
    "cadence": Cadence,
    "all_loans_strategy": LoanStrategy,
}


def read_forecast(document: Mapping[str, object]) -> Forecast | list[Finding]:
    """The forecast a document describes, or everything that is wrong with it."""
    wrong = schema_finding(document, FORECAST_SCHEMA)
    if wrong is not None and is_foreign(document):
        return [wrong]
    findings = [wrong] if wrong is not None else []
    row = read_object(document, FORECAST, (), findings)
    findings += _check_forecast(row, row.rows("budget_items"))
    return findings or _forecast(row)


def read_forecast_set(document: Mapping[str, object]) -> ForecastSet | list[Finding]:
    """The forecast set a document describes, or everything that is wrong with it or its base."""
    wrong = schema_finding(document, FORECAST_SET_SCHEMA)
    if wrong is not None and is_foreign(document):
        return [wrong]
    findings = [wrong] if wrong is not None else []
    row = read_object(document, FORECAST_SET, (), findings)
    findings += _check_set(document.get("base"), row)
    return findings or _forecast_set(row)


def to_document(forecast: Forecast, forecast_id: str | None = None) -> dict[str, Any]:
    """The canonical document of a forecast: every key, amounts and rates as Decimal, dates as ISO text.

    `read_forecast(to_document(forecast)) == forecast`. With an id, the document carries it.
    """
    own = {"schema": FORECAST_SCHEMA} | ({"forecast_id": forecast_id} if forecast_id is not None else {})
    return own | plain(forecast, FORECAST)


def set_to_document(forecast_set: ForecastSet, forecast_set_id: str | None = None) -> dict[str, Any]:
    """The canonical document of a forecast set, its base written like a forecast without schema."""
    own = {"schema": FORECAST_SET_SCHEMA}
    own |= {"forecast_set_id": forecast_set_id} if forecast_set_id is not None else {}
    return own | plain(forecast_set, FORECAST_SET)


def _check_forecast(forecast: Row, items: tuple[Row, ...]) -> Iterator[Finding]:
    """Everything that must hold among the values; `items` are all there are, those of a set's options included."""
    yield from check_dates(forecast)
    yield from check_accounts(forecast)
    yield from check_items(items)
    yield from check_rules(forecast)
    yield from check_matches(forecast, items)
    yield from check_milestones(forecast)


def _check_set(base: object, row: Row) -> Iterator[Finding]:
    if isinstance(base, Mapping):
        if "schema" in base and (wrong := schema_finding(base, FORECAST_SCHEMA, ("base",))) is not None:
            yield wrong
        forecast: Row = row["base"]
        yield from _check_forecast(forecast, forecast.rows("budget_items") + row.rows("optional_budget_items"))
    yield from check_choices(row)


def _forecast(row: Row) -> Forecast:
    """The forecast of a row without findings."""
    accounts = row.rows("accounts")
    is_lone = sum(account.type == "checking" for account in accounts) == 1
    milestones: Row = row["milestones"]
    return Forecast(
        start_date=row["start_date"],
        end_date=row["end_date"],
        accounts=tuple(_account(account, is_lone) for account in accounts),
        budget_items=_all(BudgetItem, row.rows("budget_items")),
        memo_rules=_all(MemoRule, row.rows("memo_rules")),
        milestones=Milestones(
            account=_all(AccountMilestone, milestones.rows("account")),
            memo=_all(MemoMilestone, milestones.rows("memo")),
            composite=_all(CompositeMilestone, milestones.rows("composite")),
        ),
        options=Options(**_typed(row["options"])),
        label=row["label"],
    )


def _forecast_set(row: Row) -> ForecastSet:
    return ForecastSet(
        base=_forecast(row["base"]),
        optional_budget_items=_all(BudgetItem, row.rows("optional_budget_items")),
        choices=tuple(
            Choice(name=choice["name"], options=_all(Option, choice.rows("options"))) for choice in row.rows("choices")
        ),
        label=row["label"],
    )


def _all(kind: type[T], rows: tuple[Row, ...]) -> tuple[T, ...]:
    return tuple(kind(**_typed(row)) for row in rows)


def _typed(row: Row) -> dict[str, Any]:
    """The values of a row, words as members of their enumerations."""
    return {key: _WORDS[key](value) if key in _WORDS else value for key, value in row.values.items()}


def _account(row: Row, is_lone_checking: bool) -> Account:
    """An account with the defaults that depend on its other values filled in (domain.md 1.1)."""
    values = _typed(row)
    if row.type == "checking":
        values["primary"] |= is_lone_checking
    elif "end_of_previous_cycle_balance" in values and values["end_of_previous_cycle_balance"] is None:
        values["end_of_previous_cycle_balance"] = _previous_cycle(row)
    assert row.type is not None
    return _ACCOUNT_TYPES[row.type](**values)


def _previous_cycle(row: Row) -> int:
    """What a debt was right after its last billing date, unless stated otherwise, in micro-units."""
    if row.type == "loan":
        return int(row["principal_balance"])
    return int(row["previous_statement_balance"] + row["billing_cycle_payment_balance"])

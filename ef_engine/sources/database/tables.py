"""The tables: what people fill in, and what is stored of forecasts, sets and results.

Amounts are NUMERIC on PostgreSQL and text in SQLite, whose own numbers are binary fractions. In SQLite any column may
hold anything, so that nothing is converted, and possibly changed, before it is checked.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Identity,
    Index,
    Integer,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
)
from sqlalchemy.types import TypeEngine

from ef_engine.model.shapes import Kind
from ef_engine.sources.database.datasets import DATASETS, POSITION, Dataset

METADATA = MetaData()

_SERVER = "postgresql"


def _amount() -> TypeEngine[Any]:
    return Text().with_variant(Numeric(asdecimal=True), _SERVER)


def _date() -> TypeEngine[Any]:
    return Text().with_variant(Date(), _SERVER)


def _type_of(kind: Kind) -> TypeEngine[Any]:
    match kind:
        case Kind.AMOUNT | Kind.RATE:
            return _amount()
        case Kind.DATE | Kind.OPEN_DATE:
            return _date()
        case Kind.BOOLEAN:
            return Integer().with_variant(Boolean(), _SERVER)
        case Kind.PRIORITY:
            return Integer()
    return Text()


def _input_table(dataset: Dataset) -> Table:
    """What people fill in: nothing but the user is required here, so that a mistake can be told at its place."""
    return Table(
        dataset.table,
        METADATA,
        Column("row_id", BigInteger().with_variant(Integer(), "sqlite"), Identity(), primary_key=True),
        Column("username", Text(), nullable=False),
        Column(POSITION, Integer()),
        *(Column(field.key, _type_of(field.kind)) for field in dataset.fields),
        Index(f"{dataset.table}_of_user", "username"),
    )


INPUTS = {dataset.option: _input_table(dataset) for dataset in DATASETS}
"""The input tables by dataset."""


def _stored(name: str, *columns: Column[Any], key: tuple[str, ...]) -> Table:
    return Table(
        name, METADATA, Column("username", Text(), nullable=False), *columns, PrimaryKeyConstraint("username", *key)
    )


def _text(name: str, *, required: bool = True) -> Column[Any]:
    return Column(name, Text(), nullable=not required)


def _day(name: str, *, required: bool = True) -> Column[Any]:
    return Column(name, _date(), nullable=not required)


def _money(name: str, *, required: bool = True) -> Column[Any]:
    return Column(name, _amount(), nullable=not required)


def _number(name: str) -> Column[Any]:
    return Column(name, Integer(), nullable=False)


SCHEMA = Table("ef_schema", METADATA, Column("version", Integer(), primary_key=True, autoincrement=False))

FORECASTS = _stored(
    "ef_forecasts", _text("forecast_id"), _text("label"), _day("start_date"), _day("end_date"), _text("document"),
    key=("forecast_id",),
)  # fmt: skip
SETS = _stored(
    "ef_forecast_sets", _text("forecast_set_id"), _text("label"), _day("start_date"), _day("end_date"),
    _text("document"), _text("record"), key=("forecast_set_id",),
)  # fmt: skip
MEMBERS = _stored(
    "ef_forecast_set_members", _text("forecast_set_id"), _number("position"), _text("forecast_id"), _text("scenario"),
    key=("forecast_set_id", "position"),
)  # fmt: skip
RUNS = _stored(
    "ef_runs", _text("forecast_id"), _text("outcome"), _number("attempt"), _text("started", required=False),
    _text("finished", required=False), _text("message"), _text("fingerprint", required=False),
    _money("net_worth", required=False), _text("record"), _text("outline", required=False),
    _text("digest", required=False), key=("forecast_id",),
)  # fmt: skip
BALANCES = _stored(
    "ef_forecast_balances", _text("forecast_id"), _day("date"), _text("account"), _text("part"), _money("balance"),
    key=("forecast_id", "date", "account", "part"),
)  # fmt: skip
DAYS = _stored(
    "ef_forecast_days", _text("forecast_id"), _day("date"), _money("marginal_interest"), _money("net_gain"),
    _money("net_loss"), _money("net_worth"), _money("loan_total"), _money("cc_debt_total"), _money("liquid_total"),
    _day("next_income_date", required=False), _text("memo_directives"), _text("memo"), key=("forecast_id", "date"),
)  # fmt: skip
POSTINGS = _stored(
    "ef_postings", _text("forecast_id"), _number("position"), _day("date"), _text("account"), _text("part"),
    _money("amount"), _text("cause"), _text("memo"), key=("forecast_id", "position"),
)  # fmt: skip
DECISIONS = _stored(
    "ef_decisions", _text("forecast_id"), _number("position"), _day("original_date"),
    _day("executed_date", required=False), _number("priority"), _text("memo"), _money("requested"), _money("executed"),
    _text("status"), _text("reason"), _day("binding_date", required=False), _text("binding_account", required=False),
    _money("shortfall", required=False), key=("forecast_id", "position"),
)  # fmt: skip
MILESTONES = _stored(
    "ef_milestone_results", _text("forecast_id"), _text("kind"), _number("position"), _text("name"),
    _day("reached", required=False), _day("first_reached", required=False), key=("forecast_id", "kind", "position"),
)  # fmt: skip

RESULTS = (BALANCES, DAYS, POSTINGS, DECISIONS, MILESTONES)
"""What a result consists of, beside its run."""

STORED = (FORECASTS, SETS, MEMBERS, RUNS, *RESULTS)

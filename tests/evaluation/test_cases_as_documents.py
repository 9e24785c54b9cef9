"""The acceptance cases, simulated by the slow reference and held against what is written to disk."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ef_engine.evaluation import Result, evaluate, result_document
from ef_engine.evaluation.csv_text import daily_csv, read_daily_csv
from ef_engine.evaluation.result_text import dump_result, dump_with_decisions
from ef_engine.model.document import read_forecast
from ef_engine.model.forecast import Forecast
from ef_engine.model.money import to_cents
from tests.case_files import forecast_cases, read_case
from tests.reference.simulator import simulate


def evaluated(path: Path) -> tuple[dict[str, Any], Result]:
    case = read_case(path)
    forecast = read_forecast(case["forecast"])
    assert isinstance(forecast, Forecast)
    return case["expected"], evaluate(forecast, simulate(forecast))


@pytest.mark.parametrize("path", forecast_cases(), ids=lambda path: path.stem)
def test_the_result_document_has_what_the_case_expects(path: Path) -> None:
    expected, result = evaluated(path)
    document = json.loads(dump_result(result_document(result, "0123456789ab", "")), parse_float=Decimal)
    assert document["status"] == expected["status"]
    assert document["milestones"] == expected["milestones"]
    assert [decided(decision) for decision in document["decisions"]] == [*map(decided, expected["decisions"])]


@pytest.mark.parametrize("path", forecast_cases(), ids=lambda path: path.stem)
def test_decisions_written_by_column_are_those_written_as_objects(path: Path) -> None:
    _, result = evaluated(path)
    whole = dump_result(result_document(result, "0123456789ab", "a label"))
    lacking = result_document(replace(result, decisions=[]), "0123456789ab", "a label")
    assert dump_with_decisions(lacking, result.decisions) == whole


def decided(decision: dict[str, Any]) -> tuple[Any, ...]:
    keys = ("original_date", "executed_date", "priority", "memo", "status")
    return tuple(decision[key] for key in keys)


@pytest.mark.parametrize("path", forecast_cases(), ids=lambda path: path.stem)
def test_the_daily_csv_has_the_rows_the_case_expects(path: Path) -> None:
    expected, result = evaluated(path)
    header, *rows = csv.reader(daily_csv(result.table).splitlines())
    assert header == expected["columns"]
    assert [row[0] for row in rows] == [row[0] for row in expected["rows"]]
    assert [row[-1].count("; ") for row in rows] == [row[-1].count("; ") for row in expected["rows"]]


@pytest.mark.parametrize("path", forecast_cases(), ids=lambda path: path.stem)
def test_the_daily_csv_is_read_back_to_the_cent(path: Path) -> None:
    _, result = evaluated(path)
    read = read_daily_csv(daily_csv(result.table))
    rounded = {name: [to_cents(value) for value in values] for name, values in result.table.amounts.items()}
    assert read.amounts == rounded
    assert (read.dates, read.next_income) == (result.table.dates, result.table.next_income)
    assert (read.directives, read.memos) == (result.table.directives, result.table.memos)


@pytest.mark.parametrize("path", forecast_cases(), ids=lambda path: path.stem)
def test_totals_explain_the_change_of_net_worth_to_the_micro_unit(path: Path) -> None:
    _, result = evaluated(path)
    worth, totals = result.table.amounts["Net Worth"], result.summary.totals
    gained = totals.deposits + totals.interest_earned
    assert worth[-1] - worth[0] == gained - totals.spends - totals.purchases - totals.interest_paid

from __future__ import annotations

import re
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings

from ef_engine.model.content_id import forecast_id, forecast_set_id
from ef_engine.model.document import read_forecast, to_document
from ef_engine.model.findings import Path
from ef_engine.model.forecast import Forecast
from tests.model.documents import changed, forecast, forecast_document, forecast_set, set_document
from tests.strategies import forecasts


def test_ids_of_today_are_ids_for_ever() -> None:
    assert forecast_id(forecast()) == "b73ec8d6a57d"
    assert forecast_set_id(forecast_set()) == "Sfb1dc30caa17"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("label",), "other"),
        (("options", "currency"), "EUR"),
        (("forecast_id",), "stale"),
        (("comment",), "nothing"),
        (("accounts", 0, "balance"), "1000.000"),
        (("accounts", 4, "apr"), "0.10"),
        (("accounts", 4, "apr"), "1e-1"),
        (("accounts", 4, "end_of_previous_cycle_balance"), 1000),
        (("start_date",), "20260101"),
    ],
)
def test_what_is_no_content_leaves_the_id_alone(path: Path, value: object) -> None:
    assert forecast_id(forecast(changed(forecast_document(), path, value))) == forecast_id(forecast())


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("end_date",), "2026-12-30"),
        (("options", "approximate"), True),
        (("options", "all_loans_strategy"), "snowball"),
        (("accounts", 0, "balance"), "1000.000001"),
        (("accounts", 4, "apr"), "0.1000001"),
        (("accounts", 1, "name"), "Saving"),
        (("budget_items", 1, "memo"), "film"),
        (("memo_rules", 1, "memo_regex"), ".+"),
        (("milestones", "account", 0, "max_balance"), None),
    ],
)
def test_content_changes_the_id(path: Path, value: object) -> None:
    assert forecast_id(forecast(changed(forecast_document(), path, value))) != forecast_id(forecast())


@given(forecasts())
@settings(max_examples=30, deadline=None)
def test_the_id_depends_on_the_order_of_accounts_alone(value: Forecast) -> None:
    def shuffled(values: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(Random(1).sample(values, len(values)))

    same = replace(value, budget_items=shuffled(value.budget_items), memo_rules=shuffled(value.memo_rules))
    assert forecast_id(same) == forecast_id(value)
    if len(value.accounts) > 1:
        assert forecast_id(replace(value, accounts=value.accounts[::-1])) != forecast_id(value)


@given(forecasts())
@settings(max_examples=30, deadline=None)
def test_a_document_keeps_its_id(value: Forecast) -> None:
    again = read_forecast(to_document(value))
    assert isinstance(again, Forecast)
    assert forecast_id(again) == forecast_id(value)
    assert re.fullmatch("[0-9a-f]{12}", forecast_id(value))


def test_a_sets_id_depends_on_its_choices_and_their_order() -> None:
    document = set_document()
    ids = {
        forecast_set_id(forecast_set(document)),
        forecast_set_id(forecast_set(changed(document, ("choices",), document["choices"][::-1]))),
        forecast_set_id(forecast_set(changed(document, ("choices", 0, "name"), "Bike"))),
    }
    assert len(ids) == 3
    assert all(re.fullmatch("S[0-9a-f]{12}", each) for each in ids)


def test_a_sets_id_ignores_labels_and_the_order_of_items_and_patterns() -> None:
    document = changed(set_document(), ("label",), "other")
    document = changed(document, ("optional_budget_items",), document["optional_budget_items"][::-1])
    patterns = document["choices"][1]["options"][1]["memo_regexes"][::-1]
    document = changed(document, ("choices", 1, "options", 1, "memo_regexes"), patterns)
    assert forecast_set_id(forecast_set(document)) == forecast_set_id(forecast_set())

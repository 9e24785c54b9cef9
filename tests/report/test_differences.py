"""What differs between inputs is told field by field, and nothing else is."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ef_engine.model.content_id import forecast_id
from ef_engine.model.document import read_forecast, to_document
from ef_engine.model.forecast import Forecast
from ef_engine.report.differences import input_differences
from tests.report.documents import plan
from tests.strategies import forecasts

BOTH = (True, True)


def forecast(document: Mapping[str, Any]) -> Forecast:
    read = read_forecast(document)
    assert isinstance(read, Forecast), read
    return read


def between(*documents: Mapping[str, Any]) -> list[tuple[object, ...]]:
    found = input_differences([to_document(forecast(document)) for document in documents])
    return [(each.what, each.field, each.values, each.is_there) for each in found]


def with_trip(priority: int, **changes: Any) -> dict[str, Any]:
    """The plan with its trip, and the rule for it, at another priority."""
    document = plan("moved")
    document["budget_items"][3] |= {"priority": priority, **changes}
    document["memo_rules"][3]["priority"] = priority
    return document


def with_second_trip(amount: int, priority: int = 6) -> dict[str, Any]:
    document = plan("twice")
    document["budget_items"].append(document["budget_items"][3] | {"priority": priority, "amount": amount})
    document["memo_rules"].append(document["memo_rules"][3] | {"priority": priority})
    return document


def test_the_order_of_accounts_is_content_and_that_of_items_is_not() -> None:
    other = plan("other")
    other["accounts"].reverse()
    other["budget_items"].reverse()
    other["memo_rules"].reverse()
    assert between(plan("a"), other) == [("accounts", "order", (("Checking", "Card"), ("Card", "Checking")), BOTH)]


def test_an_account_more_is_no_other_order() -> None:
    first, second = plan("a"), plan("b")
    for document in (first, second):
        document["accounts"][0]["primary"] = True
    second["accounts"].insert(1, {"type": "checking", "name": "Spare", "balance": 5})
    assert {what for what, *_ in between(first, second)} == {"account Spare"}


def test_the_order_of_names_in_a_composite_milestone_decides_nothing() -> None:
    first, second = plan("a"), plan("b")
    more = {"name": "more", "account_name": "Checking", "min_balance": 1}
    for document, names in ((first, ["more", "card paid"]), (second, ["card paid", "more"])):
        document["milestones"]["account"].append(more)
        document["milestones"]["composite"][0]["account_milestones"] = names
    assert between(first, second) == []
    second["milestones"]["composite"][0]["account_milestones"] = ["more"]
    assert between(first, second) == [
        ("composite milestone both", "account_milestones", (["card paid", "more"], ["more"]), BOTH)
    ]


def test_an_item_moved_to_another_priority_is_told_as_a_move() -> None:
    assert between(plan("a"), with_trip(3, amount=650)) == [
        ("item trip", "priority", (5, 3), BOTH),
        ("item trip", "amount", (Decimal(700), Decimal(650)), BOTH),
        ("rule trip", "priority", (5, 3), BOTH),
    ]


def test_a_move_is_told_among_three() -> None:
    assert between(plan("a"), plan("b"), with_trip(3))[0][:3] == ("item trip", "priority", (5, 5, 3))


def test_one_of_two_items_of_a_memo_can_move() -> None:
    moved = between(with_second_trip(10, priority=6), with_second_trip(10, priority=7))
    assert moved == [("item trip", "priority", (6, 7), BOTH), ("rule trip", "priority", (6, 7), BOTH)]


def test_a_memo_of_two_priorities_is_two_items() -> None:
    assert between(with_second_trip(10), with_second_trip(20)) == [
        ("item trip (priority 6)", "amount", (Decimal(10), Decimal(20)), BOTH)
    ]
    added = between(plan("a"), with_second_trip(10))
    assert {(what, is_there) for what, _, _, is_there in added} == {
        ("item trip (priority 6)", (False, True)),
        ("rule trip (priority 6)", (False, True)),
    }


@settings(max_examples=60)
@given(forecasts(), st.randoms(use_true_random=False))
def test_forecasts_of_one_id_differ_in_nothing_and_others_in_something(one: Forecast, random: Any) -> None:
    document = to_document(one)
    for key in ("budget_items", "memo_rules"):
        random.shuffle(document[key])
    assert input_differences([to_document(one), document]) == ()
    random.shuffle(document["accounts"])
    other = read_forecast(document)
    assert isinstance(other, Forecast)
    is_same = forecast_id(other) == forecast_id(one)
    assert (input_differences([to_document(one), to_document(other)]) == ()) == is_same

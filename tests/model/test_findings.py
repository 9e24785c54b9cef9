"""The error catalogue: one mistake each in a valid document, and exactly what is said about it.

The catalogue's files hold `place = new value` as JSON, or `missing`, and below it the messages.
"""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ef_engine.model import findings as model
from ef_engine.model.document import read_forecast, read_forecast_set
from ef_engine.model.forecast import Forecast
from ef_engine.sources.json_text import parse
from ef_engine.sources.loaded import problems
from tests.model.documents import MISSING, changed, forecast_document, option, set_document

STEP = re.compile(r"\[([0-9]+)\]|\.?([^.\[]+)")


def catalogue(name: str) -> list[tuple[str, list[str]]]:
    """Each mistake of a file and its messages."""
    text = (Path(__file__).parent / f"mistakes_{name}.txt").read_text(encoding="utf-8")
    blocks = [block.split("\n") for block in text.strip().split("\n\n")]
    return [(mistake, [line.strip() for line in expected]) for mistake, *expected in blocks]


def with_mistake(document: dict[str, Any], mistake: str) -> dict[str, Any]:
    """The document with the mistake in it."""
    place, _, value = mistake.partition(" = ")
    path: model.Path = tuple(int(index) if index else key for index, key in STEP.findall(place))
    return changed(document, path, MISSING if value == "missing" else parse(value.encode(), mistake))


def messages(findings: object) -> list[str]:
    """Findings as a user reads them, without the document's name."""
    assert isinstance(findings, list), findings
    return [str(problem).removeprefix("f: ") for problem in problems("f", findings)]


@pytest.mark.parametrize(("mistake", "expected"), catalogue("forecast"))
def test_a_mistake_in_a_forecast_is_named(mistake: str, expected: list[str]) -> None:
    assert messages(read_forecast(with_mistake(forecast_document(), mistake))) == expected


@pytest.mark.parametrize(("mistake", "expected"), catalogue("forecastset"))
def test_a_mistake_in_a_set_is_named(mistake: str, expected: list[str]) -> None:
    assert messages(read_forecast_set(with_mistake(set_document(), mistake))) == expected


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (0.1, "must be a number, not a binary float"),
        (Decimal("NaN"), "must be a finite number of ordinary length"),
        (Decimal("-Infinity"), "must be a finite number of ordinary length"),
        (10**5000, "is larger than 1000000000000000 (a thousand million millions)"),
        (-(10**5000), "is larger than 1000000000000000 (a thousand million millions)"),
        (Decimal("1E+999999"), "is larger than 1000000000000000 (a thousand million millions)"),
        (Decimal("1E+999999999999"), "is larger than 1000000000000000 (a thousand million millions)"),
        (Decimal("-1E+999999999999"), "is larger than 1000000000000000 (a thousand million millions)"),
        ("9" * 101, f'must be a number, not text "{"9" * 57}..."'),
        (object(), "must be a number, not a value of type object"),
    ],
    ids=[
        *("float", "NaN", "infinite", "huge", "huge and negative", "huge exponent", "exponent beyond every context"),
        *("negative with such an exponent", "long text", "object"),
    ],
)
def test_numbers_no_amount_can_be_are_refused(value: object, problem: str) -> None:
    findings = read_forecast(changed(forecast_document(), ("accounts", 0, "balance"), value))
    assert isinstance(findings, list)
    assert [finding.problem for finding in findings] == [problem]


PATTERNS = ["(" * 500 + ")" * 500, "a" * 1001, "(?P<x>", "[z-a]", "\ud800", "a**"]


@pytest.mark.parametrize("pattern", PATTERNS, ids=range(len(PATTERNS)))
def test_patterns_that_do_not_compile_are_refused(pattern: str) -> None:
    findings = read_forecast(changed(forecast_document(), ("memo_rules", 1, "memo_regex"), pattern))
    assert isinstance(findings, list)
    assert [finding.path for finding in findings] == [("memo_rules", 1, "memo_regex")]


def test_two_primary_accounts_are_one_too_many() -> None:
    second = {"type": "checking", "name": "Second", "balance": 0, "primary": True}
    document = changed(changed(forecast_document(), ("accounts", 0, "primary"), True), ("accounts", 5), second)
    assert messages(read_forecast(document)) == [
        "accounts[5].primary: is true in more than one account; leave it in one of them.",
    ]


def test_a_forecast_without_checking_account_is_refused() -> None:
    document = forecast_document() | {"budget_items": [], "memo_rules": [], "milestones": {}}
    assert messages(read_forecast(document | {"accounts": document["accounts"][1:]})) == [
        "accounts: must hold a checking account; add one, from which minimum payments are drawn.",
    ]


def test_a_payment_to_all_loans_may_find_no_loan() -> None:
    document = changed(forecast_document(), ("memo_rules", 1, "account_to"), "ALL_LOANS")
    assert isinstance(read_forecast(document | {"accounts": document["accounts"][:4]}), Forecast)


@pytest.mark.parametrize("key", ["label", "options", "milestones", "budget_items", "memo_rules"])
def test_null_means_the_same_as_leaving_an_optional_key_out(key: str) -> None:
    document = forecast_document() | {"budget_items": [], "memo_rules": [], "milestones": {}, "options": {}}
    document.pop(key, None)
    assert read_forecast(document | {key: None}) == read_forecast(document)


def test_one_wrong_name_is_not_reported_wherever_it_is_used() -> None:
    document = changed(forecast_document(), ("accounts", 0, "name"), "Checking:1")
    assert messages(read_forecast(document)) == [
        'accounts[0].name: must not contain ":": "Checking:1"; write it without.',
    ]


def test_a_set_of_too_many_scenarios_is_refused() -> None:
    choices = [
        {"name": str(number), "options": [option(str(each), "car") for each in range(11)]} for number in range(5)
    ]
    found = messages(read_forecast_set(changed(set_document(), ("choices",), choices)))
    assert found[0] == "choices: make 161051 scenarios, more than 100000; split the set or remove options."


def test_messages_show_no_escape_sequences_and_no_long_texts() -> None:
    document = changed(forecast_document(), ("accounts", 0, "name"), "\x1b[31m" + "x" * 1000)
    [message] = messages(read_forecast(document))
    assert "\x1b" not in message
    assert len(message) < 200


def test_an_object_of_another_kind_is_not_reported_key_by_key() -> None:
    document = forecast_document() | {f"key {number}": number for number in range(1000)}
    assert len(messages(read_forecast(document))) == 20

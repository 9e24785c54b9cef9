from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from ef_engine.errors import NotFoundError
from ef_engine.model.document import read_forecast, read_forecast_set, set_to_document, to_document
from ef_engine.sources.schemas import NAMES, schema
from tests.model.documents import MISSING, changed, forecast, forecast_document, forecast_set, set_document
from tests.sources.test_json_fuzz import ODD, places

CASES = sorted((Path(__file__).parent.parent / "cases").glob("*.json"))
FORECAST = Draft202012Validator(schema("forecast"))
FORECAST_SET = Draft202012Validator(schema("forecastset"))


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_a_schema(name: str) -> None:
    Draft202012Validator.check_schema(schema(name))
    assert json.loads(json.dumps(schema(name))) == schema(name)


def test_an_unknown_schema_is_not_found() -> None:
    with pytest.raises(NotFoundError, match="name one of forecast, forecastset"):
        schema("budget")


@pytest.mark.parametrize("path", CASES, ids=lambda path: str(path.stem))
def test_every_acceptance_case_is_valid(path: Path) -> None:
    document = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal).get("forecast")
    if document is not None:
        FORECAST.validate(document)


def test_what_is_written_is_valid() -> None:
    FORECAST.validate(to_document(forecast(), "0123456789ab"))
    FORECAST_SET.validate(set_to_document(forecast_set(), "S0123456789ab"))


@given(st.data())
@settings(max_examples=120, deadline=None)
def test_what_the_reader_accepts_the_schema_accepts(data: st.DataObject) -> None:
    document = forecast_document()
    for _ in range(data.draw(st.integers(1, 2))):
        document = changed(document, data.draw(st.sampled_from(places(document))), data.draw(st.sampled_from(ODD)))
    if not isinstance(read_forecast(document), list):
        FORECAST.validate(document)


@given(st.data())
@settings(max_examples=80, deadline=None)
def test_what_the_reader_accepts_of_a_set_the_schema_accepts(data: st.DataObject) -> None:
    document = set_document()
    document = changed(document, data.draw(st.sampled_from(places(document))), data.draw(st.sampled_from(ODD)))
    if not isinstance(read_forecast_set(document), list):
        FORECAST_SET.validate(document)


@pytest.mark.parametrize("place", places(forecast_document()), ids=str)
@pytest.mark.parametrize("value", [True, 7, [], {}], ids=str)
def test_reader_and_schema_agree_about_types(place: tuple[Any, ...], value: object) -> None:
    """Findings about a value's type, and the schema's, come together; findings among values are the reader's alone."""
    document = changed(forecast_document(), place, value)
    findings = read_forecast(document)
    of_types = isinstance(findings, list) and any(
        finding.problem.startswith(("must be", "is missing", "cannot be")) for finding in findings
    )
    assert FORECAST.is_valid(document) != of_types


@pytest.mark.parametrize(
    "place", [place for place in places(forecast_document()) if isinstance(place[-1], str)], ids=str
)
def test_reader_and_schema_agree_about_missing_and_unknown_keys(place: tuple[Any, ...]) -> None:
    without = changed(forecast_document(), place, MISSING)
    findings = read_forecast(without)
    is_missing = isinstance(findings, list) and any(finding.problem == "is missing" for finding in findings)
    assert FORECAST.is_valid(without) != is_missing

    unknown = changed(forecast_document(), (*place[:-1], "unknown"), 1)
    assert isinstance(read_forecast(unknown), list)
    assert not FORECAST.is_valid(unknown)

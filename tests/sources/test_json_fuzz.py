"""Whatever is handed to the reader, it answers with a value or with sentences."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ef_engine.errors import InputError
from ef_engine.model.content_id import forecast_id, forecast_set_id
from ef_engine.model.document import set_to_document, to_document
from ef_engine.model.forecast import Forecast
from ef_engine.model.forecast_set import scenarios
from ef_engine.sources.json_file import read_bytes
from ef_engine.sources.json_text import dumps
from tests.model.documents import changed, forecast_document, set_document

ODD: list[Any] = [
    *(
        None,
        True,
        False,
        0,
        -1,
        1,
        10**30,
        "",
        " ",
        "x",
        "1",
        "-0.5",
        "1e3",
        "1e999",
        "NaN",
        "\x00",
        "\ud800",
        "é" * 600,
    ),
    *("a;b", "a:b", "2026-02-29", "99991231", "ALL_LOANS", "Memo", "once", "(", "(?P<a>", "a{2,1}"),
    *([], {}, [[]], [None], {"a": 1}, ["x"], [{}]),
]
KEYS = st.text() | st.sampled_from(["schema", "base", "accounts", "type", "name", "\ud800", "\x1b[31m", "k" * 1000])
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


def sentences(error: InputError) -> str:
    """What an error says: at least one problem, each with place and remedy, in text that can be shown anywhere."""
    assert error.problems
    for problem in error.problems:
        assert problem.place.startswith("f.json")
        assert problem.text
        assert problem.remedy
    return str(error).encode("utf-8").decode()


def answer(data: bytes) -> str:
    """The name of what was read, or the sentences; a value must be whole enough to be written and named."""
    try:
        loaded = read_bytes(data, "f.json")
    except InputError as error:
        return sentences(error)
    if isinstance(loaded.value, Forecast):
        return read_bytes(dumps(to_document(loaded.value)).encode(), "again").kind + forecast_id(loaded.value)
    assert len(scenarios(loaded.value)) > 0
    return read_bytes(dumps(set_to_document(loaded.value)).encode(), "again").kind + forecast_set_id(loaded.value)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document below its top."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for step, child in steps for place in ((*path, step), *places(child, (*path, step)))]


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    assert answer(data)


@given(JSON)
def test_any_json(value: Any) -> None:
    assert answer(json.dumps(value).encode("utf-8", "replace"))


@given(st.sampled_from([forecast_document(), set_document()]), st.data())
@settings(max_examples=150, deadline=None)
def test_a_document_with_odd_values(document: dict[str, Any], data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.sampled_from(places(document)))
        document = changed(document, place, data.draw(st.sampled_from(ODD) | JSON))
    assert answer(json.dumps(document, default=str).encode("utf-8", "replace"))


def test_a_truncated_document_is_cut_off_wherever_it_ends() -> None:
    text = dumps(forecast_document())
    for length in range(1, len(text.rstrip()), 7):
        assert answer(text[:length].encode()).startswith("f.json, line ")


def test_flipped_bytes() -> None:
    random = Random(7)
    data = dumps(forecast_document()).encode()
    for _ in range(1000):
        flipped = bytearray(data)
        for _ in range(random.randint(1, 3)):
            flipped[random.randrange(len(data))] = random.randrange(256)
        assert answer(bytes(flipped))


def test_very_many_wrong_entries_are_answered_in_good_time() -> None:
    many = dumps(forecast_document() | {"accounts": [1] * 200_000, "milestones": {str(n): 1 for n in range(50_000)}})
    assert "holds 200000 entries, more than 100000" in answer(many.encode())

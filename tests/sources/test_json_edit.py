from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ef_engine.sources.json_edit import with_id

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text() | st.just("forecast_id"), inner, max_size=3),
    max_leaves=8,
)
DOCUMENTS = st.dictionaries(st.text() | st.sampled_from(["schema", "forecast_id", "accounts"]), VALUES, max_size=5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", '{"forecast_id": "new"}'),
        ('{"a": 1}', '{"forecast_id": "new", "a": 1}'),
        ('{"schema":"s"}', '{"schema":"s", "forecast_id":"new"}'),
        ('{"schema":"s","a":1}', '{"schema":"s","forecast_id":"new","a":1}'),
        ('{"a": 1, "schema": "s"}\n', '{"a": 1, "schema": "s", "forecast_id": "new"}\n'),
        ('{\n  "schema": "s",\n  "a": 1\n}\n', '{\n  "schema": "s",\n  "forecast_id": "new",\n  "a": 1\n}\n'),
        ('{\r\n\t"a": 1,\r\n\t"b": 2\r\n}', '{\r\n\t"forecast_id": "new",\r\n\t"a": 1,\r\n\t"b": 2\r\n}'),
        ('{\n "schema" : "s"\n}', '{\n "schema" : "s",\n "forecast_id" : "new"\n}'),
        ('{ "schema": "s"\n, "a": 1 }', '{ "schema": "s"\n, "forecast_id": "new"\n, "a": 1 }'),
        ('\ufeff{"schema": "s", "a": 1}', '\ufeff{"schema": "s", "forecast_id": "new", "a": 1}'),
        ('{"a": "\\"forecast_id\\": 1}"}', '{"forecast_id": "new", "a": "\\"forecast_id\\": 1}"}'),
        ('{"a": {"forecast_id": "in"}, "é": 1}', '{"forecast_id": "new", "a": {"forecast_id": "in"}, "é": 1}'),
        ('{"a": 1,\n  "forecast_id"\t:  "old" ,"b":1}', '{"a": 1,\n  "forecast_id"\t:  "new" ,"b":1}'),
        ('{"a": [], "forecast_id": null}', '{"a": [], "forecast_id": "new"}'),
        ('{"forecast\\u005fid": "old"}', '{"forecast\\u005fid": "new"}'),
    ],
)
def test_the_id_is_written_and_nothing_else_changes(text: str, expected: str) -> None:
    assert with_id(text.encode(), "forecast_id", "new").decode() == expected


@given(DOCUMENTS, st.sampled_from([None, 1, 2, "\t"]), st.booleans(), st.sampled_from(["\n", "\r\n"]))
def test_any_document_gets_its_id_in_a_line_of_its_own(
    document: dict[str, Any], indent: int | str | None, is_ascii: bool, newline: str
) -> None:
    text = json.dumps(document, indent=indent, ensure_ascii=is_ascii).replace("\n", newline)
    data = text.encode("utf-8", "replace")
    document = json.loads(data)

    written = with_id(data, "forecast_id", "0123456789ab")

    assert json.loads(written) == document | {"forecast_id": "0123456789ab"}
    assert with_id(written, "forecast_id", "0123456789ab") == written
    if indent is not None and document and "forecast_id" not in document:
        assert len(written.split(newline.encode())) == len(data.split(newline.encode())) + 1


def test_what_is_no_object_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="not a JSON object"):
        with_id(b"[]", "forecast_id", "new")

"""Flow documents: every mistake at its place, what is read is what is written, and the schema agrees."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from ef_engine.flows.document import read_flow, to_document
from ef_engine.flows.model import Call, Flow
from ef_engine.model.findings import Finding
from ef_engine.sources.loaded import problems
from ef_engine.sources.schemas import schema
from tests.flows.random_flows import FLOWS, SOME

VALIDATOR = Draft202012Validator(schema("flow"))


def a(name: str = "a", **keys: Any) -> dict[str, Any]:
    return {"name": name, "run": ["stage", "house.json"], **keys}


def flow(*steps: Any, **keys: Any) -> dict[str, Any]:
    return {"schema": "ef/flow/1", "name": "nightly", "steps": list(steps), **keys}


def told(document: object) -> list[str]:
    found = read_flow(document)
    assert isinstance(found, list)
    assert all(isinstance(each, Finding) for each in found)
    return [str(each).removeprefix("flow: ") for each in problems("flow", found)]


MISTAKES = json.loads(Path(__file__).with_name("mistakes.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("mistake", MISTAKES, ids=range(len(MISTAKES)))
def test_a_mistake_is_told_with_its_place_and_what_to_do(mistake: dict[str, Any]) -> None:
    assert told(mistake["document"]) == mistake["told"]


@given(FLOWS)
@SOME
def test_what_is_written_is_read_as_the_same_flow_and_is_valid(flow: Flow) -> None:
    document = json.loads(json.dumps(to_document(flow)))
    VALIDATOR.validate(document)
    assert read_flow(document) == flow


ODD = [
    None,
    True,
    0,
    -1,
    1.5,
    "",
    "a",
    "m:f",
    [],
    ["a"],
    [["a", "success"]],
    [["a", "x"]],
    {},
    {"any_of": ["a"]},
    {"call": "m:f"},
]


@given(st.data())
@SOME
def test_what_the_reader_accepts_the_schema_accepts(data: st.DataObject) -> None:
    document = flow(a("a"), a("b", run="m:f", kwargs={"x": 1}), {"name": "c", "steps": [a("d")], "repeats": [1]})
    target = data.draw(st.sampled_from([document, *document["steps"]]))
    key = data.draw(st.sampled_from([
        "name", "run", "steps", "args", "kwargs", "repeats", "requires", "inputs", "retries", "retry_delay", "timeout",
        "delay", "acquires", "max_concurrent", "keep_going", "on_recover", "setup", "teardown", "jobs", "limits",
        "other",
    ]))  # fmt: skip
    target[key] = data.draw(st.sampled_from(ODD))
    if not isinstance(read_flow(document), list):
        VALIDATOR.validate(document)


def test_a_callable_takes_arguments_from_the_step_or_in_one_with_it() -> None:
    one = read_flow(flow({"name": "a", "run": "m:f", "args": [1], "kwargs": {"x": 2}}))
    other = read_flow(flow({"name": "a", "run": {"call": "m:f", "args": [1], "kwargs": {"x": 2}}}))
    assert isinstance(one, Flow)
    assert one == other
    assert one.steps[0].run == Call("m:f", (1,), {"x": 2})

"""A result without its decisions is the result without its decisions, however the file is laid out."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ef_engine.evaluation.outline import load_outline
from ef_engine.evaluation.result_text import dump_result

TRAPS = ("milestones", '"milestones": {', '\n  "milestones": {', "],\n", "{}", "\\")


def document(memos: list[str]) -> dict[str, Any]:
    return {
        "schema": "ef/result/1",
        "label": "\n".join(memos),
        "decisions": [{"memo": memo, "executed": Decimal("1.50")} for memo in memos],
        "milestones": {"account": {}, "memo": dict.fromkeys(memos, "2026-01-31"), "composite": {}},
        "summary": {"final": {"Net Worth": Decimal("-12.40")}, "lowest": {}, "totals": {}},
    }


@given(st.lists(st.one_of(st.sampled_from(TRAPS), st.text()), max_size=4))
def test_whatever_the_texts_hold_only_the_decisions_are_left_out(memos: list[str]) -> None:
    whole = document(memos)
    assert load_outline(dump_result(whole)) == whole | {"decisions": []}


@pytest.mark.parametrize("indent", [None, 1, 2, 4])
def test_another_layout_is_read_as_well(indent: int | None) -> None:
    whole = json.loads(dump_result(document(["rent"])))
    outline = load_outline(json.dumps(whole, indent=indent))
    assert outline == whole | {"decisions": [], "summary": document([])["summary"]}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"milestones": {}}', "{"])
def test_what_is_no_result_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        load_outline(text)

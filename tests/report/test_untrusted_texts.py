"""A text of a user stays a text, whatever it holds: in pages, workbooks and Markdown."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from ef_engine.report.cells import cell_text
from ef_engine.report.columns_json import amount_column, script_json
from ef_engine.report.excel import render_workbook
from ef_engine.report.forecast_html import render_forecast
from ef_engine.report.markdown import escaped, render_markdown
from ef_engine.report.page import ForecastPage, forecast_page
from ef_engine.report.values import Grid, Report, Sentences
from ef_engine.report.workbook import Sheet
from tests.report.documents import on_disk
from tests.report.pages import data_of, elements, money_of, texts_of

ATTACKS = (
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "=HYPERLINK(\"http://example.org\")",
    "@SUM(A1)",
    "a | b `c` *d* [e](f) <g>",
    "\u2028\u2029\u202e\x07",
    "&lt;b&gt;",
)  # fmt: skip
TEXTS = st.sampled_from(ATTACKS) | st.text(max_size=60)
CHART = "plotly.min.js"


def page_with(text: str) -> ForecastPage:
    """A page in which a user's text stands wherever one can."""
    result, daily = on_disk("household_renter_with_one_card")
    decisions = [dict(each, memo=text, reason=text and each["reason"] and text) for each in result["decisions"]]
    document: dict[str, Any] = {
        "label": text, "start_date": "2026-01-01", "end_date": "2026-08-31", "options": {"currency": text},
        "accounts": [{"type": "checking", "name": text}], "budget_items": [{"memo": text}],
        "memo_rules": [{"memo_regex": text}],
        "milestones": {"account": [{"name": text}], "memo": [], "composite": []},
    }  # fmt: skip
    milestones = {"account": {}, "memo": {text: "2026-03-01"}, "composite": {}}
    changed = dict(result, label=text, decisions=decisions, milestones=milestones)
    marked = replace(daily, memos=[text] * len(daily.dates), directives=[text] * len(daily.dates))
    return forecast_page(changed, marked, [], document, {"Owner": text})


@cache
def harmless_tags() -> set[str]:
    """The elements of a page without a text that means harm."""
    return {tag for tag, _ in elements(render_forecast(page_with("memo"), CHART))}


@given(TEXTS)
@settings(max_examples=15, deadline=None)
def test_no_text_becomes_markup_or_script(text: str) -> None:
    page = render_forecast(page_with(text or "x"), CHART)
    found = elements(page)
    scripts = [attributes for tag, attributes in found if tag == "script"]
    assert scripts == [{"src": CHART, "defer": None}, {"type": "application/json", "id": "data"}, {}]
    assert not any(name.startswith("on") for _, attributes in found for name in attributes)
    assert {tag for tag, _ in found} <= harmless_tags() | {"span", "p"}
    shown = texts_of(data_of(page)["daily"]["columns"][-1])
    assert shown == [cell_text(text or "x")] * len(shown)


@given(st.recursive(TEXTS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner)))
@settings(max_examples=40, deadline=None)
def test_data_in_a_script_element_is_exact_and_cannot_end_it(value: Any) -> None:
    text = script_json(value)
    assert json.loads(text) == value
    assert not set("<>&\u2028\u2029") & set(text)


@given(TEXTS)
@settings(max_examples=25, deadline=None)
def test_a_text_in_a_workbook_is_never_a_formula(text: str) -> None:
    grid = Grid("Grid", ("Name", "Amount"), ((text, Decimal("1.00")),))
    data = render_workbook(text, (Sheet("Summary", (Sentences("", (text,)),)), Sheet("Grid", (grid,))))
    for sheet in load_workbook(io.BytesIO(data)).worksheets:
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


@given(TEXTS)
def test_a_text_in_markdown_is_no_markup(text: str) -> None:
    lines = render_markdown(Report(text, (Grid("Grid", ("A", "B"), ((text, text),)),))).splitlines()
    assert lines[-1].replace("\\|", "").count("|") == 3
    for sign in "`*_[]<>":
        assert escaped(text).count(sign) == escaped(text).count(f"\\{sign}")


def test_a_sentence_that_begins_like_a_list_is_none() -> None:
    shown = render_markdown(Report("t", (Sentences("", ("- a", "2. b", "2026-01-01 c", "12,5 d")),)))
    assert shown.splitlines()[2:] == ["- \\- a", "- 2\\. b", "- 2026-01-01 c", "- 12,5 d"]


@given(st.lists(st.integers(-(10**24), 10**24), min_size=1))
def test_amounts_are_exact_whatever_their_size(amounts: list[int]) -> None:
    whole = [amount * 10_000 for amount in amounts]
    assert texts_of(amount_column("Checking", whole)) == [money_of(amount) for amount in amounts]


def test_an_amount_beyond_the_digits_of_a_spreadsheet_is_a_text() -> None:
    huge = Decimal("12345678901234567.89")
    data = render_workbook("t", (Sheet("Grid", (Grid("Grid", ("A", "B"), ((date(2026, 1, 1), huge),)),)),))
    sheet = load_workbook(io.BytesIO(data))["Grid"]
    assert sheet["B4"].value == "12,345,678,901,234,567.89"

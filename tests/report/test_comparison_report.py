"""A comparison and a set as people read them."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ef_engine.cli import main
from ef_engine.evaluation import evaluate, result_document
from ef_engine.evaluation.csv_text import daily_csv, read_daily_csv
from ef_engine.evaluation.result_text import dump_result
from ef_engine.model.document import read_forecast, to_document
from ef_engine.model.forecast import Forecast
from ef_engine.model.money import to_cents_decimal
from ef_engine.report.comparison import Comparison, MilestoneMove, Side, compare
from ef_engine.report.comparison_report import (
    comparison_report,
    executed_grid,
    input_cell,
    move_sentences,
    reached_cells,
)
from ef_engine.report.comparison_rows import comparison_document, comparison_rows
from ef_engine.report.differences import input_differences
from ef_engine.report.scenarios import Choice, Scenario, Scenarios, option_names
from ef_engine.report.scenarios_report import MOST_ROWS, scenarios_report
from ef_engine.report.text import render_text
from ef_engine.report.values import Grid
from tests.reference.simulator import simulate
from tests.report.documents import plan

GOLDEN = Path(__file__).parent / "golden"


def printed(capsys: pytest.CaptureFixture[str], home: Path, *words: str) -> str:
    assert main(["--workspace", str(home), "--username", "ann", *words]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("compare.txt", ["compare", "a38d", "b7cc", "6578"]),
        ("set.txt", ["report", "forecastset", "Sc0e"]),
        ("set-by-milestone.txt", ["report", "forecastset", "Sc0e", "--metric", "store card paid"]),
    ],
)
def test_a_report_reads_as_it_did(name: str, words: list[str], home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, home, *words) == (GOLDEN / name).read_text(encoding="utf-8")


def test_milestones_that_appear_or_vanish_are_told() -> None:
    day, later = date(2026, 3, 1), date(2026, 3, 2)
    move = MilestoneMove("free", "account", (day, None, later, day))
    assert list(move_sentences(move)) == ["free is not reached in B.", "free is reached 1 day later in C."]
    assert list(move_sentences(MilestoneMove("free", "memo", (None, day)))) == [
        "free is reached on 2026-03-01 in B only."
    ]


def test_a_milestone_that_a_forecast_does_not_have_is_not_called_unreached() -> None:
    day = date(2026, 3, 1)
    move = MilestoneMove("free", "account", (None, None, day), lacking=frozenset((1,)))
    assert reached_cells(move) == ("not reached", "none", day)
    assert list(move_sentences(move)) == ["B has no milestone free.", "free is reached on 2026-03-01 in C only."]
    added = MilestoneMove("free", "account", (None, day, None, None), lacking=frozenset((0, 3)))
    assert list(move_sentences(added)) == [
        "free is reached on 2026-03-01 in B; A has no such milestone.",
        "free is not reached in C; A has no such milestone.",
    ]


def side(letter: str, document: dict[str, Any]) -> Side:
    """A forecast run, written and read back."""
    forecast = read_forecast(document)
    assert isinstance(forecast, Forecast), forecast
    result = evaluate(forecast, simulate(forecast))
    text = dump_result(result_document(result, letter * 12, forecast.label))
    return Side(
        id=letter * 12,
        label=forecast.label,
        document=to_document(forecast),
        result=json.loads(text, parse_float=Decimal),
        daily=read_daily_csv(daily_csv(result.table)),
    )


def longer() -> dict[str, Any]:
    """The plan, a month longer, without its trip or what hangs on it."""
    document = plan("longer", end_date="2026-06-30")
    del document["budget_items"][3], document["memo_rules"][3]
    document["milestones"] |= {"memo": [], "composite": []}
    return document


@pytest.fixture(scope="module")
def unequal() -> Comparison:
    return compare([side("a", plan("short")), side("b", longer())])


def test_forecasts_of_different_ends_are_compared_on_the_last_day_they_share_too(unequal: Comparison) -> None:
    assert unequal.shared_day == date(2026, 5, 31)
    final, shared = ({each.name: each.amounts for each in figures} for figures in (unequal.final, unequal.shared))
    assert shared.keys() == final.keys()
    assert shared["Net Worth"][0] == final["Net Worth"][0]
    may = unequal.series[1].dates.index(date(2026, 5, 31))
    assert shared["Checking"][1] == to_cents_decimal(unequal.series[1].accounts["Checking"][may])
    assert shared["Checking"][1] != final["Checking"][1]
    text = render_text(comparison_report(unequal), 80)
    assert "and of 2026-05-31, the last that all have." in " ".join(text.split())
    assert "Balances on 2026-05-31, the last day that all have" in text
    assert comparison_document(unequal)["shared_day"] == date(2026, 5, 31)
    assert [row[2] for row in comparison_rows(unequal) if row[0] == "shared"] == [unequal.shared_day] * len(shared)


def test_forecasts_of_one_end_have_no_such_day(unequal: Comparison) -> None:
    same = compare([side("a", plan("a")), side("b", plan("b", options={"approximate": True}))])
    assert (same.shared_day, same.shared) == (None, ())
    assert "the last day that all have" not in render_text(comparison_report(same), 80)


def test_what_became_of_items_is_compared(unequal: Comparison) -> None:
    executed = {each.name: each.amounts for each in unequal.executed}
    assert executed["pay"] == (Decimal("2500.00"), Decimal("3000.00"))
    assert executed["trip"][0] is not None
    assert executed["trip"][1] is None
    grid = executed_grid(unequal)
    assert grid is not None
    assert [row[0] for row in grid.rows] == [each.name for each in unequal.executed if each.is_changed]
    assert ("executed", "pay", "", Decimal("2500.00"), Decimal("3000.00")) in comparison_rows(unequal)


def test_programs_are_told_which_milestones_there_are(unequal: Comparison) -> None:
    milestones = {each["name"]: each["is_there"] for each in comparison_document(unequal)["milestones"]}
    assert milestones == {"card paid": (True, True), "the trip": (True, False), "both": (True, False)}


@pytest.mark.parametrize("width", [60, 80])
def test_no_date_is_cut_where_four_stand_side_by_side(width: int) -> None:
    documents = [plan("a"), longer(), plan("c", start_date="2026-01-02"), plan("d", end_date="2026-04-30")]
    documents[2]["milestones"]["account"][0]["name"] = "the card is paid back, to the last cent of it"
    documents[2]["milestones"]["composite"][0]["account_milestones"] = ["the card is paid back, to the last cent of it"]
    documents[3]["budget_items"][3] |= {"start_date": "2026-03-20", "end_date": "2026-03-20"}
    comparison = compare([side(letter, each) for letter, each in zip("abcd", documents, strict=True)])
    text = render_text(comparison_report(comparison), width)
    assert max(map(len, text.splitlines())) <= width
    assert re.findall(r"\d{4}-[\d-]{0,5}…", text) == []
    for move in comparison.milestones:
        for day in move.reached:
            assert day is None or str(day) in text[text.index("Milestones\n") :]


def test_rules_that_stand_twice_are_compared_one_by_one() -> None:
    rule = {"memo_regex": "a", "priority": 1, "account_from": None, "account_to": "Checking"}
    empty = {"start_date": "1", "end_date": "2", "options": {}, "accounts": [], "budget_items": []}
    empty |= {"milestones": {"account": [], "memo": [], "composite": []}}
    one, two = empty | {"memo_rules": [rule]}, empty | {"memo_rules": [rule, rule]}
    assert input_differences([two, two]) == ()
    assert {each.field for each in input_differences([one, two])} == {"account_to"}


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (True, "yes"),
        (Decimal("0.0725"), "0.0725"),
        (Decimal("40"), Decimal(40)),
        (["a", "b"], "a; b"),
        (None, None),
        ("2026-01-31", date(2026, 1, 31)),
        ("2026-02-30x", "2026-02-30x"),
    ],
)
def test_values_of_documents_keep_their_digits(value: object, cell: object) -> None:
    assert input_cell(value) == cell


def found(options: list[int], values: list[int | None]) -> Scenarios:
    choices = tuple(
        Choice(name=f"c{k}", options=tuple(f"c{k}o{o}" for o in range(count))) for k, count in enumerate(options)
    )
    names = option_names(choices)
    scenarios = tuple(
        Scenario(
            id=f"{position:012x}",
            name=" | ".join(("Core", *names[position])),
            options=names[position],
            state="staged" if value is None else "evaluated",
            values={} if value is None else {"Net Worth": Decimal(value)},
        )
        for position, value in enumerate(values[: len(names)])
    )
    return Scenarios(choices=choices, scenarios=scenarios)


@st.composite
def sets(draw: st.DrawFn) -> Scenarios:
    options = draw(st.lists(st.integers(1, 3), min_size=1, max_size=4))
    count = 1
    for each in options:
        count *= each
    return found(options, draw(st.lists(st.none() | st.integers(-9, 9), min_size=count, max_size=count)))


@given(sets())
def test_a_ranking_holds_every_scenario_once_in_order(scenarios: Scenarios) -> None:
    ranking = scenarios.ranking("Net Worth")
    assert sorted(each.scenario.id for each in ranking) == [each.id for each in scenarios.scenarios]
    values = [each.value for each in ranking if isinstance(each.value, Decimal)]
    assert values == sorted(values, reverse=True)
    for each in ranking:
        better = sum(isinstance(each.value, Decimal) and other > each.value for other in values)
        assert each.rank == (None if each.value is None else better + 1)


@given(sets())
def test_a_matrix_holds_every_scenario_once(scenarios: Scenarios) -> None:
    matrix = scenarios.matrix()
    assert matrix is not None
    for row, cells in zip(matrix.rows, matrix.cells, strict=True):
        for column, scenario in zip(matrix.columns, cells, strict=True):
            assert scenario.options == (*row, column)
    assert sorted(each.id for row in matrix.cells for each in row) == [each.id for each in scenarios.scenarios]


@given(sets())
def test_a_balanced_matrix_holds_every_scenario_once_and_is_not_much_longer_than_wide(scenarios: Scenarios) -> None:
    matrix = scenarios.matrix(is_balanced=True)
    assert matrix is not None
    assert (*matrix.down, *matrix.across) == tuple(choice.name for choice in scenarios.choices)
    assert len(matrix.rows) <= 3 * len(matrix.columns) or len(matrix.down) == 1
    for row, cells in zip(matrix.rows, matrix.cells, strict=True):
        for column, scenario in zip(matrix.columns, cells, strict=True):
            assert scenario.options == (*row, *column.split(" | "))
    assert sorted(each.id for row in matrix.cells for each in row) == [each.id for each in scenarios.scenarios]


@given(sets())
def test_the_effect_of_an_option_is_told_by_the_scenarios_that_take_it(scenarios: Scenarios) -> None:
    effects = {(each.choice, each.option): each for each in scenarios.effects("Net Worth")}
    assert list(effects) == [(choice.name, option) for choice in scenarios.choices for option in choice.options]
    for position, choice in enumerate(scenarios.choices):
        for option in choice.options:
            taken = [each.value("Net Worth") for each in scenarios.scenarios if each.options[position] == option]
            values = sorted((value for value in taken if isinstance(value, Decimal)), reverse=True)
            effect = effects[choice.name, option]
            assert effect.valued == len(values)
            told = (effect.best, effect.middle, effect.worst)
            assert told == ((values[0], values[(len(values) - 1) // 2], values[-1]) if values else (None,) * 3)


def test_a_large_set_is_shown_in_part_and_says_so() -> None:
    report = scenarios_report("many", ("a", "b"), found([2] * 10, list(range(1024))), "Net Worth")
    grids = {block.heading: block for block in report.blocks if isinstance(block, Grid)}
    assert len(grids["Scenarios: the first 32 of 1,024 rows"].rows) == MOST_ROWS
    ranking = grids["Ranking by Net Worth: the best 24 and the worst 8 of 1,024 rows"]
    assert [row[0] for row in ranking.rows] == [*range(1, 25), *range(1017, 1025)]


def test_the_matrix_and_the_effects_of_a_large_set_are_shown_whole() -> None:
    report = scenarios_report("many", ("a", "b"), found([2] * 10, list(range(1024))), "Net Worth")
    grids = {block.heading: block for block in report.blocks if isinstance(block, Grid)}
    matrix = grids["Net Worth by choices (c5 | c6 | c7 | c8 | c9 from left to right)"]
    assert (len(matrix.rows), len(matrix.columns)) == (32, 33)
    assert sorted(cell for row in matrix.rows for cell in row[1:]) == list(map(Decimal, range(1024)))  # type: ignore[type-var]
    effects = grids["Net Worth by option"]
    assert effects.rows[-2:] == (
        ("c9: c9o0", 512, Decimal(511), Decimal(256), Decimal(0)),
        ("c9: c9o1", 512, Decimal(1023), Decimal(768), Decimal(512)),
    )


def test_what_has_no_rank_is_not_called_the_worst() -> None:
    values: list[int | None] = [None] * 600 + list(range(424))
    report = scenarios_report("many", ("a", "b"), found([2] * 10, values), "Net Worth")
    (ranking,) = (block for block in report.blocks if block.heading.startswith("Ranking"))
    assert isinstance(ranking, Grid)
    assert [row[0] for row in ranking.rows[-2:]] == [423, 424]


def test_a_comparison_may_say_that_its_ids_are_of_forecasts(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = printed(capsys, home, "compare", "forecast", "a38d", "b7cc")
    assert told == printed(capsys, home, "compare", "a38d", "b7cc")


def test_a_whole_debt_ranks_a_set(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, home, "report", "forecastset", "Sc0e", "--metric", "Student Loan")
    best = text[text.index("Ranking by Student Loan: Debt") :].splitlines()[3]
    assert best.split()[0] == "1"
    assert best.split()[-2:] == ["5,077.92", "0.00"]

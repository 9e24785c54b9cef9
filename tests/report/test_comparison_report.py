"""A comparison and a set as people read them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ef_engine.cli import main
from ef_engine.report.comparison import MilestoneMove
from ef_engine.report.comparison_report import input_cell, move_sentences
from ef_engine.report.differences import input_differences
from ef_engine.report.scenarios import Choice, Scenario, Scenarios, option_names
from ef_engine.report.scenarios_report import MOST_ROWS, scenarios_report
from ef_engine.report.values import Grid

GOLDEN = Path(__file__).parent / "golden"


def printed(capsys: pytest.CaptureFixture[str], home: Path, *words: str) -> str:
    assert main(["--workspace", str(home), "--username", "ann", *words]) == 0
    return capsys.readouterr().out


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample workspace with everything run."""
    home = tmp_path_factory.mktemp("sample")
    for words in (["init", str(home)], ["run", "--in_process", "forecastset", str(home / "household-set.json")]):
        assert main(["--workspace", str(home), "--username", "ann", *words]) == 0
    return home


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


def test_rules_that_stand_twice_are_compared_one_by_one() -> None:
    rule = {"memo_regex": "a", "priority": 1, "account_from": None, "account_to": "Checking"}
    empty = {"start_date": "1", "end_date": "2", "options": {}, "accounts": [], "budget_items": []}
    empty |= {"milestones": {"account": [], "memo": [], "composite": []}}
    one, two = empty | {"memo_rules": [rule]}, empty | {"memo_rules": [rule, rule]}
    assert input_differences([two, two]) == ()
    assert {each.field for each in input_differences([one, two])} == {"account_to"}


@pytest.mark.parametrize(
    ("value", "cell"),
    [(True, "yes"), (Decimal("0.0725"), "0.0725"), (Decimal("40"), Decimal(40)), (["a", "b"], "a; b"), (None, None)],
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


def test_a_large_set_is_shown_in_part_and_says_so() -> None:
    report = scenarios_report("many", ("a", "b"), found([2] * 10, list(range(1024))), "Net Worth")
    grids = [block for block in report.blocks if isinstance(block, Grid)]
    assert {len(grid.rows) for grid in grids} == {MOST_ROWS}
    assert any(grid.heading == "Scenarios: the first 32 of 1,024 rows" for grid in grids)
